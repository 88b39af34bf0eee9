"""What SQLite itself says of a database before and after, and the settings that must be the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.errors import StoreError
from inspector.stores.sqlite_db import quoted

if TYPE_CHECKING:
    import sqlite3

SETTINGS: Final = (
    "user_version", "application_id", "journal_mode", "page_size", "auto_vacuum", "encoding",
)  # fmt: skip
_MOST: Final = 100
_BIG: Final = 256 << 20


def settings(connection: sqlite3.Connection) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    for name in SETTINGS:
        value = connection.execute(f"PRAGMA {name}").fetchone()[0]
        found[name] = value.decode() if isinstance(value, bytes) else value
    return found


def integrity(connection: sqlite3.Connection, *, quick: bool = False) -> str:
    """`ok`, or how many faults there are."""
    pragma = "quick_check" if quick else "integrity_check"
    rows = connection.execute(f"PRAGMA {pragma}({_MOST})").fetchall()
    text = [row[0].decode(errors="replace") if isinstance(row[0], bytes) else str(row[0]) for row in rows]
    return "ok" if text == ["ok"] else f"{len(text)} faults"


def afterwards(connection: sqlite3.Connection, size: int) -> tuple[str, str]:
    """Which check was made, and what it found.

    Of a big database the quick check and the number of entries of each index: the full check evaluates every
    expression index again for every row, which takes longer than all the rest together.
    """
    if size <= _BIG:
        return "integrity", integrity(connection)
    found = integrity(connection, quick=True)
    return "quick check, entries of indexes", found if found != "ok" else _counted(connection)


def _counted(connection: sqlite3.Connection) -> str:
    """Whether each index that covers all rows has as many entries as its table has rows."""
    rows: dict[str, int] = {}
    wrong = 0
    found = connection.execute(
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND rootpage > 0"
    ).fetchall()
    for index, table, sql in found:
        if " where " in _text(sql).lower():
            continue
        name, of = quoted(_text(index)), quoted(_text(table))
        if of not in rows:
            rows[of] = connection.execute(f"SELECT count(*) FROM {of} NOT INDEXED").fetchone()[0]
        if connection.execute(f"SELECT count(*) FROM {of} INDEXED BY {name}").fetchone()[0] != rows[of]:
            wrong += 1
    return "ok" if wrong == 0 else f"{wrong} faults"


def _text(cell: object) -> str:
    return cell.decode(errors="replace") if isinstance(cell, bytes) else str(cell or "")


def foreign_keys(connection: sqlite3.Connection) -> str:
    """How many rows name others that aren't there."""
    count = sum(1 for _ in connection.execute("PRAGMA foreign_key_check"))
    return "ok" if count == 0 else f"{count} violations"


def refuse_damaged(found: str) -> None:
    if found != "ok":
        raise StoreError(
            "This database is damaged: nothing was changed.",
            "Recover it with `sqlite3 FILE .recover` into a new database, then try again.",
        )
