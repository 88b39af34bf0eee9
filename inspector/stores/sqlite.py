"""SQLite trace stores: which format a database is, and the store that reads it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

from inspector.errors import NotAStore, NotFound, StoreError
from inspector.stores.base import StoreInfo
from inspector.stores.sqlite_db import Database, Schema
from inspector.stores.sqlite_format import HasTextSearch, Revision, SqliteFormat, row_places
from inspector.stores.sqlite_formats import SHIPPED, shipped
from inspector.stores.sqlite_known import application_of
from inspector.stores.windows import texts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from inspector.model import Batch, Place, SideRecord, Trace
    from inspector.stores.edits import Editor
    from inspector.stores.generation import Generation
    from inspector.stores.rows.declared import RowEdits


def formats() -> tuple[SqliteFormat, ...]:
    """Every SQLite format that ships, imported."""
    return shipped()


def open_sqlite(path: Path, extra: Sequence[SqliteFormat] = ()) -> SqliteStore:
    """The store in a SQLite file, opened without a trace; `extra` formats are asked first.

    Raises NotAStore for a database of something else.
    """
    db = Database(path)
    try:
        chosen = recognise(db.schema, extra)
        if chosen is None:
            raise NotAStore(*_foreign(db))
        return SqliteStore(path, db, chosen)
    except BaseException:
        db.close()
        raise


def recognise(schema: Schema, extra: Sequence[SqliteFormat] = ()) -> SqliteFormat | None:
    """The format whose tables and columns these are."""
    for candidate in extra:
        if candidate.recognise(schema) is not None:
            return candidate
    return next((each.load() for each in SHIPPED if each.fits(schema)), None)


class SqliteStore:
    """A Store over a database. Scanning and loading may happen in different threads."""

    def __init__(self, path: Path, db: Database, chosen: SqliteFormat) -> None:
        self._path = path
        self._db = db
        self._format = chosen
        self._revision: Revision = chosen.revision(db)

    @property
    def info(self) -> StoreInfo:
        writable = self._revision.known and self._format.info.editable and _may_write(self._path)
        return StoreInfo(
            path=self._path,
            format=self._format.info,
            schema=self._revision.schema,
            bytes=self._db.bytes,
            writable=writable,
            banner=self._revision.banner,
        )

    def scan(self) -> Iterator[Batch]:
        return self._format.scan(self._db)

    def load(self, trace_id: str, places: Sequence[Place]) -> Trace:
        trace = self._format.load(self._db, trace_id, row_places(places))
        if trace is None:
            raise NotFound("This trace is no longer in the store.", "Reload the list.")
        return trace

    def traces_with(self, text: str, stopped: Callable[[], bool]) -> Iterator[str] | None:
        if not isinstance(self._format, HasTextSearch):
            return None
        return self._format.traces_with(self._db, text, stopped)

    def generation(self) -> Generation:
        return self._db.generation()

    def can_be_opened_again(self) -> bool:
        """Not where that means another private copy, nor by a format that another process doesn't know."""
        return self._db.in_place and type(self._format).__module__.startswith(f"{__package__}.formats.")

    def windows(self, overlap: int) -> Iterator[bytes]:
        return texts_of(self._db)

    def database(self) -> Database:
        return self._db

    def side_records(self) -> Iterator[SideRecord]:
        return self._format.side_records(self._db)

    def editor(self) -> Editor:
        """Closes what this store has open: no descriptor of the file may be closed while it is written."""
        if not self.info.writable:
            raise StoreError(
                "This store is read-only: its format, its schema or its permissions don't let it be changed.",
                "See `inspector info` for its schema, and the folder's permissions.",
            )
        edits = getattr(self._format, "edits", None)
        from inspector.stores.edit_sqlite import SqliteEditor

        return SqliteEditor(self._path, cast("RowEdits", edits))

    def close(self) -> None:
        self._db.close()


def _may_write(path: Path) -> bool:
    real = path.resolve()
    return os.access(real, os.W_OK) and os.access(real.parent, os.W_OK)


def _foreign(db: Database) -> tuple[str, str]:
    count = len([table for table in db.schema if not table.startswith("sqlite_")])
    tables = "no tables" if count == 0 else "1 table" if count == 1 else f"{count} tables"
    try:
        application = application_of(db)
    except StoreError:
        application = ""
    what = f"{application} " if application else "a SQLite database of something else "
    return (
        f"This is {what}({tables}), not a trace store that inspector knows.",
        "See `inspector formats` for what it can open.",
    )
