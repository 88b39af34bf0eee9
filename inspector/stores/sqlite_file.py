"""A SQLite file as the file system shows it: its header, what stands beside it, and who holds it locked.

Offsets and bytes are those of the SQLite file format (sqlite.org/fileformat.html).
"""

from __future__ import annotations

import os
import stat
import struct
import sys
from typing import TYPE_CHECKING

from msgspec import Struct

from inspector.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.stores.generation import Generation

MAGIC = b"SQLite format 3\x00"
_HEADER = 28
_VERSIONS = slice(18, 20)
"""Write and read version: 1 rollback journal, 2 write-ahead log."""
_PENDING_BYTE = 0x40000000
_LOCK_BYTES = 512
"""The lock-byte range: pending, reserved, and 510 shared bytes."""


class Stamp(Struct, frozen=True):
    """Which file it is and when it last changed."""

    device: int
    inode: int
    size: int
    mtime: int


class Content(Struct, frozen=True):
    """All that changes when the content does: the file, its header (with the change counter), its log."""

    main: Stamp | None
    header: bytes
    wal: Stamp | None

    @property
    def uses_wal(self) -> bool:
        return self.header[_VERSIONS] == b"\x02\x02"

    def same_file(self, other: Content) -> bool:
        """Whether locks still mean the same: one file, in one journal mode, with or without a log."""
        one, two = self.main, other.main
        return (
            one is not None
            and two is not None
            and (one.inode, one.device) == (two.inode, two.device)
            and self.uses_wal == other.uses_wal
            and (self.wal is None) == (other.wal is None)
        )


class Look(Struct, frozen=True):
    """A database and its companions at one moment."""

    content: Content
    shm: bool
    journal: Stamp | None
    """A rollback journal that starts as one that wasn't finished."""

    @property
    def bytes(self) -> int:
        """Of the database and its log."""
        return sum(stamp.size for stamp in (self.content.main, self.content.wal) if stamp is not None)


class DatabaseFile:
    """One database file, watched through a descriptor that stays open.

    Closing any descriptor of a file drops the POSIX locks that this process holds on it, SQLite's among them.
    So this one is opened before SQLite's and closed after it, and nothing else here opens the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._name = str(self.path)
        self._wal = self._name + "-wal"
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            self._fd = os.open(self.path, flags | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise StoreError(
                f"The database can't be opened: {error.strerror}.", "Check its permissions."
            ) from error
        if not stat.S_ISREG(os.fstat(self._fd).st_mode) or self._read(0, 16) != MAGIC:
            self.close()
            raise StoreError("This is no SQLite database.", "Name a database file.")

    def beside(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)

    def content(self) -> Content:
        """Asked around every statement, so it does little."""
        return Content(_stamp(self._name), self._read(0, _HEADER), _stamp(self._wal))

    def generation(self) -> Generation:
        """The file with its change counter (in the first block), and its log with the salts of its header."""
        from inspector.stores.generation import of_file

        wal = _stamp(self._wal)
        log = "" if wal is None else f"{wal.inode}:{wal.size}:{wal.mtime}:{_start(self._wal).hex()}"
        return of_file(self._fd, log)

    def look(self) -> Look:
        journal = _stamp(self._name + "-journal")
        if journal is not None and (journal.size == 0 or _first_byte(self.beside("-journal")) == b"\0"):
            journal = None
        return Look(self.content(), _stamp(self._name + "-shm") is not None, journal)

    def held(self) -> bool | None:
        """Whether another process holds a SQLite lock on the file; none where the platform can't tell."""
        return _locked(self._fd)

    def close(self) -> None:
        """May be called twice."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _read(self, offset: int, size: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._fd, size, offset)
        os.lseek(self._fd, offset, os.SEEK_SET)
        return os.read(self._fd, size)


def _stamp(path: str) -> Stamp | None:
    try:
        found = os.stat(path)  # noqa: PTH116 (a Path would cost more than the call)
    except OSError:
        return None
    return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _start(path: str) -> bytes:
    """The header of a write-ahead log. SQLite holds no locks on that file."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 (a Path would cost more)
            return file.read(32)
    except OSError:
        return b""


def _first_byte(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(1) or b"\0"
    except OSError:
        return b"\0"


def _locked(fd: int) -> bool | None:
    layout = {"linux": "hhqqi", "darwin": "qqihh"}.get(sys.platform)
    if layout is None:
        return None
    import fcntl

    write, start, length = fcntl.F_WRLCK, _PENDING_BYTE, _LOCK_BYTES
    asked: tuple[int, ...] = (write, os.SEEK_SET, start, length, 0)
    if sys.platform == "darwin":
        asked = (start, length, 0, write, os.SEEK_SET)
    try:
        answer = fcntl.fcntl(fd, fcntl.F_GETLK, struct.pack(layout, *asked))
    except OSError:
        return None
    fields = struct.unpack(layout, answer)
    return bool((fields[3] if sys.platform == "darwin" else fields[0]) != fcntl.F_UNLCK)
