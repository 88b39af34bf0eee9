"""What the checklist is made of: a line with its state, and one fix where something is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from inspector.cli.auditing import Auditing
    from inspector.cli.common import Common
    from inspector.config import Config
    from inspector.redaction import Policy
    from inspector.session.audited import AuditedView


@dataclass(frozen=True, slots=True)
class Line:
    check: str
    state: Literal["pass", "warn", "fail"]
    what: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Ward:
    """What the checks look at. `view` is the store, read through, if one was named."""

    common: Common
    config: Config
    policy: Policy
    auditing: Auditing
    view: AuditedView | None


def good(check: str, what: str) -> Line:
    return Line(check, "pass", what)


def warn(check: str, what: str, fix: str) -> Line:
    return Line(check, "warn", what, fix)


def fail(check: str, what: str, fix: str) -> Line:
    return Line(check, "fail", what, fix)


def examine(ward: Ward) -> Iterable[Line]:
    """Every line of the checklist, in order; those of a store only where one was named."""
    from inspector.cli import doctor_audit, doctor_policy, doctor_store

    checks: list[Callable[[Ward], Line]] = [*doctor_policy.CHECKS]
    if ward.view is not None:
        checks += doctor_store.CHECKS
    checks += doctor_audit.CHECKS
    for check in checks:
        yield check(ward)
