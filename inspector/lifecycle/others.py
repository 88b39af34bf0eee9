"""Who else a store knows: their ids, hidden in what one person is given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from inspector.lifecycle.facts import Heads

OTHER: Final = "[OTHER PERSON]"
_SHORTEST: Final = 4
"""A shorter id is hidden where it is a value of its own; within a text it would be found everywhere."""
_RUNS: Final = (re.compile(r"[\w.@:+-]+"), re.compile(r"[\w.-]+"), re.compile(r"[\w-]+"), re.compile(r"\w+"))
"""From the longest that may be an id to a mere word."""
_EDGE: Final = ".:+-"
_COMMON: Final = frozenset("user assistant system tool default anonymous none null unknown guest".split())


class Others:
    """Looks words up in a set, so that a million ids cost no more than ten."""

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self._ids: set[str] = set()
        self._odd: dict[str, None] = {}
        for each in ids:
            self.add(each)

    def add(self, id: str) -> None:
        id = id.strip().casefold()
        if not id or id in _COMMON or id in self._ids:
            return
        self._ids.add(id)
        if len(id) >= _SHORTEST and not any(run.fullmatch(id) for run in _RUNS):
            self._odd[id] = None

    def __contains__(self, text: str) -> bool:
        return text.strip().casefold() in self._ids

    def hidden(self, text: str) -> tuple[str, int]:
        """The text without them, and how many were hidden in it."""
        if text in self:
            return OTHER, 1
        count = 0

        def look(found: re.Match[str]) -> str:
            nonlocal count
            run = found[0]
            bare = run.strip(_EDGE)
            if len(bare) < _SHORTEST or bare.casefold() not in self._ids:
                return run
            count += 1
            return run.replace(bare, OTHER, 1)

        for run in _RUNS:
            text = run.sub(look, text)
        for odd in self._odd:
            text, more = re.subn(re.escape(odd), OTHER, text, flags=re.IGNORECASE)
            count += more
        return text, count


def own_sessions(traces: Iterable[Heads], own: Callable[[str], bool]) -> set[str]:
    """Sessions of traces that name the person as their user."""
    return {session for user, session in _stated(traces) if session and user and own(user)}


def other_ids(traces: Iterable[Heads], own: Callable[[str], bool], sessions: set[str]) -> Iterable[str]:
    """Every user and session of a store that isn't the person's."""
    ids = {id for pair in _stated(traces) for id in pair if id and id not in sessions}
    return (id for id in ids if not own(id))


def _stated(traces: Iterable[Heads]) -> Iterator[tuple[str | None, str | None]]:
    for trace in traces:
        yield from ((span.user, span.session) for span in trace.spans)
        yield from ((head.user, head.session) for head in trace.traces)
