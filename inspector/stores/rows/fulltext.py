"""Full-text indexes: rows out of them, and nothing of the rows left in them.

An index keeps the terms of deleted rows until `optimize` merges its parts. One that takes its text from
another table and is out of step with it keeps terms that nothing would remove: it is built anew.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from inspector.stores.rows.catalog import Contents
from inspector.stores.rows.triggers import in_step
from inspector.stores.sqlite_db import quoted

if TYPE_CHECKING:
    from collections.abc import Collection

    from inspector.stores.rows.asking import Asking
    from inspector.stores.rows.catalog import Catalog, FullText


def refusals(catalog: Catalog) -> list[str]:
    return [
        f"The full-text index {index.name} keeps no text of its own, so nothing can be taken out of it."
        for index in catalog.indexes
        if index.contents is Contents.NONE
    ]


def drop_rows(asking: Asking) -> None:
    """Rows of indexes that keep their own text, through the index; their content tables are left to it."""
    for index in asking.catalog.indexes:
        if index.contents is Contents.OWN and asking.gone(index.content_table):
            asking.connection.execute(
                f"DELETE FROM {quoted(index.name)} WHERE rowid IN (SELECT key FROM temp.gone WHERE tab = ?)",
                (index.content_table,),
            )


def catch_up(asking: Asking, touched: Collection[str], sound: dict[str, str]) -> None:
    """Bring external indexes of touched tables in step; `sound` is what each one's check said before."""
    tables = {name.lower() for name in touched}
    for index in asking.catalog.indexes:
        if index.contents is not Contents.EXTERNAL:
            continue
        ours = index.source in tables or index.source in {v.lower() for v in asking.catalog.views}
        if ours and (not in_step(asking.catalog, index) or sound.get(index.name) != "ok"):
            _command(asking.connection, index, "rebuild")


def optimise(connection: sqlite3.Connection, catalog: Catalog) -> None:
    for index in catalog.indexes:
        _command(connection, index, "optimize")


def rebuild_broken(connection: sqlite3.Connection, catalog: Catalog, before: dict[str, str]) -> bool:
    """External indexes that were in step before and aren't: their table's rowids were given anew."""
    broken = [
        index
        for index in catalog.indexes
        if index.contents is Contents.EXTERNAL
        and before.get(index.name) == "ok"
        and check(connection, index) != "ok"
    ]
    for index in broken:
        _command(connection, index, "rebuild")
    return bool(broken)


def check_all(connection: sqlite3.Connection, catalog: Catalog) -> dict[str, str]:
    return {index.name: check(connection, index) for index in catalog.indexes}


def check(connection: sqlite3.Connection, index: FullText) -> str:
    """`ok`, or that it isn't: with the source's text, where it has one."""
    name = quoted(index.name)
    try:
        if index.module == "fts5":
            rank = 1 if index.contents is Contents.EXTERNAL else 0
            connection.execute(f"INSERT INTO {name}({name}, rank) VALUES ('integrity-check', {rank})")
        else:
            connection.execute(f"INSERT INTO {name}({name}) VALUES ('integrity-check')")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR):
            return "out of step"
        raise
    return "ok"


def _command(connection: sqlite3.Connection, index: FullText, command: str) -> None:
    name = quoted(index.name)
    connection.execute(f"INSERT INTO {name}({name}) VALUES ('{command}')")
