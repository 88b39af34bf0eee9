"""What SQLite itself says of a database before and after, and the settings that must be the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.errors import StoreError

if TYPE_CHECKING:
    import sqlite3

SETTINGS: Final = (
    "user_version", "application_id", "journal_mode", "page_size", "auto_vacuum", "encoding",
)  # fmt: skip
_MOST: Final = 100


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
