"""What rewriting a file under other programs needs of the operating system, and an honest no where it has none.

Linux's leases (fcntl F_SETLEASE) tell whether any program has a file open for writing, and make the next one
that wants to wait. No other system has them.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inspector.errors import HeldBack, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

_OURS: Final = "Wait until the other inspector is done."


def demand_platform() -> None:
    """Raises StoreError where a file can't be rewritten safely."""
    if not sys.platform.startswith("linux"):
        raise StoreError(
            "This system can't tell whether a program is writing to the file, so it isn't edited.",
            "Stop what writes to it, copy the file to a Linux system, and edit it there.",
        )


def take_lease(fd: int) -> bool:
    """Whether nobody has the file open for writing; then whoever wants to waits until `drop_lease`.

    The kernel's own patience with us is /proc/sys/fs/lease-break-time, 45 s. Raises StoreError where the file
    system or the file's owner allow no lease.
    """
    import fcntl

    # A program that waits is told to us by a signal whose default would end this process: take one that
    # nobody heeds.
    fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGURG)
    try:
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        if error.errno == errno.EAGAIN:
            return False
        if error.errno in (errno.EACCES, errno.EPERM):
            raise StoreError(
                "Only the owner of this file can see whether a program is writing to it.",
                "Run it as the file's owner.",
            ) from None
        raise StoreError(
            "This file system can't tell whether a program is writing to the file, so it isn't edited.",
            "Copy the file to a local disk and edit it there.",
        ) from None
    return True


def drop_lease(fd: int) -> None:
    import fcntl

    with contextlib.suppress(OSError):  # there was none
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)


def take_lock(fd: int) -> None:
    """Keeps other inspectors away. Raises HeldBack if one is at work."""
    import fcntl

    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise HeldBack("Another inspector is editing this store.", _OURS) from None


def drop_lock(fd: int) -> None:
    import fcntl

    fcntl.flock(fd, fcntl.LOCK_UN)


@dataclass(frozen=True, slots=True)
class Writer:
    pid: int
    name: str

    def __str__(self) -> str:
        return f"{self.name} (process {self.pid})"


def writers(fd: int) -> list[Writer]:
    """The processes that have the file open for writing, as far as we may see them."""
    found = os.fstat(fd)
    return sorted(_writers(found.st_dev, found.st_ino), key=lambda writer: writer.pid)


def _writers(device: int, inode: int) -> Iterator[Writer]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            open_files = list((process / "fd").iterdir())
        except OSError:
            continue
        for link in open_files:
            try:
                target = link.stat()
                if (target.st_dev, target.st_ino) == (device, inode) and _writes(process, link.name):
                    yield Writer(int(process.name), (process / "comm").read_text().strip())
                    break
            except (OSError, ValueError):
                continue


def _writes(process: Path, fd: str) -> bool:
    for line in (process / "fdinfo" / fd).read_text().splitlines():
        if line.startswith("flags:"):
            return int(line.split()[1], 8) & os.O_ACCMODE != os.O_RDONLY
    return False


def copy_owner(source: int, target: int) -> None:
    """Owner, extended attributes with ACLs, and mode, in the order in which they don't undo each other.

    Raises StoreError where one of them can't be kept.
    """
    found = os.fstat(source)
    try:
        if (found.st_uid, found.st_gid) != (os.fstat(target).st_uid, os.fstat(target).st_gid):
            os.fchown(target, found.st_uid, found.st_gid)
        _copy_attributes(source, target)
        os.fchmod(target, found.st_mode & 0o7777)
    except OSError as error:
        raise StoreError(
            f"Owner, mode or extended attributes of the file can't be kept: {os.strerror(error.errno or 0)}.",
            "Run it as the file's owner.",
        ) from error


def _copy_attributes(source: int, target: int) -> None:
    try:
        wanted = os.listxattr(source)
    except OSError as error:
        if error.errno == errno.ENOTSUP:
            return
        raise
    for name in wanted:
        value = os.getxattr(source, name)
        try:
            os.setxattr(target, name, value)
        except OSError:
            # What the system itself labels files with may be given already, and not be ours to give.
            if not name.startswith("security.") or _attribute(target, name) != value:
                raise


def _attribute(fd: int, name: str) -> bytes | None:
    try:
        return os.getxattr(fd, name)
    except OSError:
        return None


def sync_folder(fd: int) -> None:
    os.fsync(fd)
