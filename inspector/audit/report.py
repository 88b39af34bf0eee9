"""Access review and breach assessment: who revealed, exported or erased what, and who was refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inspector.audit.actions import ACTIONS
from inspector.audit.reading import counts, moment, number, subjects, text
from inspector.audit.rules import EXPORTS, REVEALS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from inspector.audit.reading import Record
    from inspector.audit.record import Json

ERASURES = ("erasure.executed", "erasure.resumed", "retention.applied", "subject.rectified")


@dataclass(slots=True)
class Person:
    """Somebody who used the inspector, by OS user, host and role."""

    user: str
    host: str
    role: str
    asserted: bool
    actions: dict[str, int] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    """Marks of the persons whose data was opened, not only seen redacted."""
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One act worth naming."""

    seq: int
    time: str
    user: str
    role: str
    action: str
    outcome: str
    resource: str
    counts: dict[str, int]
    persons: int
    reason: str

    def json(self) -> dict[str, Json]:
        return {name: _json(getattr(self, name)) for name in self.__slots__}


def _json(value: object) -> Json:
    if isinstance(value, dict):
        return {str(k): v for k, v in value.items()}
    return value if isinstance(value, str | int) else str(value)


@dataclass(slots=True)
class Report:
    """What happened between two moments (ns; either may be none)."""

    since: int | None = None
    until: int | None = None
    records: int = 0
    people: dict[tuple[str, str, str], Person] = field(default_factory=dict)
    opened: list[Line] = field(default_factory=list)
    exports: list[Line] = field(default_factory=list)
    erased: list[Line] = field(default_factory=list)
    denied: list[Line] = field(default_factory=list)
    alerts: list[Line] = field(default_factory=list)
    changes: list[Line] = field(default_factory=list)
    """Keys, roles, policy, retention."""
    unfinished: list[Line] = field(default_factory=list)
    persons: set[str] = field(default_factory=set)
    """Marks of all persons whose data was opened or let out."""
    seen_redacted: set[str] = field(default_factory=set)
    asked: list[Line] = field(default_factory=list)
    """What touched the person who was asked about, redacted or not."""


def report(
    records: Iterable[Record],
    since: int | None = None,
    until: int | None = None,
    asked: Collection[str] = (),
) -> Report:
    """`asked` are marks (`AuditLog.mark`) of one person's ids and aliases."""
    found = Report(since, until)
    waiting: dict[str, Line] = {}
    for record in records:
        when = moment(record)
        if when is None or (since is not None and when < since) or (until is not None and when >= until):
            continue
        found.records += 1
        _take(found, record, waiting, set(asked))
    found.unfinished = list(waiting.values())
    return found


def _take(found: Report, record: Record, waiting: dict[str, Line], asked: set[str]) -> None:
    line = _line(record)
    phase, op = text(record, "phase"), text(record, "op_id")
    if phase == "intent":
        waiting[op] = line
        return
    if phase == "outcome":
        waiting.pop(op, None)
    person = _person(found, record)
    person.actions[line.action] = person.actions.get(line.action, 0) + 1
    marks = set(subjects(record))
    if asked & marks:
        found.asked.append(line)
    if line.outcome == "denied":
        found.denied.append(line)
        return
    if line.action in REVEALS or line.action in EXPORTS or record.get("redacted") is False:
        person.touched |= marks
        found.persons |= marks
    else:
        found.seen_redacted |= marks
    for actions, place in _PLACES:
        if line.action in actions:
            getattr(found, place).append(line)


_CHANGES = (
    *(name for name in ACTIONS if name.startswith(("key.", "keys.", "policy.", "hold."))),
    *("role.assigned", "redaction.disabled", "retention.changed", "config.changed"),
    *("store.sealed", "store.unsealed", "audit.pruned"),
)
_PLACES = (
    (REVEALS, "opened"),
    (EXPORTS, "exports"),
    (ERASURES, "erased"),
    (("alert.raised",), "alerts"),
    (_CHANGES, "changes"),
)


def _person(found: Report, record: Record) -> Person:
    key = (text(record, "actor", "user"), text(record, "host"), text(record, "actor", "role"))
    actor = record.get("actor")
    asserted = not isinstance(actor, dict) or actor.get("asserted") is not False
    person = found.people.setdefault(key, Person(*key, asserted=asserted, first=text(record, "time")))
    person.last = text(record, "time")
    return person


def _line(record: Record) -> Line:
    place = text(record, "resource", "id_hmac") or text(record, "resource", "store_fp")
    rule = text(record, "new_state", "rule") or text(record, "new_state", "action")
    return Line(
        seq=number(record, "seq"),
        time=text(record, "time"),
        user=text(record, "actor", "user"),
        role=text(record, "actor", "role"),
        action=text(record, "action"),
        outcome=text(record, "outcome"),
        resource=" ".join(part for part in (text(record, "resource", "type"), rule, place[:16]) if part),
        counts=counts(record),
        persons=len(subjects(record)),
        reason=text(record, "reason") or text(record, "error"),
    )


SECTIONS = {
    "opened": "Revealed, unlocked or copied",
    "exports": "Exports",
    "erased": "Erased or changed",
    "denied": "Refused",
    "alerts": "Alerts",
    "changes": "Keys, roles, policy, retention",
    "unfinished": "Begun and not ended",
    "asked": "What touched the person asked about",
}


def lines_of(found: Report, section: str) -> list[Line]:
    lines: list[Line] = getattr(found, section)
    return lines


def shape(found: Report) -> dict[str, Json]:
    """As `--json` prints it."""
    people: list[Json] = [
        {
            "user": p.user,
            "host": p.host,
            "role": p.role,
            "asserted": p.asserted,
            "actions": dict(sorted(p.actions.items())),
            "persons": len(p.touched),
            "first": p.first,
            "last": p.last,
        }
        for p in found.people.values()
    ]
    return {
        "records": found.records,
        "persons_opened": len(found.persons),
        "persons_seen_redacted": len(found.seen_redacted - found.persons),
        "people": people,
        **{name: [line.json() for line in lines_of(found, name)] for name in SECTIONS},
    }
