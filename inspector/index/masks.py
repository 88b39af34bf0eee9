"""Sets of spans and of traces as one byte each in a big integer: whole columns are compared at C speed, in
pieces short enough that no other thread waits."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Sequence

_PIECE: Final = 1 << 16


def mask_of(flags: bytes | bytearray) -> int:
    return int.from_bytes(flags, "little")


def by_table(column: array[int], table: Sequence[int]) -> int:
    """Where `table` has 1 for the column's code."""
    get = table.__getitem__
    return mask_of(b"".join(bytes(map(get, column[a : a + _PIECE])) for a in range(0, len(column), _PIECE)))


def by_test(values: Sequence[float], test: Callable[[float], bool]) -> int:
    return mask_of(bytes([test(value) for value in values]))


def collapsed(spans: int, trace_of: array[int], traces: int) -> int:
    """The traces that have one of these spans."""
    flags = spans.to_bytes(len(trace_of), "little")
    rows: set[int] = set()
    for a in range(0, len(trace_of), _PIECE):
        piece = flags[a : a + _PIECE]
        if 1 in piece:
            rows.update(compress(trace_of[a : a + _PIECE], piece))
    out = bytearray(traces)
    for row in rows:
        out[row] = 1
    return mask_of(out)


def spread(traces: int, trace_of: array[int], count: int) -> int:
    """The spans of these traces."""
    return by_table(trace_of, traces.to_bytes(count, "little"))


def rows_of(mask: int, count: int) -> list[int]:
    """The numbers of a set, ascending."""
    flags = mask.to_bytes(count, "little")
    return [a + i for a in range(0, count, _PIECE) for i in compress(range(_PIECE), flags[a : a + _PIECE])]


def all_of(count: int) -> int:
    return mask_of(b"\1" * count)
