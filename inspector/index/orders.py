"""The rows of an index in the order of a field; lists that were sorted lately are kept while nothing changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from inspector.index.columns import NONE
from inspector.index.sorting import packed, sorted_rows

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Sequence

    from inspector.index.column_index import ColumnIndex
    from inspector.index.order import SortKey

_ORDERS: Final = 4
_FEW: Final = 20
"""A filter that leaves less than one in so many is sorted by itself."""


class Orders:
    def __init__(self, index: ColumnIndex) -> None:
        self._index = index
        self._kept: dict[tuple[str, bool], tuple[int, array[int]]] = {}
        """Lists of all rows, and the version of the index they are of."""

    def restored(self, newest_first: array[int]) -> None:
        """From the cache."""
        self._kept["start", True] = self._index.version, newest_first

    def keys(self, field: str) -> Callable[[int], SortKey]:
        """The key of each row by a field of `order.SORT_FIELDS`; none sorts last, whatever the direction."""
        index = self._index
        traces, groups = index.traces, index.groups
        start, end = traces.start, traces.end
        match field:
            case "start":
                return lambda row: None if (t := start[row]) == NONE else t
            case "age":
                return lambda row: None if (t := start[row]) == NONE else -t
            case "dur":
                return lambda row: None if start[row] == NONE or end[row] == NONE else end[row] - start[row]
            case "errors":
                return traces.errors.__getitem__
            case "spans":
                return traces.spans.__getitem__
            case "tokens":
                tokens = traces.tokens
                return lambda row: None if (n := tokens[row]) == NONE else n
            case "cost":
                cost = traces.cost
                return lambda row: None if (n := cost[row]) != n else n
            case "kind" | "status":
                words = [getattr(group, field) for group in groups]
                return lambda row: words[traces.group[row]]
            case "name" | "session" | "user":
                folded, codes = self._folded(field), getattr(traces, field)
                return lambda row: folded[codes[row]]
            case "tag":
                folded = self._folded("tag")
                firsts = [folded[group.tags[0]] if group.tags else None for group in groups]
                return lambda row: firsts[traces.group[row]]
            case "service" | "project" | "environment" | "model":
                folded = self._folded(field)
                texts = [folded[getattr(group, field)] for group in groups]
                return lambda row: texts[traces.group[row]]
            case "trace":
                return lambda row: str(self._index.shown_id(row)).casefold() or None
        return lambda row: None

    def _folded(self, field: str) -> list[str | None]:
        texts = self._index.judged(field)
        return [str(texts.shown(code)).casefold() or None for code in range(len(texts))]

    def order(self, field: str, descending: bool, rows: Sequence[int] | None = None) -> array[int]:
        """All rows, or some (ascending), sorted; equal keys in the order stored. Not to be changed."""
        with self._index.lock:  # not while sorting: rows are only added
            count, version = len(self._index.traces), self._index.version
            kept = self._kept.get((field, descending))
        if rows is not None and len(rows) * _FEW < count:
            return self._sorted(rows, field, descending)
        if kept is None or kept[0] != version:
            kept = version, self._sorted(range(count), field, descending)
            with self._index.lock:
                if len(self._kept) >= _ORDERS:
                    self._kept.clear()
                self._kept[field, descending] = kept
        if rows is None or len(rows) == len(kept[1]):
            return kept[1]
        chosen = bytearray(count)
        for row in rows:
            chosen[row] = 1
        return packed([row for row in kept[1] if chosen[row]])

    def _sorted(self, rows: Sequence[int], field: str, descending: bool) -> array[int]:
        key = self.keys(field)
        keys = (
            {row: key(row) for row in rows}
            if len(rows) < len(self._index.traces)
            else [key(row) for row in rows]
        )
        known = [row for row in rows if keys[row] is not None]
        out = packed(sorted_rows(known, cast("Callable[[int], int]", keys.__getitem__), descending))
        if len(known) < len(rows):
            out.extend(row for row in rows if keys[row] is None)
        return out
