"""Which TraceCraft runs hold a text: found by SQLite itself, in ranges of rows. A run's `data` holds all that its
steps say, but for what only the steps' own rows do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.stores.formats.phoenix_texts import like
from inspector.stores.formats.rows import text as text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inspector.stores.sqlite_db import Database

_RANGE: Final = 1_000
_BESIDE: Final = (
    ("projects", "SELECT id FROM traces WHERE project_id IN (SELECT id FROM projects WHERE name LIKE ?)"),
    ("trace_tags", "SELECT trace_id FROM trace_tags WHERE tag LIKE ?"),
)


def traces_with(db: Database, text: str, stopped: Callable[[], bool]) -> Iterator[str] | None:
    """See `inspector.stores.base.HasTexts`."""
    pattern = like(text)
    return None if pattern is None else _found(db, pattern, stopped)


def _found(db: Database, pattern: str, stopped: Callable[[], bool]) -> Iterator[str]:
    for table, sql in _BESIDE:
        if table in db.schema:
            yield from (text_of(row[0]) for row in db.attempt(sql, (pattern,)).rows)
    for table, key in (("traces", "id"), ("steps", "trace_id")):
        yield from _in_rows(db, table, key, pattern, stopped)


def _in_rows(db: Database, table: str, key: str, pattern: str, stopped: Callable[[], bool]) -> Iterator[str]:
    columns = sorted(db.schema.get(table, ()))
    holds = " OR ".join(f'"{name}" LIKE ?' for name in columns)
    ends = db.attempt(f'SELECT max(rowid), min(rowid) FROM "{table}"').rows
    if not columns or not ends or not isinstance(ends[0][0], int) or not isinstance(ends[0][1], int):
        return
    top, lowest = ends[0][0], ends[0][1]
    sql = f'SELECT DISTINCT "{key}" FROM "{table}" WHERE rowid BETWEEN ? AND ? AND ({holds}) ORDER BY rowid DESC'
    while top >= lowest and not stopped():
        low = max(lowest, top - _RANGE + 1)
        rows = db.attempt(sql, (low, top, *[pattern] * len(columns))).rows
        yield from (text_of(row[0]) for row in rows)
        top = low - 1
