"""What an untrusted database may make SQLite do: read its own tables, and nothing else.

The measures are those of sqlite.org/security.html. Python reaches SQLITE_DBCONFIG_DEFENSIVE and its like from
3.12 on only; the authorizer does as much alone.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import sys

MAX_VALUE = 512 * 1024 * 1024
"""Bytes of one value or row; a larger one is named as a problem."""

_SETTINGS = (
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA mmap_size=0",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA recursive_triggers=OFF",
)

_READ_PRAGMAS = frozenset(
    {"schema_version", "user_version", "application_id", "encoding", "page_size", "data_version"}
)
_FUNCTIONS = frozenset(
    [
        "abs",
        "char",
        "coalesce",
        "count",
        "ifnull",
        "instr",
        "json_extract",
        "json_type",
        "json_valid",
        "length",
        "like",
        "lower",
        "max",
        "min",
        "nullif",
        "substr",
        "sum",
        "typeof",
    ]
)


_SCHEMA_PRAGMAS = frozenset({"table_xinfo", "index_list", "foreign_key_list"})
_WALK = "below"
"""What plans call their one recursive table, which SQLite names as it would a view: it hides one so called."""
_MAKING = (
    sqlite3.SQLITE_CREATE_TEMP_TABLE,
    sqlite3.SQLITE_CREATE_TEMP_INDEX,
    sqlite3.SQLITE_DROP_TEMP_TABLE,
    sqlite3.SQLITE_INSERT,
    sqlite3.SQLITE_DELETE,
    sqlite3.SQLITE_UPDATE,
)
"""What a plan does in the temporary database, which lies in memory."""
_JSON_DISTRUSTED = re.compile(r"unsafe use of json_\w+\(\)", re.IGNORECASE)


def harden(connection: sqlite3.Connection, *, read_only: bool = True) -> None:
    """Call before the first statement that reads the schema."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
    connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, 1_000_000)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.setlimit(sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 1)
    if sys.version_info >= (3, 12):
        with contextlib.suppress(sqlite3.Error):  # an older SQLite under a newer Python
            connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
            connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, False)
            connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_VIEW, False)
    for statement in _SETTINGS:
        connection.execute(statement)
    _load_schema(connection)
    if read_only:
        connection.execute("PRAGMA query_only=ON")
        connection.set_authorizer(_authorise)


def _load_schema(connection: sqlite3.Connection) -> None:
    """SQLite builds differ in whether JSON functions count as harmless in a schema, and Phoenix indexes by
    them. Where they don't, the schema is trusted: no function but SQLite's own is ever there to misuse."""
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.DatabaseError as error:
        if _JSON_DISTRUSTED.search(str(error)) is None:
            raise
        connection.execute("PRAGMA trusted_schema=ON")


def _authorise(
    action: int, first: str | None, second: str | None, _db: str | None, source: str | None
) -> int:
    """`source` names the view or trigger that asks, if one does: ours is always the top level."""
    if source is not None:
        return sqlite3.SQLITE_DENY
    if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE):
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_OK if second in _FUNCTIONS else sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_TRANSACTION:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA:
        known = first in _READ_PRAGMAS and second is None
        return sqlite3.SQLITE_OK if known or first == "table_xinfo" else sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_DENY


def allow_temporary(connection: sqlite3.Connection) -> None:
    """Also let a read-only connection keep tables of its own in memory, for a plan: the file stays read-only."""
    connection.set_authorizer(None)
    connection.execute("PRAGMA query_only=OFF")
    connection.set_authorizer(_authorise_temporary)


def _authorise_temporary(
    action: int, first: str | None, second: str | None, db: str | None, source: str | None
) -> int:
    if source is None and action in _MAKING and db == "temp":
        return sqlite3.SQLITE_OK
    if source == _WALK:
        source = None
    if source is None and action == sqlite3.SQLITE_PRAGMA and first in _SCHEMA_PRAGMAS:
        return sqlite3.SQLITE_OK
    return _authorise(action, first, second, db, source)
