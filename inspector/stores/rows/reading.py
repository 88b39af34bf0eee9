"""Every stored text of a database as cells, in pages by key; with needles, only those that hold one.

Texts come as bytes, undecoded: a million rows are read in seconds. Pages are of some megabytes, whatever the
size of the rows.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from inspector.model import RowPlace
from inspector.stores.edits import Cell
from inspector.stores.sieve import Sieve, sieve
from inspector.stores.sqlite_db import quoted

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence

    from inspector.stores.rows.catalog import Catalog, Table

_FIRST: Final = 64
_MOST: Final = 20_000
_SAMPLE: Final = 200
_PAGE_BYTES: Final = 4 << 20
_BETWEEN: Final = b"\x00"
"""Between two texts that are searched as one: no needle holds it."""

Key: TypeAlias = "tuple[object, ...]"


def readable(catalog: Catalog) -> list[tuple[Table, tuple[str, ...]]]:
    """The tables that hold text, each with its columns: all but what full-text indexes keep for themselves."""
    found = []
    for table in catalog.tables.values():
        if table.name in catalog.shadows and catalog.content_of(table.name) is None:
            continue
        own = catalog.content_of(table.name)
        columns = tuple(c for c in table.columns if own is None or c.lower() not in ("id", "docid"))
        found.append((table, columns))
    return found


def cells(
    connection: sqlite3.Connection,
    catalog: Catalog,
    needles: Sequence[bytes],
    passed: Callable[[int], None] = lambda _: None,
) -> Iterator[Cell]:
    """`passed` is told of bytes read."""
    chosen = sieve(needles) if needles else None
    encoding = _bytes(connection, "PRAGMA encoding", ())[0][0]
    for table, columns in readable(catalog):
        if not columns:
            continue
        if chosen is None or encoding != b"UTF-8":
            for key, texts in _every_row(connection, table, columns, passed):
                for column, text in zip(columns, texts, strict=True):
                    if text and (chosen is None or chosen.ends(text)):
                        yield _cell(table, key, column, text)
        else:
            yield from _sieved(connection, table, columns, chosen, passed)


def key_in(cells: Key) -> int | str | tuple[int | str, ...]:
    """A key as a place has it."""
    parts = tuple(part if isinstance(part, int) else _text(part) for part in cells)
    return parts[0] if len(parts) == 1 else parts


def _cell(table: Table, key: Key, column: str, text: bytes) -> Cell:
    return Cell(RowPlace(table.name, key_in(key), (column,)), text)


def _text(cell: object) -> str:
    return cell.decode(errors="surrogateescape") if isinstance(cell, bytes) else str(cell)


def _every_row(
    connection: sqlite3.Connection, table: Table, columns: Sequence[str], passed: Callable[[int], None]
) -> Iterator[tuple[Key, tuple[bytes, ...]]]:
    width = len(table.key)
    for rows in _pages(
        connection, table, _each(columns), lambda rows: sum(_weight(row[width:]) for row in rows)
    ):
        for row in rows:
            texts = cast("tuple[bytes, ...]", row[width:])
            passed(_weight(texts))
            yield row[:width], texts


def _sieved(
    connection: sqlite3.Connection,
    table: Table,
    columns: Sequence[str],
    chosen: Sieve,
    passed: Callable[[int], None],
) -> Iterator[Cell]:
    """Each row is first one text, and only one that holds a needle is taken apart: ten times as fast."""
    longest_last = _by_length(connection, table, columns)
    together = "'' || " + " || char(0) || ".join(f"coalesce({quoted(c)}, '')" for c in longest_last)
    single = f"SELECT {_each(columns)} FROM {quoted(table.name)} WHERE ({_keys(table)}) = ({_marks(table)})"
    for rows in _pages(connection, table, together, lambda rows: sum(map(len, _last(rows)))):
        texts = _last(rows)
        joined = _BETWEEN.join(texts)
        passed(len(joined))
        ends = chosen.ends(joined)
        if not ends:
            continue
        starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
        for at in sorted({bisect_right(starts, end - 1) - 1 for end in ends}):
            key = rows[at][:-1]
            for found in _bytes(connection, single, _bound(key)):
                for column, text in zip(columns, cast("tuple[bytes, ...]", found), strict=True):
                    if text and chosen.ends(text):
                        yield _cell(table, key, column, text)


def _last(rows: list[Key]) -> list[bytes]:
    return cast("list[bytes]", [row[-1] for row in rows])


def _weight(texts: tuple[object, ...]) -> int:
    return sum(len(text) for text in texts if isinstance(text, bytes))


def _by_length(connection: sqlite3.Connection, table: Table, columns: Sequence[str]) -> list[str]:
    """Going by the first rows: each `||` copies all that stands before it."""
    lengths = ", ".join(f"sum(length({quoted(column)}))" for column in columns)
    some = f"(SELECT * FROM {quoted(table.name)} LIMIT {_SAMPLE})"
    found = _bytes(connection, f"SELECT {lengths} FROM {some}", ())[0]
    known = [length if isinstance(length, (int, float)) else 0 for length in found]
    return [column for _, column in sorted(zip(known, columns, strict=True), key=lambda pair: pair[0])]


def _each(columns: Sequence[str]) -> str:
    """Every column's text or bytes, nothing where it holds something else."""
    return ", ".join(
        f"CASE WHEN typeof({quoted(c)}) IN ('text', 'blob') THEN {quoted(c)} ELSE x'' END" for c in columns
    )


def _keys(table: Table) -> str:
    return ", ".join(key if key in ("rowid", "_rowid_", "oid") else quoted(key) for key in table.key)


def _marks(table: Table) -> str:
    return ", ".join("?" * len(table.key))


def _bound(key: Key) -> Key:
    return tuple(part.decode() if isinstance(part, bytes) else part for part in key)


def _pages(
    connection: sqlite3.Connection, table: Table, columns: str, weight: Callable[[list[Key]], int]
) -> Iterator[list[Key]]:
    """Rows of the key and `columns`; as many at a time as weigh some megabytes."""
    keys, width = _keys(table), len(table.key)
    head = f"SELECT {keys}, {columns} FROM {quoted(table.name)}"
    after: Key = ()
    size = _FIRST
    while True:
        where = f"WHERE ({keys}) > ({_marks(table)})" if after else ""
        rows = _bytes(connection, f"{head} {where} ORDER BY {keys} LIMIT {size}", after)
        if rows:
            yield rows
        if len(rows) < size:
            return
        after = _bound(rows[-1][:width])
        taken = weight(rows)
        size = max(1, min(_MOST, size * 4, size * _PAGE_BYTES // max(taken, 1)))


def _bytes(connection: sqlite3.Connection, sql: str, values: Key) -> list[Key]:
    before, connection.text_factory = connection.text_factory, bytes
    try:
        return connection.execute(sql, cast("tuple[int | str, ...]", values)).fetchall()
    finally:
        connection.text_factory = before
