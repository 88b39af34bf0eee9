"""Opening a SQLite file without a trace: nothing is created, changed or deleted beside it.

Which way is right depends on what lies beside the file (the contract's `Opening SQLite without a trace`).
A hot rollback journal and a lone write-ahead log would both be dealt with by SQLite in the store's own
folder, so those are opened by another name, in a private folder of ours.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import time
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from inspector.errors import StoreError
from inspector.paths import cache_folder, private_folder
from inspector.stores.sqlite_file import DatabaseFile, Look
from inspector.stores.sqlite_guard import harden

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.stores.generation import Generation

T = TypeVar("T")

_ATTEMPTS = 5
BUSY_SECONDS = 15.0
_BUSY_PAUSE = 0.001
"""SQLite's own busy handler soon sleeps 100 ms at a time, and never meets the gaps a steady writer leaves."""


class Way(Enum):
    SHARED = "shared"
    """Rollback journal: SQLite's own read locks, no file needed beside it."""
    FIXED = "fixed"
    """Write-ahead mode with no log: read as a file that doesn't change, and watched whether it does."""
    LIVE = "live"
    """A log and its shared memory are there: read along with whoever writes."""
    LINKED = "linked"
    """A log without shared memory: hard links of both in a folder of ours."""
    COPIED = "copied"
    """The same where links can't be made, and every hot rollback journal, which has to be played back."""


_OPTIONS = {
    Way.SHARED: "mode=ro&readonly_shm=1",
    Way.FIXED: "mode=ro&immutable=1",
    Way.LIVE: "mode=ro&readonly_shm=1",
    Way.LINKED: "mode=ro",
    Way.COPIED: "mode=ro",
}


def choose(file: DatabaseFile, look: Look, *, left_behind: bool = False) -> Way:
    """Raises StoreError where no way leaves the store's folder as it is. `left_behind`: the shared memory is
    that of a writer that was killed, which only a writer may repair."""
    content = look.content
    # A journal that is still the same while nobody holds a lock: not one of a transaction just ending.
    if look.journal is not None and not file.held() and file.look() == look and not file.held():
        return Way.COPIED
    if content.wal is None or (content.wal.size == 0 and not look.shm):
        return Way.FIXED if content.uses_wal else Way.SHARED
    if look.shm and not left_behind:
        return Way.LIVE
    if file.held():
        raise StoreError(
            "Another program holds this database for itself alone.",
            "Close that program, then open the store again.",
        )
    return Way.LINKED


class Opened:
    """A read-only connection to a database, and whether it still shows what the file holds."""

    def __init__(self, path: Path) -> None:
        self._folder: Path | None = None
        self._file = DatabaseFile(path)
        try:
            self._connect()
        except BaseException:
            self._remove_folder()
            self._file.close()
            raise

    @property
    def bytes(self) -> int:
        return self._seen.bytes

    @property
    def locked(self) -> bool:
        """Whether SQLite's locks keep each statement whole; else it has to be seen that nothing changed."""
        return self.way in (Way.SHARED, Way.LIVE)

    def generation(self) -> Generation:
        return self._file.generation()

    def stale(self) -> bool:
        """Whether the connection has to be made anew: the file was changed under a way that supposes it
        isn't, was replaced, or has got another journal.

        Where there are locks, ask before a statement: on a file that has gone over to a write-ahead log,
        SQLite would make one. Elsewhere ask after it.
        """
        now = self._file.content()
        seen = self._seen.content
        return not now.same_file(seen) if self.locked else now != seen

    def renew(self) -> None:
        self._disconnect()
        self._file.close()
        self._file = DatabaseFile(self._file.path)
        self._connect()

    def close(self) -> None:
        self._disconnect()
        self._file.close()

    def _connect(self) -> None:
        failure: Exception | None = None
        left_behind = False
        for attempt in range(_ATTEMPTS):
            self._seen = self._file.look()
            self.way = choose(self._file, self._seen, left_behind=left_behind)
            try:
                self.connection = self._open_by(self.way)
            except (sqlite3.Error, UnicodeDecodeError) as error:
                # The companions came or went between the look and the opening: look again.
                failure = error
                left_behind = self.way is Way.LIVE and self._file.held() is False
                self._remove_folder()
                time.sleep(0.02 * attempt)
                continue
            if not self.stale():
                return
            self._disconnect()
        raise StoreError(
            "The database can't be opened read-only without changing files beside it.", _fix(failure)
        )

    def _open_by(self, way: Way) -> sqlite3.Connection:
        path = self._file.path
        if way is Way.LINKED:
            path, self.way = self._apart(self._seen)
        elif way is Way.COPIED:
            path = self._copies(self._seen)
        connection = sqlite3.connect(
            f"{path.as_uri()}?{_OPTIONS[way]}",
            uri=True,
            timeout=0,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=64,
        )
        try:
            patiently(lambda: harden(connection))
        except BaseException:
            connection.close()
            raise
        return connection

    def _apart(self, look: Look) -> tuple[Path, Way]:
        folder = self._new_folder()
        try:
            os.link(self._file.path, folder / "store.db")
            os.link(self._file.beside("-wal"), folder / "store.db-wal")
        except OSError:
            self._remove_folder()
            return self._copies(look), Way.COPIED
        return folder / "store.db", Way.LINKED

    def _copies(self, look: Look) -> Path:
        """Copies of the database and its journal, played back. Refused if they changed meanwhile."""
        folder = self._new_folder()
        suffixes = ["", *(["-wal"] if look.content.wal else []), *(["-journal"] if look.journal else [])]
        if shutil.disk_usage(folder).free < 2 * look.bytes:
            raise StoreError(
                "There is no room for a private copy of this database, whose last writer was cut off.",
                "Free disk space, or set INSPECTOR_CACHE_DIR to a bigger disk.",
            )
        copy = folder / "store.db"
        for suffix in suffixes:
            target = copy.with_name(copy.name + suffix)
            shutil.copyfile(self._file.beside(suffix) if suffix else self._file.path, target)
            target.chmod(0o600)
        if self._file.content() != look.content:
            raise sqlite3.OperationalError("changed while it was copied")
        if look.journal:
            with contextlib.closing(sqlite3.connect(copy)) as connection:
                harden(connection, read_only=False)
        return copy

    def _new_folder(self) -> Path:
        """A 0700 folder that carries this process's id, so that a later run can tell it was left behind."""
        root = private_folder(private_folder(cache_folder()) / "opened")
        sweep(root)
        self._folder = root / f"{os.getpid()}-{os.urandom(8).hex()}"
        self._folder.mkdir(mode=0o700)
        return self._folder

    def _remove_folder(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _disconnect(self) -> None:
        self.connection.close()
        self._remove_folder()


def our_links(path: Path) -> int:
    """How many of a file's names are those that we gave it, in our own folder."""
    file = path.stat()
    found = (cache_folder() / "opened").glob("*/store.db")
    return sum(1 for link in found if (link.stat().st_dev, link.stat().st_ino) == (file.st_dev, file.st_ino))


def patiently(act: Callable[[], T]) -> T:
    """`act`, again and again while another program's lock is in its way."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return act()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(_BUSY_PAUSE)


def sweep(root: Path) -> None:
    """Remove what runs that ended badly have left in `root`: a copy of a store is as private as the store."""
    for folder in root.iterdir():
        pid = folder.name.partition("-")[0]
        if pid.isdecimal() and int(pid) != os.getpid() and not _alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _fix(failure: Exception | None) -> str:
    code = getattr(failure, "sqlite_errorname", "")
    if code.startswith("SQLITE_BUSY"):
        return "A program is writing to it: try again when it has finished."
    if code in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
        return "Its first page is damaged: recover it with `sqlite3 FILE .recover` into a new database."
    return "Copy the database with its -wal file elsewhere and open the copy."
