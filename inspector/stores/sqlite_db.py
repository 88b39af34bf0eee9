"""Reading a SQLite database that may be damaged, hostile, or at work in another program.

Each statement stands alone: it is read to its end at once, so that no lock is held between two of them and
any thread may ask. What can't be read is a `Fault`, and the rows before it are kept.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from inspector.errors import StoreError
from inspector.stores.sqlite_open import Opened, Way, patiently

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.stores.generation import Generation

Cell: TypeAlias = "int | float | str | bytes | None"
"""Text that isn't UTF-8 comes as bytes."""
Row: TypeAlias = tuple[Cell, ...]
Record: TypeAlias = dict[str, Cell]
"""A row by column name, in the table's order."""
Schema: TypeAlias = Mapping[str, frozenset[str]]
"""Ordinary tables (no views, no virtual ones) and their columns."""

_STATEMENT_SECONDS = 60.0
_STEPS = 100_000
"""Virtual machine steps between two looks at the clock: about a millisecond."""
_RENEWALS = 5
_GIVE_UP = 16
"""Failed look-ups in a row that condemn a table."""
_CHECK = "Check it with `PRAGMA integrity_check`."
_MANY = 500
"""Values in one IN list."""

_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND lower(sql) NOT LIKE 'create virtual%'"


class Fault(Struct, frozen=True):
    """Why a statement ended early: `corrupt`, `too big` or `too slow`."""

    kind: str


class Result(Struct, frozen=True):
    """What a statement gave: the rows up to the first that can't be read, and why it can't."""

    names: tuple[str, ...]
    rows: list[Row]
    fault: Fault | None = None

    def records(self) -> list[Record]:
        return [dict(zip(self.names, row, strict=True)) for row in self.rows]


class Database:
    """A read-only connection that is made anew, by the right way, when the file changes under it."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._opened = Opened(path)
        self._deadline = 0.0
        self._dead: set[str] = set()
        self._watch()
        try:
            self.schema: Schema = patiently(self._tables)
        except BaseException as error:
            self._opened.close()
            if isinstance(error, sqlite3.DatabaseError):
                raise _explained(error) from error
            raise

    @property
    def bytes(self) -> int:
        return self._opened.bytes

    @property
    def in_place(self) -> bool:
        """Whether the file itself is read, and no link or copy of it."""
        return self._opened.way not in (Way.LINKED, Way.COPIED)

    def generation(self) -> Generation:
        """The state of the file and its log."""
        return self._opened.generation()

    def rows(self, sql: str, values: Sequence[Cell] = ()) -> list[Row]:
        """All rows, or StoreError."""
        result = self.attempt(sql, values)
        if result.fault is not None:
            raise StoreError(f"Rows of the database are {result.fault.kind}.", _CHECK)
        return result.rows

    def attempt(self, sql: str, values: Sequence[Cell] = ()) -> Result:
        with self._lock:
            for _ in range(_RENEWALS):
                if self._opened.locked and self._opened.stale():
                    self._renew()
                try:
                    result = patiently(lambda: self._run(sql, values))
                except sqlite3.DatabaseError as error:
                    if not _worth_renewing(error):
                        raise _explained(error) from error
                    self._renew()
                    continue
                if self._opened.locked or not self._opened.stale():
                    return result
                self._renew()
        raise StoreError(
            "The database changes faster than it can be read.", "Try again when its writer is idle."
        )

    def snapshot(self, target: Path) -> None:
        """One state of the whole database, its log included, into the empty file `target`."""
        with self._lock:
            self._deadline = float("inf")
            try:
                with closing(sqlite3.connect(target)) as out:
                    patiently(lambda: self._opened.connection.backup(out))
            except sqlite3.DatabaseError as error:
                raise _explained(error) from error

    def column(self, table: str, name: str) -> str:
        """The SQL for a column, NULL where this revision of the schema has none."""
        return f'"{name}"' if name in self.schema.get(table, ()) else "NULL"

    def columns(self, table: str, names: Iterable[str]) -> str:
        return ", ".join(self.column(table, name) for name in names)

    def lookup(self, table: str, columns: str, key: str, keys: Iterable[Cell], order: str = "") -> Result:
        """The rows whose `key` is one of `keys`; `Result.fault` says that some couldn't be read. A table of
        which nothing can be read isn't tried again."""
        names: tuple[str, ...] = ()
        found: list[Row] = []
        failed: Fault | None = None
        wanted = list(dict.fromkeys(key for key in keys if key is not None))
        if table not in self.schema or table in self._dead:
            return Result((), [])
        head = f'SELECT {columns} FROM "{table}" WHERE {key} IN'
        tail = f"ORDER BY {order}" if order else ""
        for start in range(0, len(wanted), _MANY):
            part = wanted[start : start + _MANY]
            result = self.attempt(f"{head} ({','.join('?' * len(part))}) {tail}", part)
            if result.fault is not None:
                failed = result.fault
                singles = self._one_by_one(table, f"{head} (?) {tail}", part)
                result = Result(result.names or singles.names, singles.rows)
            names = result.names or names
            found += result.rows
        return Result(names, found, failed)

    def _one_by_one(self, table: str, sql: str, keys: Sequence[Cell]) -> Result:
        names: tuple[str, ...] = ()
        found: list[Row] = []
        failed = 0
        for key in keys:
            result = self.attempt(sql, (key,))
            names = names or result.names
            found += result.rows
            failed += result.fault is not None
            if failed == _GIVE_UP and not found:
                self._dead.add(table)
                break
        return Result(names, found)

    def close(self) -> None:
        with self._lock:
            self._opened.close()

    def _run(self, sql: str, values: Sequence[Cell]) -> Result:
        connection = self._opened.connection
        self._deadline = time.monotonic() + _STATEMENT_SECONDS
        rows: list[Row] = []
        names: tuple[str, ...] = ()
        try:
            cursor = connection.execute(sql, values)
            names = tuple(column[0] for column in cursor.description or ())
            for row in cursor:
                rows.append(row)
        except UnicodeDecodeError:
            # SQLite's message quotes a damaged schema, and Python takes it for UTF-8.
            return Result(names, rows, Fault("damaged"))
        except sqlite3.DatabaseError as error:
            if fault := _fault(error):
                return Result(names, rows, fault)
            if "decode to UTF-8" not in str(error) or connection.text_factory is not str:
                raise
            connection.text_factory = _text_or_bytes
            try:
                return self._run(sql, values)
            finally:
                connection.text_factory = str
        return Result(names, rows)

    def _watch(self) -> None:
        self._opened.connection.set_progress_handler(lambda: time.monotonic() > self._deadline, _STEPS)

    def _renew(self) -> None:
        self._opened.renew()
        self._watch()

    def _tables(self) -> Schema:
        """In one transaction: hundreds of statements would each have to wait for a busy writer."""
        connection = self._opened.connection
        connection.execute("BEGIN")
        try:
            found = self._run(_TABLES, ())
            if found.fault is not None:
                raise StoreError(f"The schema of this database is {found.fault.kind}.", _CHECK)
            names = [name for (name,) in found.rows if isinstance(name, str)]
            return {name: frozenset(str(row[1]) for row in self._columns(name)) for name in names}
        finally:
            connection.execute("ROLLBACK")

    def _columns(self, table: str) -> list[Row]:
        return self._run(f"PRAGMA table_xinfo({quoted(table)})", ()).rows


def quoted(name: str) -> str:
    """A table or column name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def _text_or_bytes(data: bytes) -> str | bytes:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _fault(error: sqlite3.DatabaseError) -> Fault | None:
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_IOERR:
            return Fault("damaged")
        case sqlite3.SQLITE_TOOBIG | sqlite3.SQLITE_NOMEM:
            return Fault("too big")
        case sqlite3.SQLITE_INTERRUPT:
            return Fault("too slow")
    return None


def _worth_renewing(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_SCHEMA,
    )


def _explained(error: sqlite3.DatabaseError) -> StoreError:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
        return StoreError(
            "Another program keeps the database locked.", "Try again when it has finished writing."
        )
    return StoreError("The database can't be read as its tables promise.", _CHECK)
