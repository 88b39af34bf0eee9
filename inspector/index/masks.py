"""Sets of spans and of traces as one byte each in a big integer: whole columns are compared at C speed.

A column is taken apart into planes, one of each place of its numbers' bytes: what a byte says of its number
is a table of 256, and `bytes.translate` asks it a million times in half a millisecond. No step is so long
that another thread would wait for it.
"""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from functools import cache
from itertools import compress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_PIECE: Final = 1 << 16
_TABLES: Final = 8
"""With more than so many times 256 codes, each entry is looked up by itself."""
_SPARSE: Final = 8
_DENSE: Final = 4
"""Where only one in so many is set, or isn't, those are gone through one by one."""


def mask_of(flags: bytes | bytearray) -> int:
    return int.from_bytes(flags, "little")


def all_of(count: int) -> int:
    return mask_of(b"\1" * count)


def by_table(column: array[int], table: Sequence[int]) -> int:
    """Where `table` has 1 for the column's code."""
    if len(table) > 256 * _TABLES:
        get = table.__getitem__
        pieces = (bytes(map(get, column[a : a + _PIECE])) for a in range(0, len(column), _PIECE))
        return mask_of(b"".join(pieces))
    out = 0
    data = column.tobytes()
    low = _plane(data, 0, column.itemsize)
    for high in range(0, len(table), 256):
        part = bytes(table[high : high + 256])
        if 1 in part:
            found = mask_of(low.translate(part.ljust(256, b"\0")))
            if len(table) > 256:
                found &= mask_of(_plane(data, 1, column.itemsize).translate(_is(high >> 8)))
            out |= found
    return out


def at_least(column: array[int], least: int) -> int:
    """Where a column has `least` or more; one of eight bytes is of signed numbers, any other isn't."""
    size = column.itemsize
    lowest = -(1 << 63) if size == 8 else 0
    if least <= lowest:
        return all_of(len(column))
    if least - lowest >= 1 << 8 * size:
        return 0
    data, nothing = column.tobytes(), bytes(len(column))
    more, equal = 0, all_of(len(column))
    for place, byte in reversed(list(enumerate((least - lowest).to_bytes(size, "little")))):
        plane = _plane(data, place, size)
        if not byte and plane == nothing:
            continue
        signed = lowest < 0 and place == size - 1
        more |= equal & mask_of(plane.translate(_above(byte, signed=signed)))
        equal &= mask_of(plane.translate(_is(byte, signed=signed)))
        if not equal:
            break
    return more | equal


def between(column: array[int], low: int | None, high: int | None) -> int:
    """Where a column has `low` or more and less than `high`."""
    out = all_of(len(column)) if low is None else at_least(column, low)
    return out if high is None else out & ~at_least(column, high)


def collapsed(spans: int, trace_of: array[int], sizes: array[int]) -> int:
    """The traces that have one of these spans; `sizes` says how many each has."""
    count, hits = len(trace_of), spans.bit_count()
    flags = spans.to_bytes(count, "little")
    if hits * _DENSE > count * (_DENSE - 1):
        return _not_missed(flags.translate(_is(0)), trace_of, sizes)
    out = bytearray(len(sizes))
    if hits * _SPARSE < count:
        at = flags.find(1)
        while at >= 0:
            out[trace_of[at]] = 1
            at = flags.find(1, at + 1)
    else:
        for row in compress(trace_of, flags):
            out[row] = 1
    return mask_of(out)


def _not_missed(missed: bytes, trace_of: array[int], sizes: array[int]) -> int:
    """The traces of which some span isn't missed: quick where few spans are."""
    out = bytearray(at_least(sizes, 1).to_bytes(len(sizes), "little"))
    for row, count in Counter(compress(trace_of, missed)).items():
        if count == sizes[row]:
            out[row] = 0
    return mask_of(out)


def spread(traces: int, trace_of: array[int], count: int) -> int:
    """The spans of these traces."""
    return by_table(trace_of, traces.to_bytes(count, "little"))


def rows_of(mask: int, count: int) -> array[int]:
    """The numbers of a set, ascending."""
    return array("I", compress(range(count), mask.to_bytes(count, "little")))


def _plane(data: bytes, place: int, size: int) -> bytes:
    """The bytes of one place, the lowest is 0, of numbers of so many bytes."""
    return data[place if sys.byteorder == "little" else size - 1 - place :: size]


@cache
def _above(byte: int, *, signed: bool = False) -> bytes:
    flip = 128 if signed else 0
    return bytes((each ^ flip) > byte for each in range(256))


@cache
def _is(byte: int, *, signed: bool = False) -> bytes:
    flip = 128 if signed else 0
    return bytes((each ^ flip) == byte for each in range(256))
