"""Every action that is recorded: its category, its compliance tags, and whether it needs an intent first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    DATA_ACCESS = "data_access"
    LIFECYCLE = "lifecycle"
    ADMIN = "admin"
    SECURITY = "security"


@dataclass(frozen=True, slots=True)
class Action:
    """`guarded`: it destroys, reveals or lets data out, so it may only run inside a synced intent."""

    name: str
    category: Category
    tags: tuple[str, ...]
    guarded: bool = False


_ACCESS = ("gdpr", "hipaa", "soc2", "pci")
_PRIVACY = ("gdpr", "hipaa", "soc2")
_CONTROL = ("soc2", "pci", "sox")
_A, _L, _M, _S = Category.DATA_ACCESS, Category.LIFECYCLE, Category.ADMIN, Category.SECURITY

ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action("store.open", _A, _ACCESS),
        Action("trace.view", _A, _ACCESS),
        Action("search.run", _A, _ACCESS),
        Action("subject.search", _A, _ACCESS, guarded=True),
        Action("policy.changed", _M, _CONTROL),
        Action("policy.weakened", _S, (*_CONTROL, "gdpr", "hipaa"), guarded=True),
        Action("redaction.disabled", _S, (*_CONTROL, "gdpr", "hipaa"), guarded=True),
        Action("redaction.applied", _A, _PRIVACY),
        Action("pii.reveal", _A, _ACCESS, guarded=True),
        Action("field.unlock", _A, _ACCESS, guarded=True),
        Action("clipboard.copy", _A, _ACCESS, guarded=True),
        Action("report.export", _A, _ACCESS, guarded=True),
        Action("report.requested", _A, _ACCESS),
        Action("report.approved", _A, _ACCESS),
        Action("report.rejected", _A, _ACCESS),
        Action("export.pushed", _A, _ACCESS, guarded=True),
        Action("subject.exported", _A, _PRIVACY, guarded=True),
        Action("subject.rectified", _L, _PRIVACY, guarded=True),
        Action("serve.started", _S, _CONTROL),
        Action("role.assumed", _S, _CONTROL),
        Action("role.assigned", _M, _CONTROL),
        Action("access.denied", _S, (*_CONTROL, "hipaa")),
        Action("key.created", _S, _CONTROL, guarded=True),
        Action("key.granted", _S, _CONTROL, guarded=True),
        Action("key.rotated", _S, _CONTROL, guarded=True),
        Action("key.revoked", _S, _CONTROL, guarded=True),
        Action("key.destroyed", _S, (*_CONTROL, "gdpr"), guarded=True),
        Action("key.exported", _S, _CONTROL, guarded=True),
        Action("key.imported", _S, _CONTROL, guarded=True),
        Action("key.recovered", _S, _CONTROL, guarded=True),
        Action("keys.init", _S, _CONTROL, guarded=True),
        Action("retention.changed", _M, _CONTROL),
        Action("retention.planned", _L, _PRIVACY),
        Action("retention.applied", _L, _PRIVACY, guarded=True),
        Action("retention.restored", _L, _PRIVACY, guarded=True),
        Action("erasure.requested", _L, _PRIVACY),
        Action("erasure.approved", _L, _PRIVACY),
        Action("erasure.rejected", _L, _PRIVACY),
        Action("erasure.executed", _L, _PRIVACY, guarded=True),
        Action("erasure.resumed", _L, _PRIVACY, guarded=True),
        Action("erasure.completed", _L, _PRIVACY),
        Action("erasure.failed", _L, _PRIVACY),
        Action("store.sealed", _L, _ACCESS, guarded=True),
        Action("store.unsealed", _L, _ACCESS, guarded=True),
        Action("hold.set", _L, _CONTROL, guarded=True),
        Action("hold.released", _L, _CONTROL, guarded=True),
        Action("index.cleared", _L, _PRIVACY),
        Action("audit.verified", _M, _CONTROL),
        Action("audit.exported", _M, _CONTROL, guarded=True),
        Action("audit.pruned", _M, _CONTROL, guarded=True),
        Action("config.changed", _M, _CONTROL),
        Action("alert.raised", _S, _CONTROL),
    )
}
