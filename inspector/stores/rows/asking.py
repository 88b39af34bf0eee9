"""A connection as formats and the engine ask it, for a plan that changes nothing or within the act."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from inspector.stores.sqlite_db import Cell, Row, quoted

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

    from inspector.stores.rows.catalog import Catalog

_TEMPORARY: Final = (
    "CREATE TEMP TABLE wanted_traces(id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE wanted_spans(trace TEXT, span TEXT, PRIMARY KEY(trace, span)) WITHOUT ROWID",
    "CREATE TEMP TABLE gone(tab TEXT, key INTEGER, PRIMARY KEY(tab, key)) WITHOUT ROWID",
)


class Asking:
    """`Rows` over a connection, with the temporary tables of a plan."""

    def __init__(self, connection: sqlite3.Connection, catalog: Catalog) -> None:
        self.connection = connection
        self.catalog = catalog
        connection.text_factory = text_or_bytes

    def ask(self, sql: str, values: Sequence[Cell] = ()) -> list[Row]:
        return self.connection.execute(sql, values).fetchall()

    def count(self, sql: str, values: Sequence[Cell] = ()) -> int:
        found = self.ask(sql, values)[0][0]
        return found if isinstance(found, int) else 0

    def has(self, table: str, *columns: str) -> bool:
        known = self.catalog.tables.get(table)
        return known is not None and set(columns) <= set(known.columns)

    def prepare(self) -> None:
        for statement in _TEMPORARY:
            self.connection.execute(statement)

    def want(self, traces: Iterable[str], spans: Iterable[tuple[str, str]]) -> None:
        many = self.connection.executemany
        many("INSERT OR IGNORE INTO temp.wanted_traces VALUES (?)", ((trace,) for trace in traces))
        many("INSERT OR IGNORE INTO temp.wanted_spans VALUES (?, ?)", spans)

    def gone(self, table: str) -> int:
        """How many rows of a table go so far."""
        return self.count("SELECT count(*) FROM temp.gone WHERE tab = ?", (table,))

    def gone_tables(self) -> list[str]:
        return [str(row[0]) for row in self.ask("SELECT DISTINCT tab FROM temp.gone")]

    def is_gone(self, table: str, rowid: int) -> bool:
        return bool(self.ask("SELECT 1 FROM temp.gone WHERE tab = ? AND key = ?", (table, rowid)))

    def forget(self) -> None:
        for name in ("wanted_traces", "wanted_spans", "gone"):
            self.connection.execute(f"DROP TABLE IF EXISTS temp.{quoted(name)}")


@contextmanager
def planning(connection: sqlite3.Connection, catalog: Catalog) -> Iterator[Asking]:
    """Within one transaction that is rolled back, temporary tables and all."""
    asking = Asking(connection, catalog)
    connection.execute("BEGIN")
    try:
        asking.prepare()
        yield asking
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        asking.forget()


def text_or_bytes(data: bytes) -> str | bytes:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data
