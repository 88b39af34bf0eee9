"""The log's files: one JSONL segment a month, appended to under a lock, synced before anyone relies on it."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from inspector.audit.merkle import leaf_hash
from inspector.errors import AuditError
from inspector.paths import open_private, private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

SEGMENT = re.compile(r"audit-\d{4}-\d{2}\.jsonl")
LOCK_PATIENCE = 5.0
"""Seconds that another inspector may hold the lock before the act is refused."""
_TAIL = 1 << 13


MARK = b"~"
"""Ends a line that a crash left torn: even one that lost nothing but its newline can't pass for a record."""


@dataclass(frozen=True, slots=True)
class Torn:
    """Bytes of a segment that are no record, as they stand: with the mark, without newline."""

    segment: str
    offset: int
    raw: bytes

    def seal(self) -> dict[str, str | int]:
        """What the next record says of it."""
        digest = hashlib.sha256(self.raw).hexdigest()
        return {"segment": self.segment, "offset": self.offset, "length": len(self.raw), "sha256": digest}


@dataclass(frozen=True, slots=True)
class Tail:
    """Where the log ends: the last record's number and leaf hash, and what crashes left torn behind it."""

    segment: str
    seq: int
    """-1 in an empty log."""
    prev: bytes
    torn: tuple[Torn, ...] = ()
    open_line: bool = False
    """Whether the last torn line still lacks its mark and newline."""


NO_RECORD = bytes(32)
"""`prev` of the very first record."""


def segment_name(now: datetime) -> str:
    return f"audit-{now:%Y-%m}.jsonl"


def segments(folder: Path) -> list[Path]:
    """In the order they were written. Only plain files with our names count."""
    try:
        with os.scandir(folder) as entries:
            ours = [e for e in entries if SEGMENT.fullmatch(e.name)]
            names = [e.name for e in ours if e.is_file(follow_symlinks=False)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [folder / name for name in sorted(names)]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Only one process appends at a time. Raises AuditError if the lock can't be had in time."""
    try:
        try:
            fd = open_private(folder / "lock")
        except FileNotFoundError:
            fd = open_private(private_folder(folder) / "lock")
    except OSError as error:
        raise refusal(error, folder) from None
    try:
        _wait_for(fd, folder)
        yield
    finally:
        os.close(fd)


def _wait_for(fd: int, folder: Path) -> None:
    from fcntl import LOCK_EX, LOCK_NB, flock

    deadline = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            flock(fd, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise AuditError(
                    "another inspector has held the audit's lock for too long",
                    f"Find and end it: fuser {folder / 'lock'}",
                ) from None
            time.sleep(0.002)
        except OSError as error:
            raise refusal(error, folder) from None
        else:
            return


def refusal(error: OSError, folder: Path) -> AuditError:
    """The sentence and the fix for what the file system said."""
    fixes = {
        errno.ENOSPC: "Free some disk space there.",
        errno.EROFS: "Mount it writable, or name another folder: [audit] folder in inspector.toml.",
        errno.EACCES: f"Make it yours: chown and chmod 700 {folder}",
        errno.ELOOP: "A symbolic link stands where the log should be: remove it and look who put it there.",
    }
    fix = fixes.get(
        error.errno or 0, "Check the disk, or name another folder: [audit] folder in inspector.toml."
    )
    return AuditError(f"the audit log in {folder} can't be written: {error.strerror or 'I/O error'}", fix)


def read_tail(folder: Path) -> Tail:
    """Raises AuditError where a line is neither record nor marked torn: appending would bury a tampering."""
    torn: list[Torn] = []
    found = segments(folder)
    last = found[-1].name if found else ""
    open_line = False
    for path in reversed(found):
        for offset, line, whole in lines_backwards(path):
            if not whole:
                open_line = path.name == last
                torn.insert(0, Torn(path.name, offset, line))
            elif line.endswith(MARK):
                torn.insert(0, Torn(path.name, offset, line))
            else:
                return Tail(last, _seq(line, path), leaf_hash(line), tuple(torn), open_line)
    return Tail(last, -1, NO_RECORD, tuple(torn), open_line)


def lines_backwards(path: Path, end: int | None = None) -> Iterator[tuple[int, bytes, bool]]:
    """(offset, line without newline, whether it had one), last line first; nothing after an end of file."""
    with path.open("rb") as file:
        position = file.seek(0, os.SEEK_END) if end is None else end
        data, first = b"", True
        while position or data:
            while position and b"\n" not in data[:-1]:
                step = min(position, _TAIL)
                position -= step
                file.seek(position)
                data = file.read(step) + data
            whole = data.endswith(b"\n")
            body = data[:-1] if whole else data
            cut = body.rfind(b"\n") + 1
            if whole or first:
                yield position + cut, body[cut:], whole
            first = False
            data = data[:cut]


def _seq(line: bytes, path: Path) -> int:
    try:
        seq = orjson.loads(line)["seq"]
    except (ValueError, KeyError, TypeError):
        seq = None
    if not isinstance(seq, int) or isinstance(seq, bool):
        raise AuditError(
            f"the last line of {path.name} is no audit record", "Look what happened: inspector audit verify"
        )
    return seq


def append(folder: Path, name: str, data: bytes) -> None:
    """One write and one fdatasync; the folder is synced when the segment is new. Call under `locked`."""
    path = folder / name
    fresh = not path.exists()
    try:
        fd = open_private(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            written = os.write(fd, data)
            if written != len(data):
                raise OSError(errno.ENOSPC, "No space left on device")
            sync(fd)
        finally:
            os.close(fd)
        if fresh:
            sync_folder(folder)
    except OSError as error:
        raise refusal(error, folder) from None


def sync(fd: int) -> None:
    getattr(os, "fdatasync", os.fsync)(fd)


def sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
