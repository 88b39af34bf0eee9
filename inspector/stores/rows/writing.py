"""The one connection that writes, and what stands in its way."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from inspector.errors import HeldBack, InspectorError, StoreError
from inspector.stores.sqlite_guard import harden
from inspector.stores.sqlite_open import our_links

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WAIT_SECONDS: Final = 5.0
_LONGEST: Final = 1_000_000_000
_CACHE_KIB: Final = 32 * 1024
_SUFFIXES: Final = ("", "-wal", "-shm", "-journal")


def files(path: Path) -> list[Path]:
    """Every file that may hold bytes of the database."""
    real = path.resolve()
    return [p for p in (real.with_name(real.name + suffix) for suffix in _SUFFIXES) if p.exists()]


def size(path: Path) -> int:
    return sum(file.stat().st_size for file in files(path))


def disk_needed(path: Path) -> int:
    """VACUUM writes all of it twice: into a temporary file, then into its log or journal."""
    return 2 * size(path)


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open for writing. No other descriptor of the file may be closed while it is: that would drop its locks."""
    real = path.resolve()
    _refuse(real)
    connection = _connect(real)
    try:
        harden(connection, read_only=False)
        # What goes takes along what hangs on it, several levels deep, and VACUUM attaches its copy.
        connection.setlimit(sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 1000)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 1)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        # Triggers that keep a full-text index in step may do so; any other one is refused by `triggers`.
        connection.execute("PRAGMA trusted_schema=ON")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        # SQLite's nameless temporary files lie on the store's own disk, whose room was looked at.
        folder = str(real.parent).replace("'", "''")
        connection.execute(f"PRAGMA temp_store_directory='{folder}'")
        yield connection
    except sqlite3.Error as error:
        raise explained(error) from error
    finally:
        connection.execute("PRAGMA temp_store_directory=''")
        connection.close()


def _connect(real: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{real.as_uri()}?mode=rw", uri=True, timeout=WAIT_SECONDS, isolation_level=None,
        check_same_thread=False,
    )  # fmt: skip


def begin(connection: sqlite3.Connection) -> None:
    """The write transaction; in rollback mode at once the lock that no reader holds beside."""
    journal = connection.execute("PRAGMA journal_mode").fetchone()[0]
    mode = journal.decode() if isinstance(journal, bytes) else journal
    connection.execute("BEGIN IMMEDIATE" if mode == "wal" else "BEGIN EXCLUSIVE")
    connection.execute("PRAGMA defer_foreign_keys=ON")


def version(connection: sqlite3.Connection) -> int:
    """Another number once another connection has committed."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def patient(act: Callable[[], bool]) -> bool:
    """Whether it came true within a few seconds."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not act():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def explained(error: sqlite3.Error) -> InspectorError:
    """For what happens before the commit: nothing was changed."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return HeldBack(
                "Another program has the database open and reads or writes it: nothing was changed.",
                "Close that program, or try again when it is idle.",
            )
        case sqlite3.SQLITE_FULL:
            return StoreError("The disk is full: nothing was changed.", "Free some space, then try again.")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return StoreError(
                "The database can't be written: nothing was changed.",
                "Check the permissions of the file and its folder.",
            )
        case sqlite3.SQLITE_IOERR:
            return StoreError(
                "The database can't be written to its disk: nothing was changed.", "Check the disk."
            )
        case sqlite3.SQLITE_INTERRUPT:
            return HeldBack("It was stopped before anything was changed.", "Run it again to go on.")
        case sqlite3.SQLITE_CONSTRAINT:
            return HeldBack(
                "Rows that stay refer to rows that would go, or a rewritten value would stand twice: nothing "
                "was changed.",
                "Look for tables of your own that refer to the writer's.",
            )
    return StoreError(
        "The database refused the change: nothing was changed.", "Check it with `PRAGMA integrity_check`."
    )


def _refuse(real: Path) -> None:
    if not os.access(real, os.W_OK) or not os.access(real.parent, os.W_OK):
        raise StoreError(
            "The database can't be written: nothing was changed.",
            "Check the permissions of the file and its folder.",
        )
    if real.stat().st_nlink - our_links(real) > 1:
        raise HeldBack(
            "The database has a second name (a hard link), whose log would be another.",
            "Remove the other name, then try again.",
        )


def refuse_without_room(real: Path) -> None:
    if shutil.disk_usage(real.parent).free < disk_needed(real):
        raise StoreError(
            f"It takes {disk_needed(real) >> 20} MiB of free space beside the database, and there is less: "
            "nothing was changed.",
            "Free some space, then try again.",
        )
