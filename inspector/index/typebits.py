"""For each span, which types of values are hidden in it: one number a span, of a set in a short table.

Filled in long after the columns, if at all; 0 stands for a span that nobody has looked into yet. A span's
labels count too.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import compress
from typing import TYPE_CHECKING, Final, NamedTuple

from inspector.index.columns import ODD_PLACE
from inspector.index.masks import by_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from inspector.index.columns import SpanColumns


class Types(NamedTuple):
    """What is hidden somewhere."""

    types: frozenset[str]
    level: str
    """The highest level of it."""


NOTHING: Final = Types(frozenset(), "public")


class TypeBits:
    def __init__(self) -> None:
        self.column: array[int] = array("I")
        self._mapped = False
        """Whether the column lies in a file of the cache, and has to be copied before it is written into."""
        self.sets: list[Types] = [NOTHING]
        self._codes: dict[Types, int] = {}

    def __len__(self) -> int:
        return len(self.column)

    def grow(self, count: int) -> None:
        """Make room for so many spans; those that came are unscanned."""
        if count > len(self.column):
            self.thaw()
            self.column.frombytes(bytes(4 * (count - len(self.column))))

    def thaw(self) -> None:
        if self._mapped:
            self.column, self._mapped = array("I", self.column.tobytes()), False

    def codes(self, sets: Iterable[Types]) -> list[int]:
        """Numbers of sets here, made where they are new; the first is unscanned."""
        return [0, *map(self.code, list(sets)[1:])]

    def code(self, types: Types) -> int:
        code = self._codes.get(types)
        if code is None:
            code = self._codes[types] = len(self.sets)
            self.sets.append(types)
        return code

    def restored(self, column: array[int], sets: list[Types]) -> None:
        self.column, self.sets, self._mapped = column, sets, True
        self._codes = {each: code for code, each in enumerate(sets) if code}

    def clear(self) -> None:
        """Nobody has looked yet."""
        self.restored(array("I"), [NOTHING])
        self._mapped = False

    @property
    def any(self) -> bool:
        """Whether somebody has looked into some spans."""
        return len(self.sets) > 1

    def unscanned(self, trace_of: Sequence[int]) -> set[int]:
        """The traces that have a span into which nobody has looked."""
        missing = by_table(self.column, b"\1" + bytes(len(self.sets) - 1))
        rows = set(compress(trace_of, missing.to_bytes(len(self.column), "little"))) if missing else set()
        rows.update(trace_of[len(self.column) :])
        return rows


class Records:
    """Where the spans of each record stand in the columns: they lie side by side, in the order stored."""

    def __init__(self, starts: Sequence[int], spans: SpanColumns) -> None:
        order = sorted(range(len(starts)), key=starts.__getitem__)
        self._starts = array("q", [starts[number] for number in order])
        self._order = array("I", order)
        self._first = array("q", [-1]) * len(starts)
        self._count = array("I", bytes(4 * len(starts)))
        last = -1
        for index, (number, flags) in enumerate(zip(spans.at, spans.flags, strict=True)):
            if flags & ODD_PLACE:
                continue
            if number != last:
                # A record that is met again isn't of the usual shape: it is left unscanned.
                self._first[number] = index if self._first[number] == -1 else -2
                last = number
            self._count[number] += 1

    def within(self, start: int, stop: int) -> Iterator[slice]:
        """The spans of each record that begins in a range."""
        for at in range(bisect_left(self._starts, start), bisect_left(self._starts, stop)):
            number = self._order[at]
            if self._first[number] >= 0:
                yield slice(self._first[number], self._first[number] + self._count[number])

    def slice(self, start: int, count: int) -> slice | None:
        """The spans of the record that begins at a byte, if they are so many."""
        at = bisect_left(self._starts, start)
        if at == len(self._starts) or self._starts[at] != start:
            return None
        number = self._order[at]
        if self._count[number] != count or self._first[number] < 0:
            return None
        return slice(self._first[number], self._first[number] + count)
