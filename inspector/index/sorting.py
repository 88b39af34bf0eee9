"""Putting many rows in order in small steps, so that no other thread waits for long.

A list's own sort holds the interpreter from its beginning to its end: half a second for a million. Here
rows are dealt into buckets by sampled keys first, and each bucket is sorted by itself (sample sort).
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

K = TypeVar("K", int, float, str)

_AT_ONCE: Final = 16_384
_PER_BUCKET: Final = 4_096
_SAMPLED: Final = 8


def sorted_rows(rows: Sequence[int], key: Callable[[int], K], descending: bool) -> list[int]:
    """`rows` by `key`, equal ones in the order they came."""
    if len(rows) <= _AT_ONCE:
        return sorted(rows, key=key, reverse=descending)
    count = len(rows) // _PER_BUCKET
    sample = sorted(key(row) for row in rows[:: max(1, len(rows) // (count * _SAMPLED))])
    splits = sorted(set(sample[_SAMPLED::_SAMPLED]))
    buckets: list[list[int]] = [[] for _ in range(len(splits) + 1)]
    for row in rows:
        buckets[bisect_right(splits, key(row))].append(row)
    out: list[int] = []
    for bucket in reversed(buckets) if descending else buckets:
        bucket.sort(key=key, reverse=descending)
        out += bucket
    return out


def packed(rows: Iterable[int]) -> array[int]:
    return array("I", rows)
