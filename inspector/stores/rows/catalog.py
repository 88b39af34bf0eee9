"""What a database's schema holds, the writer's and the user's alike: tables with their keys and references,
full-text indexes, triggers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

from inspector.stores.sqlite_db import quoted

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence

    from inspector.stores.sqlite_db import Row

    Ask = Callable[[str], Sequence[Row]]

_VIRTUAL: Final = re.compile(
    r"CREATE\s+VIRTUAL\s+TABLE\s.*?\bUSING\s+(\w+)\s*(?:\((.*)\))?\s*;?\s*$", re.I | re.S
)
_OPTION: Final = re.compile(r"^\s*([\w]+)\s*=\s*(.*?)\s*$", re.S)
_COLUMN: Final = re.compile(r"""^\s*("(?:[^"]|"")+"|'(?:[^']|'')+'|`[^`]+`|\[[^\]]+\]|\w+)""")
_SHADOWS: Final = {
    "fts5": ("data", "idx", "content", "docsize", "config"),
    "fts4": ("content", "segments", "segdir", "docsize", "stat"),
    "fts3": ("content", "segments", "segdir", "docsize", "stat"),
}
_HIDDEN_GENERATED: Final = (2, 3)


class Contents(Enum):
    """Where a full-text index has the text it indexes from."""

    OWN = "own"
    EXTERNAL = "external"
    NONE = "none"
    """Nowhere: what was indexed can't be taken out again."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: `columns` of `child` name `parent_columns` of `parent`."""

    child: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    on_delete: str


@dataclass(frozen=True, slots=True)
class Table:
    """An ordinary table. `key` is `rowid`, or the primary key of a table that has no rowid."""

    name: str
    columns: tuple[str, ...]
    """Those that are stored and not computed."""
    key: tuple[str, ...]
    keeps_rowids: bool
    """Whether VACUUM leaves its rowids as they are."""


@dataclass(frozen=True, slots=True)
class FullText:
    """A full-text index."""

    name: str
    module: str
    columns: tuple[str, ...]
    contents: Contents
    source: str = ""
    """The table, in lower case, whose text an external one indexes."""
    deletes: bool = True
    """Whether a row can be deleted though there is no text."""

    @property
    def content_table(self) -> str:
        return f"{self.name}_content"


@dataclass(frozen=True, slots=True)
class Trigger:
    name: str
    table: str
    sql: str


@dataclass(frozen=True, slots=True)
class Catalog:
    tables: Mapping[str, Table]
    references: Sequence[Reference]
    indexes: Sequence[FullText]
    triggers: Sequence[Trigger]
    shadows: frozenset[str]
    """Tables in which full-text indexes keep themselves."""
    unknown_modules: Sequence[str]
    statistics: Sequence[str]
    """The tables that ANALYZE fills."""
    views: frozenset[str] = field(default_factory=frozenset)

    def content_of(self, table: str) -> FullText | None:
        """The index whose own text a table is."""
        return next(
            (i for i in self.indexes if i.contents is Contents.OWN and i.content_table == table), None
        )


def catalog(connection: sqlite3.Connection) -> Catalog:
    def ask(sql: str) -> list[Row]:
        return connection.execute(sql).fetchall()

    schema = [
        tuple(_text(cell) for cell in row)
        for row in ask("SELECT type, name, tbl_name, sql FROM sqlite_master")
    ]
    indexes: list[FullText] = []
    others: list[str] = []
    for kind, name, _, sql in schema:
        if kind == "table" and (made := _VIRTUAL.match(sql)):
            found = _full_text(name, made.group(1).lower(), made.group(2) or "")
            if found is None:
                others.append(made.group(1).lower())
            else:
                indexes.append(found)
    shadows = frozenset(f"{i.name}_{part}" for i in indexes for part in _SHADOWS[i.module])
    virtual = {name for kind, name, _, sql in schema if kind == "table" and _VIRTUAL.match(sql)}
    names = [name for kind, name, _, _ in schema if kind == "table" and name not in virtual]
    statistics = [name for name in names if name.startswith("sqlite_stat")]
    ordinary = [name for name in names if not name.startswith("sqlite_")]
    tables = {name: _table(name, ask) for name in ordinary}
    return Catalog(
        tables,
        [each for name in ordinary for each in _references(name, ask)],
        indexes,
        [Trigger(name, table, sql) for kind, name, table, sql in schema if kind == "trigger"],
        shadows,
        others,
        statistics,
        frozenset(name for kind, name, _, _ in schema if kind == "view"),
    )


def _table(name: str, ask: Ask) -> Table:
    infos = ask(f"PRAGMA table_xinfo({quoted(name)})")
    columns = tuple(_text(row[1]) for row in infos if row[6] not in _HIDDEN_GENERATED)
    primary = [(row[5], _text(row[1]), _text(row[2])) for row in infos if row[5]]
    ordered = tuple(column for _, column, _ in sorted(primary, key=lambda each: str(each[0]).zfill(5)))
    rowid = _rowid_name(columns)
    if rowid is None or not _has_rowid(name, rowid, ask):
        return Table(name, columns, ordered, keeps_rowids=True)
    integer = len(primary) == 1 and primary[0][2].upper() == "INTEGER"
    indexed = bool(ask(f"PRAGMA index_list({quoted(name)})"))
    return Table(name, columns, (rowid,), keeps_rowids=integer or indexed)


def _rowid_name(columns: Sequence[str]) -> str | None:
    """A name of the rowid that no column has taken."""
    taken = {column.lower() for column in columns}
    return next((name for name in ("rowid", "_rowid_", "oid") if name not in taken), None)


def _has_rowid(table: str, rowid: str, ask: Ask) -> bool:
    import sqlite3

    try:
        ask(f"SELECT {rowid} FROM {quoted(table)} LIMIT 0")
    except sqlite3.OperationalError:
        return False
    return True


def _references(table: str, ask: Ask) -> list[Reference]:
    groups: dict[object, list[Row]] = {}
    for row in ask(f"PRAGMA foreign_key_list({quoted(table)})"):
        groups.setdefault(row[0], []).append(row)
    found = []
    for rows in groups.values():
        rows.sort(key=lambda row: str(row[1]).zfill(5))
        parent = _text(rows[0][2])
        named = tuple(_text(row[4]) for row in rows if row[4] is not None)
        found.append(
            Reference(table, tuple(_text(row[3]) for row in rows), parent,
                      named or _primary(parent, ask), _text(rows[0][6]).upper())
        )  # fmt: skip
    return found


def _primary(table: str, ask: Ask) -> tuple[str, ...]:
    rows = [row for row in ask(f"PRAGMA table_xinfo({quoted(table)})") if row[5]]
    return tuple(_text(row[1]) for row in sorted(rows, key=lambda row: str(row[5]).zfill(5)))


def _full_text(name: str, module: str, arguments: str) -> FullText | None:
    """From its statement alone: to ask SQLite for its columns would start its module, on a schema that nobody
    has checked yet."""
    if module not in _SHADOWS:
        return None
    options: dict[str, str] = {}
    columns: tuple[str, ...] = ()
    for part in _split(arguments):
        if option := _OPTION.match(part):
            options[option.group(1).lower()] = _unquoted(option.group(2))
        elif named := _COLUMN.match(part):
            columns += (_unquoted(named.group(1)),)
    columns = columns or ("content",)
    if "content" not in options:
        return FullText(name, module, columns, Contents.OWN)
    if options["content"]:
        return FullText(name, module, columns, Contents.EXTERNAL, options["content"].lower())
    deletes = options.get("contentless_delete", "0") not in ("0", "")
    return FullText(name, module, columns, Contents.NONE, deletes=deletes)


def _split(arguments: str) -> list[str]:
    """At commas outside of quotes and parentheses."""
    parts, depth, quote, start = [], 0, "", 0
    for at, character in enumerate(arguments):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"`":
            quote = character
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        elif character == "," and depth == 0:
            parts.append(arguments[start:at])
            start = at + 1
    return [*parts, arguments[start:]]


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"`":
        return text[1:-1].replace(text[0] * 2, text[0])
    return text[1:-1] if text.startswith("[") and text.endswith("]") else text


def _text(cell: object) -> str:
    if isinstance(cell, bytes):
        return cell.decode(errors="replace")
    return "" if cell is None else str(cell)
