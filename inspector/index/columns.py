"""Spans and traces in packed columns: about a hundred bytes a span, whatever their number.

A block that a reader fills and the index that takes blocks in are the same thing, so that a worker process
hands over its columns as they are. Spans of one trace are linked by distance (`step`s of `next`, 0 at the
last), which holds wherever the block comes to lie. Times are ns; `NONE` stands for what isn't there.
"""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

NONE: Final = -(1 << 63)
HIGHEST: Final = (1 << 63) - 1
NO_COST: Final = math.nan
NOWHERE: Final = 0xFFFFFFFF
"""No step, no span, no head."""

ODD_ID: Final = 1
"""The id is no 16 hex digits: its column holds a number in the table `odd`."""
NO_ID: Final = 2
HAS_PARENT: Final = 4
ODD_PARENT: Final = 8
ODD_PLACE: Final = 16
"""The row's key is no integer: `at` is a number in the table of keys."""


class Group(NamedTuple):
    """What many spans, and traces, have in common; codes of the tables of texts."""

    kind: str
    written: int
    status: str
    service: int
    project: int
    environment: int
    model: int
    tags: tuple[int, ...]


class SpanColumns:
    """One entry a span, in the order in which they were read."""

    __slots__ = (
        "at",
        "cost",
        "end",
        "flags",
        "group",
        "id",
        "name",
        "next",
        "parent",
        "session",
        "start",
        "step",
        "tokens",
        "trace",
        "user",
        "way",
    )
    CODES: Final = "BQQIqqqdIIIIqIII"
    NAMES: Final = (
        "flags", "id", "parent", "trace", "start", "end", "tokens", "cost", "group", "name", "session",
        "user", "at", "way", "step", "next",
    )  # fmt: skip

    def __init__(self) -> None:
        self.flags = array("B")
        self.id = array("Q")
        self.parent = array("Q")
        self.trace = array("I")
        self.start = array("q")
        self.end = array("q")
        self.tokens = array("q")
        self.cost = array("d")
        self.group = array("I")
        self.name = array("I")
        self.session = array("I")
        self.user = array("I")
        self.at = array("q")
        """Number of the record, or the row's key."""
        self.way = array("I")
        """Number of the table or of the way inside the record, but for its last step."""
        self.step = array("I")
        self.next = array("I")

    def __len__(self) -> int:
        return len(self.flags)

    def columns(self) -> Iterator[tuple[str, array[int] | array[float]]]:
        for name in self.NAMES:
            yield name, getattr(self, name)


class TraceColumns:
    """One entry a trace, rolled up from its spans and heads."""

    __slots__ = (
        "cost",
        "end",
        "errors",
        "first",
        "flags",
        "group",
        "head",
        "high",
        "last",
        "low",
        "name",
        "session",
        "spans",
        "start",
        "tokens",
        "user",
    )
    CODES: Final = "BQQqqIIIIIIIIIqd"
    NAMES: Final = (
        "flags", "high", "low", "start", "end", "spans", "errors", "first", "last", "head", "group", "name",
        "session", "user", "tokens", "cost",
    )  # fmt: skip

    def __init__(self) -> None:
        self.flags = array("B")
        self.high = array("Q")
        self.low = array("Q")
        self.start = array("q")
        self.end = array("q")
        self.spans = array("I")
        self.errors = array("I")
        self.first = array("I")
        self.last = array("I")
        self.head = array("I")
        """The last of its heads, linked backwards by `HeadColumns.before`."""
        self.group = array("I")
        self.name = array("I")
        self.session = array("I")
        self.user = array("I")
        self.tokens = array("q")
        self.cost = array("d")

    def __len__(self) -> int:
        return len(self.flags)

    def columns(self) -> Iterator[tuple[str, array[int] | array[float]]]:
        for name in self.NAMES:
            yield name, getattr(self, name)

    def add(self, high: int, low: int, flags: int) -> int:
        """A trace of which nothing is known yet; its row."""
        row = len(self.flags)
        self.flags.append(flags)
        self.high.append(high)
        self.low.append(low)
        self.start.append(NONE)
        self.end.append(NONE)
        self.spans.append(0)
        self.errors.append(0)
        self.first.append(NOWHERE)
        self.last.append(NOWHERE)
        self.head.append(NOWHERE)
        self.group.append(0)
        self.name.append(0)
        self.session.append(0)
        self.user.append(0)
        self.tokens.append(NONE)
        self.cost.append(NO_COST)
        return row


class HeadColumns:
    """What stores say of traces apart from their spans: `group` holds their labels, with an empty kind."""

    __slots__ = (
        "at",
        "before",
        "cost",
        "end",
        "flags",
        "group",
        "name",
        "session",
        "start",
        "tokens",
        "trace",
        "user",
        "way",
    )
    CODES: Final = "BIqqqdIIIIqII"
    NAMES: Final = (
        "flags", "trace", "start", "end", "tokens", "cost", "group", "name", "session", "user", "at", "way",
        "before",
    )  # fmt: skip

    def __init__(self) -> None:
        self.flags = array("B")
        self.trace = array("I")
        self.start = array("q")
        self.end = array("q")
        self.tokens = array("q")
        self.cost = array("d")
        self.group = array("I")
        self.name = array("I")
        self.session = array("I")
        self.user = array("I")
        self.at = array("q")
        self.way = array("I")
        self.before = array("I")
        """Distance back to the head before of the same trace, 0 at the first."""

    def __len__(self) -> int:
        return len(self.flags)

    def columns(self) -> Iterator[tuple[str, array[int] | array[float]]]:
        for name in self.NAMES:
            yield name, getattr(self, name)
