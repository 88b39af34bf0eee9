"""A database written anew with every text redacted: nothing of the source is ever written unredacted.

Tables, rows and row numbers stay, so that the tool which made the database opens it. Rows pass the redactor as
lines of JSON, a column's name being the key of its cell. Bytes that are no text are emptied: nobody can say what
is in them. Search tables are built from what was redacted; what a database gathers about itself is left out.
"""

from __future__ import annotations

import re
import sqlite3
from collections import deque
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

import orjson

from inspector.errors import StoreError
from inspector.redaction.stream import Stats, redact_stream
from inspector.stores.sqlite_db import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from inspector.redaction.engine import Redactor
    from inspector.stores.sqlite_db import Cell, Database, Row

Values: TypeAlias = "list[Cell]"

_PAGE: Final = 200
_FTS: Final = re.compile(r"^\s*create\s+virtual\s+table\s.*?\susing\s+fts[345]\b", re.IGNORECASE | re.DOTALL)
_CONTENT: Final = re.compile(r"""\bcontent\s*=\s*("[^"]*"|'[^']*'|\[[^\]]*\]|\w*)""", re.IGNORECASE)
_ROWIDS: Final = ("rowid", "_rowid_", "oid")
_LARGEST: Final = 2**63
BINARY: Final = "binary"


@dataclass(frozen=True, slots=True)
class _Table:
    """What rows are read from and where they go; `read` and `written` are column lists as SQL."""

    source: str
    target: str
    keys: tuple[str, ...]
    """By which the source is paged: its row number, or its primary key."""
    names: tuple[str, ...]
    read: tuple[str, ...]
    numbered: bool
    """Whether the row number is written too."""


def mask(
    db: Database, target: Path, engine: Redactor, read: Callable[[int], None] = lambda size: None
) -> Stats:
    """Write a redacted copy of `db` into the empty file `target`. Raises StoreError where a part of it can't be
    read; `read` is called with bytes of text that were read, and may raise to stop."""
    with closing(sqlite3.connect(target, isolation_level=None)) as out:
        _prepare(db, out)
        made = db.rows("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid")
        virtual = {str(n): str(sql) for kind, n, _, sql in made if kind == "table" and _is_virtual(sql)}
        ordinary = [str(n) for kind, n, _, sql in made if kind == "table" and not _is_virtual(sql)]
        tables = [n for n in ordinary if not n.startswith("sqlite_") and not _shadow(n, virtual)]
        searches = {n: sql for n, sql in virtual.items() if _FTS.match(sql)}
        out.execute("BEGIN")
        for _, name, _, sql in made:
            if name in tables or name in searches:
                out.execute(str(sql))
        plans = [_plan(db, out, name) for name in tables]
        plans += [p for n, sql in searches.items() if (p := _held(out, n, sql, ordinary)) is not None]
        copy = _Copy(db, out, read)
        stats = redact_stream(copy.reader(plans), copy, engine)
        stats.findings[BINARY] += copy.emptied
        _finish(
            db,
            out,
            [
                str(sql)
                for kind, _, table, sql in made
                if sql and kind in ("index", "view", "trigger") and not _shadow(str(table), virtual)
            ],
        )
        for name, sql in searches.items():
            if (of := _CONTENT.search(sql)) is not None and of[1].strip("\"'[]"):
                out.execute(f"INSERT INTO {quoted(name)}({quoted(name)}) VALUES ('rebuild')")
        out.execute("COMMIT")
        if out.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise StoreError("The copy isn't sound.", "Check the store with `PRAGMA integrity_check`.")
    return stats  # fmt: skip


def _is_virtual(sql: Cell) -> bool:
    return isinstance(sql, str) and sql.lstrip()[:14].lower() == "create virtual"


def _shadow(name: str, virtual: dict[str, str]) -> bool:
    return any(name.startswith(f"{v}_") for v in virtual)


def _prepare(db: Database, out: sqlite3.Connection) -> None:
    for name in ("page_size", "encoding", "user_version", "application_id"):
        ((value,),) = db.rows(f"PRAGMA {name}")
        out.execute(f"PRAGMA {name} = {quoted(str(value)) if name == 'encoding' else int(str(value))}")
    for setting in ("journal_mode = MEMORY", "synchronous = OFF", "foreign_keys = OFF"):
        out.execute(f"PRAGMA {setting}")


def _plan(db: Database, out: sqlite3.Connection, name: str) -> _Table:
    columns = _columns(out, name)
    names = tuple(n for n, _ in columns)
    taken = {n.lower() for n in names}
    for number in _ROWIDS:
        if number not in taken and _has(db, name, number):
            return _Table(name, name, (number,), names, tuple(map(quoted, names)), numbered=True)
    keys = tuple(quoted(n) for n, pk in sorted(columns, key=lambda c: c[1]) if pk)
    if not keys:
        raise StoreError("A table hides its row numbers.", "Export it as otlp instead.")
    return _Table(name, name, keys, names, tuple(map(quoted, names)), numbered=False)


def _columns(out: sqlite3.Connection, name: str) -> list[tuple[str, int]]:
    """Columns that hold something, and each one's place in the primary key (0: none)."""
    return [(row[1], row[5]) for row in out.execute(f"PRAGMA table_xinfo({quoted(name)})") if row[6] == 0]


def _has(db: Database, name: str, number: str) -> bool:
    try:
        db.rows(f"SELECT {number} FROM {quoted(name)} LIMIT 0")
    except StoreError:
        return False
    return True


def _held(out: sqlite3.Connection, name: str, sql: str, tables: Sequence[str]) -> _Table | None:
    """The texts that a search table holds itself, under the names that it declares."""
    held = f"{name}_content"
    if _CONTENT.search(sql) is not None or held not in tables:
        return None
    columns, declared = _columns(out, held), _columns(out, name)
    cells = [quoted(n) for n, _ in columns[1 : 1 + len(declared)]]
    names = tuple(n for n, _ in declared[: len(cells)])
    return _Table(held, name, (quoted(columns[0][0]),), names, tuple(cells), numbered=True)


def _finish(db: Database, out: sqlite3.Connection, statements: Sequence[str]) -> None:
    for sql in statements:
        out.execute(sql)
    if out.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone():
        out.execute("DELETE FROM sqlite_sequence")
        rows = db.rows("SELECT name, seq FROM sqlite_sequence")
        out.executemany("INSERT INTO sqlite_sequence(name, seq) VALUES (?, ?)", rows)


@dataclass(slots=True)
class _Waiting:
    """A row whose line is with the redactor: what of it is not in the line, and which cells were bytes."""

    table: _Table
    key: Cell
    cells: Values
    line: bytes
    packed: frozenset[int]


@dataclass(slots=True)
class _Copy:
    """Rows on their way: read from the source as lines, taken back redacted, written in the same order."""

    db: Database
    out: sqlite3.Connection
    read: Callable[[int], None]
    emptied: int = 0
    _waiting: deque[_Waiting] = field(default_factory=deque)
    _rest: bytes = b""

    def reader(self, plans: Sequence[_Table]) -> _Reader:
        return _Reader(self._lines(plans))

    def _lines(self, plans: Sequence[_Table]) -> Iterator[bytes]:
        for table in plans:
            for row in _rows(self.db, table):
                line = self._line(table, row)
                self.read(len(line))
                yield line

    def _line(self, table: _Table, row: Row) -> bytes:
        count = len(table.keys)
        cells: Values = list(row[count:])
        packed: set[int] = set()
        for n, cell in enumerate(cells):
            if not isinstance(cell, bytes):
                continue
            try:
                cells[n] = cell.decode()
                packed.add(n)
            except UnicodeDecodeError:
                cells[n] = b""
                self.emptied += 1
        shown = {
            table.names[n]: cell
            for n, cell in enumerate(cells)
            if isinstance(cell, str | int) and not (isinstance(cell, int) and abs(cell) >= _LARGEST)
        }
        line = orjson.dumps(shown)
        self._waiting.append(_Waiting(table, row[0], cells, line, frozenset(packed)))
        return line + b"\n"

    def write(self, data: bytes, /) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._insert(self._waiting.popleft(), line)

    def _insert(self, row: _Waiting, line: bytes) -> None:
        cells = row.cells
        if line != row.line:
            shown = orjson.loads(line)
            cells = [shown.get(name, cell) for name, cell in zip(row.table.names, cells, strict=True)]
        values = [c.encode() if n in row.packed and isinstance(c, str) else c for n, c in enumerate(cells)]
        table = row.table
        names = [quoted(n) for n in table.names]
        if table.numbered:
            names, values = ["rowid", *names], [row.key, *values]
        sql = f"INSERT INTO {quoted(table.target)}({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        try:
            self.out.execute(sql, values)
        except sqlite3.IntegrityError:
            self.out.execute(sql, [_apart(v, row) for v in values])


def _apart(value: Cell, row: _Waiting) -> Cell:
    """Where one placeholder stands for two values that have to differ, the row's number tells them apart."""
    if isinstance(value, str) and value not in row.cells:
        return f"{value}#{row.key!r}"
    return value


def _rows(db: Database, table: _Table) -> Iterator[Row]:
    keys, columns = ", ".join(table.keys), ", ".join((*table.keys, *table.read))
    after = ""
    last: Row = ()
    while True:
        page = db.rows(
            f"SELECT {columns} FROM {quoted(table.source)} {after} ORDER BY {keys} LIMIT {_PAGE}", last
        )
        yield from page
        if len(page) < _PAGE:
            return
        after = f"WHERE ({keys}) > ({', '.join('?' * len(table.keys))})"
        last = page[-1][: len(table.keys)]


class _Reader:
    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines

    def read(self, size: int, /) -> bytes:
        out: list[bytes] = []
        got = 0
        for line in self._lines:
            out.append(line)
            got += len(line)
            if got >= size:
                break
        return b"".join(out)
