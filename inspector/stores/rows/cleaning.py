"""After the commit: nothing of what was deleted may stay in the file, its log or its journal.

Deleted rows live on in free pages, in unmerged parts of full-text indexes, in samples of ANALYZE and in the
write-ahead log. Each step may be cut off and begun again.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from inspector.stores.rows import fulltext

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.stores.rows.catalog import Catalog

_READER: Final = "Another program reads the database, so that old bytes stay in its log until it has finished: resume then."
_BUSY: Final = (
    "Another program keeps the database locked, so that old bytes stay in it: resume when it is idle."
)
_FULL: Final = "The disk is full, so that old bytes stay in the file: free some space, then resume."
_FAILED: Final = "The file can't be written any more, so that old bytes stay in it: resume when it can be."


def clean(
    connection: sqlite3.Connection,
    catalog: Catalog,
    sound: dict[str, str],
    phase: Callable[[str], None],
) -> str:
    """Empty if all is clean, else a sentence that says what isn't and why."""
    try:
        return _clean(connection, catalog, sound, phase)
    except sqlite3.OperationalError as error:
        match error.sqlite_errorcode & 0xFF:
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return _BUSY
            case sqlite3.SQLITE_FULL:
                return _FULL
            case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN:
                return _FAILED
        raise


def _clean(
    connection: sqlite3.Connection, catalog: Catalog, sound: dict[str, str], phase: Callable[[str], None]
) -> str:
    phase("indexes")
    fulltext.optimise(connection, catalog)
    if catalog.statistics:
        phase("statistics")
        connection.execute("ANALYZE")
    # The copy that VACUUM makes goes to a file: in memory it would be as big as the store.
    connection.execute("PRAGMA temp_store=FILE")
    phase("vacuum")
    connection.execute("VACUUM")
    if fulltext.rebuild_broken(connection, catalog, sound):
        fulltext.optimise(connection, catalog)
        connection.execute("VACUUM")
    phase("log")
    return "" if emptied(connection) else _READER


def emptied(connection: sqlite3.Connection) -> bool:
    """Whether the log, if there is one, is empty and all of it stands in the file."""
    busy, in_log, written = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return (busy, in_log, written) in ((0, 0, 0), (0, -1, -1))
