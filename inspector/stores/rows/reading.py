"""Every stored text of a database as cells, in pages by key; with needles, only those that hold one.

Texts come as bytes, undecoded: a million rows are read in seconds. Pages are of some megabytes, whatever the
size of the rows.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final, cast

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
_PAGE_BYTES: Final = 4 << 20
_BETWEEN: Final = b"\x00\xff\x00"
"""Between two texts that are searched as one: no needle holds it."""


@dataclass(slots=True)
class _Page:
    keys: list[tuple[object, ...]]
    rows: list[tuple[bytes, ...]]
    """The texts of each row, an empty one where there is none."""


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
    for table, columns in readable(catalog):
        if not columns:
            continue
        for page in _pages(connection, table, columns):
            passed(sum(len(text) for row in page.rows for text in row))
            for row, at in _hits(page, chosen):
                text = page.rows[row][at]
                if text:
                    yield Cell(RowPlace(table.name, key_in(page.keys[row]), (columns[at],)), text)


def key_in(cells: tuple[object, ...]) -> int | str | tuple[int | str, ...]:
    """A key as a place has it."""
    parts = tuple(part if isinstance(part, int) else _text(part) for part in cells)
    return parts[0] if len(parts) == 1 else parts


def _text(cell: object) -> str:
    return cell.decode(errors="surrogateescape") if isinstance(cell, bytes) else str(cell)


def _pages(connection: sqlite3.Connection, table: Table, columns: Sequence[str]) -> Iterator[_Page]:
    keys = ", ".join(quoted(key) if key not in ("rowid", "_rowid_", "oid") else key for key in table.key)
    texts = ", ".join(
        f"CASE typeof({quoted(c)}) WHEN 'text' THEN {quoted(c)} WHEN 'blob' THEN {quoted(c)} ELSE x'' END"
        for c in columns
    )
    width = len(table.key)
    head = f"SELECT {keys}, {texts} FROM {quoted(table.name)}"
    after: tuple[object, ...] = ()
    size = _FIRST
    while True:
        where = f"WHERE ({keys}) > ({', '.join('?' * width)})" if after else ""
        rows = _bytes(connection, f"{head} {where} ORDER BY {keys} LIMIT {size}", after)
        if not rows:
            return
        page = _Page([row[:width] for row in rows], [cast("tuple[bytes, ...]", row[width:]) for row in rows])
        yield page
        if len(rows) < size:
            return
        after = tuple(part.decode() if isinstance(part, bytes) else part for part in page.keys[-1])
        taken = sum(len(text) for row in page.rows for text in row)
        size = max(1, min(_MOST, size * 4, size * _PAGE_BYTES // max(taken, 1)))


def _bytes(connection: sqlite3.Connection, sql: str, values: tuple[object, ...]) -> list[tuple[object, ...]]:
    before, connection.text_factory = connection.text_factory, bytes
    try:
        return connection.execute(sql, cast("tuple[int | str, ...]", values)).fetchall()
    finally:
        connection.text_factory = before


def _hits(page: _Page, chosen: Sieve | None) -> Iterator[tuple[int, int]]:
    """Row and column of each text that may hold a needle."""
    width = len(page.rows[0]) if page.rows else 0
    if chosen is None:
        yield from ((row, at) for row in range(len(page.rows)) for at in range(width))
        return
    flat = [text for row in page.rows for text in row]
    ends = chosen.ends(_BETWEEN.join(flat))
    if not ends:
        return
    starts = list(accumulate((len(text) + len(_BETWEEN) for text in flat), initial=0))
    for cell in sorted({bisect_right(starts, end - 1) - 1 for end in ends}):
        yield divmod(cell, width)
