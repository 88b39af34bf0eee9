"""Who may do what, as shipped: the matrix of roles and permissions."""

from __future__ import annotations

from inspector.errors import Denied

VIEWER = "viewer"
ROLES = (VIEWER, "analyst", "developer", "operator", "admin", "security_auditor")

_EVERYBODY = frozenset(ROLES)
_EXPORTERS = frozenset(ROLES[:5])
_ANALYSTS = frozenset(ROLES[1:5])
_DEVELOPERS = frozenset(ROLES[2:5])
_OPERATORS = frozenset(ROLES[3:5])
_ADMIN = frozenset({"admin"})
_AUDITORS = frozenset({"admin", "security_auditor"})

PERMISSIONS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("traces:read", "traces:search"), _EVERYBODY),
    "reports:export": _EXPORTERS,
    **dict.fromkeys(("policy:test", "reports:bulk"), _ANALYSTS),
    **dict.fromkeys(("fields:unlock:internal", "erasure:propose", "retention:propose"), _DEVELOPERS),
    **dict.fromkeys(
        (
            "fields:unlock:confidential",
            "pii:reveal",
            "clipboard:plaintext",
            "subjects:search",
            "subjects:export",
            "subjects:rectify",
            "erasure:execute",
            "erasure:resume",
            "retention:apply",
            "fields:seal",
            "reports:push",
            "tags:stable",
        ),
        _OPERATORS,
    ),
    **dict.fromkeys(
        (
            "fields:unlock:restricted",
            "fields:unseal",
            "erasure:approve",
            "holds:manage",
            "keys:manage",
            "roles:manage",
            "policy:weaken",
            "audit:prune",
            "serve:start",
        ),
        _ADMIN,
    ),
    **dict.fromkeys(("audit:read", "audit:verify", "audit:export"), _AUDITORS),
}


def allowed(role: str, permission: str) -> bool:
    """A role that isn't known may nothing; a permission that isn't known is a mistake of the program's."""
    return role in PERMISSIONS[permission]


def denial(role: str, permission: str) -> Denied:
    """The refusal, with the roles that may. It names no value: a role comes from config or the command."""
    may = " or ".join(r for r in ROLES if r in PERMISSIONS[permission])
    known = role if role in ROLES else "this role"
    return Denied(f"{known} may not do this ({permission}).", f"Ask somebody who may, or use --role: {may}.")
