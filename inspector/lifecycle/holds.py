"""Legal holds: what they cover is neither erased nor run out, whoever asks."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inspector.errors import NotFound
from inspector.lifecycle import sealed
from inspector.lifecycle.person import Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from inspector.intent import Intent
    from inspector.lifecycle.sealed import Json, Object

_FILE: Final = "holds"


@dataclass(frozen=True, slots=True)
class Hold:
    """By a query or of a person; times are ns since the epoch, `until` 0 is without end."""

    id: str
    query: str
    person: Person | None
    reason: str
    since: int
    until: int
    by: str

    @property
    def what(self) -> str:
        """In words, without the person's id."""
        return f"subject {self.person.label}" if self.person is not None else f"query {self.query}"

    def active(self, now: int) -> bool:
        return not self.until or now < self.until


def path() -> Path:
    return sealed.folder("lifecycle") / _FILE


def all_holds() -> list[Hold]:
    """Also those that have ended. Raises StoreError where they can't be read: then nothing may be erased."""
    return [_hold(each) for each in sealed.objects(sealed.read(path()) or {}, "holds")]


def active(now: int) -> list[Hold]:
    return [hold for hold in all_holds() if hold.active(now)]


def set_hold(
    intent: Intent, query: str, person: Person | None, reason: str, now: int, until: int, by: str
) -> Hold:
    """Raises QueryError for a query that can't be parsed."""
    if person is None:
        from inspector.query import parse

        parse(query)
    hold = Hold(secrets.token_hex(4), query, person, reason, now, until, by)
    _save([*all_holds(), hold])
    intent.new_state["hold"] = hold.id
    return hold


def release(intent: Intent, id: str) -> Hold:
    """Raises NotFound."""
    holds = all_holds()
    found = one(holds, id)
    _save([hold for hold in holds if hold.id != found.id])
    intent.new_state["hold"] = found.id
    return found


def one(holds: Sequence[Hold], id: str) -> Hold:
    for hold in holds:
        if hold.id == id:
            return hold
    raise NotFound("There is no such hold.", "inspector hold list shows them.")


def _save(holds: Iterable[Hold]) -> None:
    rows: list[Json] = [_json(hold) for hold in holds]
    sealed.write(path(), {"holds": rows})


def _json(hold: Hold) -> Object:
    return {
        "id": hold.id,
        "query": hold.query,
        "person": None if hold.person is None else hold.person.as_json(),
        "reason": hold.reason,
        "since": hold.since,
        "until": hold.until,
        "by": hold.by,
    }


def _hold(value: Object) -> Hold:
    person = value.get("person")
    return Hold(
        sealed.text(value, "id"),
        sealed.text(value, "query"),
        Person.from_json(person) if isinstance(person, dict) else None,
        sealed.text(value, "reason"),
        sealed.number(value, "since"),
        sealed.number(value, "until"),
        sealed.text(value, "by"),
    )
