"""Sorting by the trace fields of the query language: stable, and what has no value comes last."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, TypeVar

from inspector.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from inspector.index.facts import TraceFacts
    from inspector.redaction.result import RedactedText

SortKey = int | float | str | None
Item = TypeVar("Item")


def _text(text: RedactedText | None) -> str | None:
    return None if text is None else str(text).casefold() or None


def _age(facts: TraceFacts) -> int | None:
    return None if facts.start is None else -facts.start


SORT_FIELDS: dict[str, Callable[[TraceFacts], SortKey]] = {
    "start": lambda f: f.start,
    "age": _age,
    "dur": lambda f: f.duration,
    "trace": lambda f: _text(f.trace_id),
    "name": lambda f: _text(f.name),
    "kind": lambda f: f.kind,
    "status": lambda f: f.status,
    "errors": lambda f: f.errors,
    "spans": lambda f: f.spans,
    "tokens": lambda f: f.tokens,
    "cost": lambda f: f.cost,
    "session": lambda f: _text(f.session),
    "user": lambda f: _text(f.user),
    "project": lambda f: _text(f.project),
    "environment": lambda f: _text(f.environment),
    "service": lambda f: _text(f.service),
    "model": lambda f: _text(f.model),
    "tag": lambda f: _text(f.tags[0]) if f.tags else None,
    "store": lambda f: None,
}
"""Trace fields, and the three of a row that are span fields elsewhere. The store's name isn't known here."""

_ALIASES = {"duration": "dur", "duration_ms": "dur", "trace_id": "trace", "tags": "tag"}


def sort_field(name: str) -> str:
    """The field's name as `SORT_FIELDS` has it; raises UsageError with the nearest one."""
    field = name.strip().casefold()
    field = _ALIASES.get(field, field)
    if field in SORT_FIELDS:
        return field
    near = difflib.get_close_matches(field, [*SORT_FIELDS, *_ALIASES], 1, 0.5)
    fix = f"Did you mean {near[0]}?" if near else f"Sort by one of {', '.join(SORT_FIELDS)}."
    raise UsageError("There is no such field to sort by.", fix)


def in_order(items: Iterable[Item], key: Callable[[Item], SortKey], descending: bool) -> list[Item]:
    """`items` sorted by `key`, equal ones in the order they came, those without a key at the end."""
    keyed = [(key(item), item) for item in items]
    with_key = [pair for pair in keyed if pair[0] is not None]
    with_key.sort(key=_first, reverse=descending)
    return [item for _, item in with_key] + [item for value, item in keyed if value is None]


def _first(pair: tuple[SortKey, object]) -> int | float | str:
    value = pair[0]
    assert value is not None
    return value if value == value else float("-inf")  # NaN compares with nothing
