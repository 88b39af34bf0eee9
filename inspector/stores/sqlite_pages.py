"""Tables in pages by rowid, newest first, over and around what is damaged.

A page is a range scan on the table's own key, so its cost doesn't grow with the distance (no OFFSET) and a
scan may be left at any point. Where a leaf of the tree can't be read, the nearest key that can is sought by
growing steps and bisection; a narrow gap is then tried row by row, so that only what is lost is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from inspector.model import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.stores.sqlite_db import Database, Row

FIRST_PAGE = 64
PAGE = 1000
_HIGHEST = 2**63 - 1
_LOWEST = -(2**63)
_TRY_EACH = 1000
"""Keys at either end of a damaged range that are tried one by one."""


class Source(Struct, frozen=True):
    """What to read of a table: its name, and SQL expressions over it. The key comes first in each row."""

    table: str
    columns: str
    where: str = ""

    def sql(self, condition: str, tail: str) -> str:
        where = f"{condition} AND ({self.where})" if self.where else condition
        return f'SELECT rowid, {self.columns} FROM "{self.table}" WHERE {where} {tail}'


class Page(Struct):
    rows: list[Row]
    done: float
    """The share of the table's keys that is behind us, 0 to 1."""
    problems: list[Problem] = field(default_factory=list)


def pages(
    db: Database,
    source: Source,
    first: int = FIRST_PAGE,
    then: int = PAGE,
    between: tuple[int, int] | None = None,
) -> Iterator[Page]:
    """All readable rows, or those with keys `between` two, highest key first: `first` of them, then `then`
    at a time."""
    lowest, highest = between or ends(db, source.table)
    below, size = _HIGHEST if between is None else highest, first
    while below >= lowest:
        result = db.attempt(
            source.sql("rowid BETWEEN ? AND ?", "ORDER BY rowid DESC LIMIT ?"),
            (lowest if between else _LOWEST, below, size),
        )
        reached = key_of(result.rows[-1]) if result.rows else below + 1
        page = Page(result.rows, _share(lowest, reached, highest))
        if result.fault is not None:
            below = _readable_below(db, source, reached - 1)
            if between is not None:
                below = max(below, lowest - 1)
            page.rows += _save(db, source, below + 1, reached - 1, result.fault.kind, page.problems)
        elif len(result.rows) < size:
            below = lowest - 1
            page.done = 1.0
        else:
            below = reached - 1
        yield page
        size = then


def ends(db: Database, table: str) -> tuple[int, int]:
    """The lowest and the highest key, or the lowest and highest there could be where those can't be read."""
    return _end(db, table, "min"), _end(db, table, "max")


def _share(lowest: int, reached: int, highest: int) -> float:
    return 1.0 if highest <= lowest else max(0.0, min(1.0, (highest - reached) / (highest - lowest)))


def key_of(row: Row) -> int:
    key = row[0]
    assert isinstance(key, int)
    return key


def _end(db: Database, table: str, which: str) -> int:
    """The lowest or highest key, or the lowest or highest there could be where that can't be read."""
    rows = db.attempt(f'SELECT {which}(rowid) FROM "{table}"').rows
    value = rows[0][0] if rows else None
    return value if isinstance(value, int) else (_LOWEST if which == "min" else _HIGHEST)


def _readable_below(db: Database, source: Source, bad: int) -> int:
    """The highest key under `bad` from which a row can be read, or one under the lowest possible key."""
    unread, probe = bad, bad
    for probe in _probes(bad):
        if _reads(db, source, probe):
            break
        unread = probe
    else:
        return _LOWEST - 1
    while unread - probe > 1:
        middle = (unread + probe) // 2
        if _reads(db, source, middle):
            probe = middle
        else:
            unread = middle
    return probe


def _probes(bad: int) -> list[int]:
    """Keys under `bad`, the nearest first: at doubling distances from it, and at halving distances from zero,
    near which most keys are."""
    near = {bad - (1 << step) for step in range(64)}
    return sorted(
        (key for key in near | {bad >> step for step in range(1, 64)} if _LOWEST <= key < bad), reverse=True
    )


def _reads(db: Database, source: Source, key: int) -> bool:
    return db.attempt(source.sql("rowid <= ?", "ORDER BY rowid DESC LIMIT 1"), (key,)).fault is None


def _save(db: Database, source: Source, low: int, high: int, kind: str, problems: list[Problem]) -> list[Row]:
    """Rows of `low` to `high` that can be read after all; those that can't are named in `problems`."""
    saved: list[Row] = []
    lost: list[int] = []
    wide = high - low >= 2 * _TRY_EACH
    if wide:
        # Nobody knows how many rows there were between: what is near either end is tried.
        keys = [*range(high, high - _TRY_EACH, -1), *range(low + _TRY_EACH - 1, low - 1, -1)]
    else:
        keys = list(range(high, low - 1, -1))
    for key in keys:
        result = db.attempt(source.sql("rowid = ?", ""), (key,))
        saved += result.rows
        if result.fault is not None:
            lost.append(key)
    if lost or wide:
        first, last, count = (low, high, 1) if wide else (lost[-1], lost[0], len(lost))
        problems.append(Problem(f"table {source.table}, {_rows(first, last)}", f"rows are {kind}", count))
    return saved


def _rows(low: int, high: int) -> str:
    if low == high:
        return f"row {low}"
    if low == _LOWEST:
        return "rows" if high == _HIGHEST else f"rows up to {high}"
    return f"rows {low} to {high}"
