"""Why values are hidden, in a line each: what was found, how confidential it is, by which rule, what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.view import Segment, ShownList, ShownMap, ShownText, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.view import ShownValue

MOST = 8


def reasons(value: ShownValue) -> list[str]:
    """One line for each different reason in a value, the first of them at most."""
    found = list(dict.fromkeys(_line(s) for s in hidden(value)))
    return found[:MOST] if len(found) <= MOST else [*found[:MOST], f"and {len(found) - MOST} more"]


def hidden(value: ShownValue) -> Iterator[Segment]:
    """The pieces of a value that aren't plain."""
    if isinstance(value, ShownText):
        yield from (s for s in value.segments if s.state is not State.PLAIN)
    elif isinstance(value, ShownList):
        for item in value.items:
            yield from hidden(item)
    elif isinstance(value, ShownMap):
        for key, below in value.pairs:
            yield from hidden(key)
            yield from hidden(below)


def _line(segment: Segment) -> str:
    if segment.state is State.REDACTED:
        parts = [segment.type or "redacted", segment.level and f"level {segment.level}"]
        parts += [
            segment.rule and f"rule {segment.rule}",
            segment.operator and f"operator {segment.operator}",
        ]
        return ", ".join(p for p in parts if p)
    if segment.state is State.UNREDACTABLE:
        return "can't be judged, so hidden whole"
    return " ".join(p for p in (segment.state.name.lower(), segment.level, segment.note) if p)
