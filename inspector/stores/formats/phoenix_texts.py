"""Which Phoenix traces hold a text: found by SQLite itself, in ranges of rows.

Only a run of ASCII letters and digits is asked for, which no escaping of JSON changes; what is found is
looked at properly anyway.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from inspector.stores.formats.rows import text as text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inspector.stores.sqlite_db import Database

_RUN: Final = re.compile(r"[A-Za-z0-9]{2,}", re.ASCII)
_RANGE: Final = 20_000
_OWN: Final = ("span_id", "parent_id", "name", "status_message", "attributes", "events")
_NOTES: Final = (("span_annotations", "span_rowid"), ("document_annotations", "span_rowid"))
_SAID: Final = ("name", "label", "explanation", "metadata", "annotator_kind", "identifier", "source")
_ID: Final = "SELECT DISTINCT coalesce(t.trace_id, 'untraced:' || s.trace_rowid) FROM spans s " \
    "LEFT JOIN traces t ON t.id = s.trace_rowid WHERE "  # fmt: skip


def traces_with(db: Database, text: str, stopped: Callable[[], bool]) -> Iterator[str] | None:
    """See `inspector.stores.base.HasTexts`."""
    pattern = like(text)
    return None if pattern is None else _found(db, pattern, stopped)


def like(text: str) -> str | None:
    """A pattern for LIKE that finds whatever cell holds a text, if there is one."""
    runs = _RUN.findall(text)
    return f"%{max(runs, key=len)}%" if runs else None


def _found(db: Database, like: str, stopped: Callable[[], bool]) -> Iterator[str]:
    yield from _beside(db, like)
    columns = [name for name in _OWN if name in db.schema.get("spans", ())]
    holds = " OR ".join(f's."{name}" LIKE ?' for name in columns)
    highest = db.attempt("SELECT max(id), min(id) FROM spans").rows
    if not highest or not isinstance(highest[0][0], int) or not isinstance(highest[0][1], int):
        return
    top, lowest = highest[0][0], highest[0][1]
    while top >= lowest and not stopped():
        low = max(lowest, top - _RANGE + 1)
        rows = db.attempt(f"{_ID} s.id BETWEEN ? AND ? AND ({holds}) ORDER BY s.id DESC",
                          (low, top, *[like] * len(columns))).rows  # fmt: skip
        yield from (text_of(row[0]) for row in rows)
        top = low - 1


def _beside(db: Database, like: str) -> Iterator[str]:
    """Traces whose project, session or annotations hold it."""
    schema = db.schema
    asked: list[tuple[str, int]] = [("SELECT trace_id FROM traces WHERE trace_id LIKE ?", 1)]
    if "projects" in schema:
        of_project = "SELECT id FROM projects WHERE name LIKE ?"
        asked.append((f"SELECT trace_id FROM traces WHERE project_rowid IN ({of_project})", 1))
    if "project_sessions" in schema and "project_session_rowid" in schema.get("traces", ()):
        of_session = "SELECT id FROM project_sessions WHERE session_id LIKE ?"
        asked.append((f"SELECT trace_id FROM traces WHERE project_session_rowid IN ({of_session})", 1))
    for table, key in _NOTES:
        said = [name for name in _SAID if name in schema.get(table, ())]
        if said:
            holds = " OR ".join(f'"{name}" LIKE ?' for name in said)
            asked.append((f'{_ID} s.id IN (SELECT "{key}" FROM "{table}" WHERE {holds})', len(said)))
    for sql, count in asked:
        yield from (text_of(row[0]) for row in db.attempt(sql, [like] * count).rows)
