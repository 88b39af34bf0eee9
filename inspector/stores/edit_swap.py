"""Put another file in the place of a store, so that a crash at any point leaves the one or the other whole and
nothing that is written meanwhile is lost.

Beside the store, for as long as it takes, lie the new file (`.tmp`), and from the moment before the exchange
the old one under a second name (`.old`): a program that was opening it just then writes its line there.
The name of the old one says how much of it the new one holds, and how long the new one was.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from inspector.errors import HeldBack, StoreError
from inspector.stores import edit_os
from inspector.stores.source import read_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.intent import Intent

Edit: TypeAlias = "Callable[[bytes], bytes]"
"""What late bytes of the old file become in the new one."""

PATIENCE = 2.0
"""Seconds that we wait for programs that open, append and close."""
DRAIN = 5.0
_PAUSE: Final = 0.001
_QUIET: Final = 0.02
_LINES: Final = re.compile(rb"[^\n]*\n|[^\n]+")


def refused(error: OSError, what: str) -> StoreError:
    """The error of a file that couldn't be written; the original is as it was."""
    said = os.strerror(error.errno or 0)
    return StoreError(
        f"{what}: {said}. The store is as it was.", "Free space, or ask for the right to write."
    )


@dataclass(frozen=True, slots=True)
class Leftover:
    name: str
    op_id: str
    kind: str
    covered: int = 0
    size: int = 0


class Spot:
    """The folder and the name of a store, links resolved; held open, so that a moved folder is no matter."""

    def __init__(self, path: Path) -> None:
        real = Path(os.path.realpath(path))
        self.path = real
        self.name = real.name
        mark = hashlib.blake2b(os.fsencode(real.name), digest_size=4).hexdigest()
        self._prefix = f".{real.name[:40]}.{mark}."
        try:
            self.folder = os.open(real.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise refused(error, "The store's folder can't be opened") from error

    def close(self) -> None:
        os.close(self.folder)

    def named(self, op_id: str, ending: str) -> str:
        return f"{self._prefix}{re.sub(r'[^A-Za-z0-9-]', '', op_id)[:40]}.{ending}"

    def leftovers(self) -> list[Leftover]:
        """Files that edits of this store have left beside it."""
        pattern = re.compile(
            re.escape(self._prefix) + r"([A-Za-z0-9-]*)\.(?:(\d+)\.(\d+)\.)?(tmp|old|redo)", re.ASCII
        )
        found = (pattern.fullmatch(name) for name in os.listdir(self.folder))  # noqa: PTH208 (by descriptor)
        return [Leftover(m[0], m[1], m[4], int(m[2] or 0), int(m[3] or 0)) for m in found if m]

    def files(self) -> list[Path]:
        return [self.path, *(self.path.parent / left.name for left in self.leftovers())]

    def create(self, name: str) -> int:
        """A new private file of that name, open for writing and reading."""
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(name, flags, 0o600, dir_fd=self.folder)

    def open(self, name: str, flags: int = os.O_RDONLY) -> int:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self.folder)

    def remove(self, name: str) -> None:
        try:
            os.unlink(name, dir_fd=self.folder)
        except FileNotFoundError:
            return

    def holds(self, fd: int) -> bool:
        """Whether the store's name still means this file."""
        try:
            named = os.stat(self.name, dir_fd=self.folder, follow_symlinks=False)
        except OSError:
            return False
        own = os.fstat(fd)
        return (named.st_dev, named.st_ino) == (own.st_dev, own.st_ino)


def lease_soon(fd: int, patience: float | None = None) -> None:
    """Takes the lease, waiting a little for programs that come and go. Raises HeldBack with a writer's name."""
    until = time.monotonic() + (PATIENCE if patience is None else patience)
    while not edit_os.take_lease(fd):
        if time.monotonic() > until:
            raise busy(fd)
        time.sleep(_PAUSE)


def busy(fd: int) -> HeldBack:
    names = ", ".join(map(str, edit_os.writers(fd))) or "A program of another user"
    return HeldBack(
        f"{names} has the store open for writing.", "Stop it, or choose to overwrite in place (tombstones)."
    )


def exchange(spot: Spot, old: int, temp: str, op_id: str, covered: int) -> str:
    """Gives the new file the store's name, durably; the lease is held. Returns the old one's second name."""
    new = spot.open(temp)
    try:
        size = os.fstat(new).st_size
    finally:
        os.close(new)
    kept = spot.named(op_id, f"{covered}.{size}.old")
    os.link(spot.name, kept, src_dir_fd=spot.folder, dst_dir_fd=spot.folder, follow_symlinks=False)
    if not spot.holds(old):
        spot.remove(kept)
        raise HeldBack("Another file has the store's name now.", "Open it again and plan anew.")
    try:
        os.rename(temp, spot.name, src_dir_fd=spot.folder, dst_dir_fd=spot.folder)
    except OSError:
        spot.remove(kept)
        raise
    try:
        edit_os.sync_folder(spot.folder)
    except OSError as error:
        raise StoreError(
            f"The store was exchanged, but its folder can't be synced: {os.strerror(error.errno or 0)}.",
            "Resume it once the disk works.",
        ) from error
    return kept


def drain(spot: Spot, kept: str, covered: int, size: int, edit: Edit, *, crashed: bool = False) -> str:
    """Brings over what was written to the old file after it was copied, then removes it.

    `size` is how long the new file was when it took the name. After a crash a line that stands behind that
    may have been brought over already. Returns a sentence if a program still writes to the old file.
    """
    fd = spot.open(kept)
    try:
        until = time.monotonic() + DRAIN
        quiet = False
        while True:
            free = edit_os.take_lease(fd)
            end = os.fstat(fd).st_size
            late = read_all(fd, covered, end - covered) if end > covered else b""
            if late and (free or late.endswith(b"\n")):
                _bring(spot, edit(late), size if crashed else None)
                covered, quiet = end, False
            if free and end == covered:
                if quiet:
                    break
                # Whoever had looked the name up just before the exchange opens the old file only now.
                quiet = True
                edit_os.drop_lease(fd)
                time.sleep(_QUIET)
            elif time.monotonic() > until:
                return f"{busy(fd).what} What it writes goes to the file that was replaced."
            else:
                time.sleep(_PAUSE)
        spot.remove(kept)
        edit_os.sync_folder(spot.folder)
    finally:
        os.close(fd)
    return ""


def _bring(spot: Spot, late: bytes, known: int | None) -> None:
    """Appends lines; with `known` only those that don't stand behind that many bytes already."""
    fd = spot.open(spot.name, os.O_RDWR | os.O_APPEND)
    try:
        if known is not None:
            late = _missing(late, read_all(fd, known, os.fstat(fd).st_size - known))
        view = memoryview(late)
        while view:
            view = view[os.write(fd, view) :]
        os.fsync(fd)
    finally:
        os.close(fd)


def _missing(late: bytes, there: bytes) -> bytes:
    """The lines of `late` that aren't there. The last that is may be torn: then its rest comes first."""
    seen = Counter(_LINES.findall(there))
    out: list[bytes] = []
    torn = there[there.rfind(b"\n") + 1 :]
    for line in _LINES.findall(late):
        if seen[line] > 0:
            seen[line] -= 1
        elif torn and line.startswith(torn):
            out.insert(0, line[len(torn) :])
            torn = b""
        else:
            out.append(line)
    return b"".join(out)


def recover(spot: Spot, edit: Edit) -> None:
    """Finishes what edits that were killed have left. Raises HeldBack where one still lives."""
    for left in spot.leftovers():
        if left.kind == "redo":
            continue
        fd = spot.open(left.name)
        try:
            if left.kind == "old" and spot.holds(fd):
                spot.remove(left.name)
                continue
            edit_os.take_lock(fd)
            if left.kind == "old":
                sentence = drain(spot, left.name, left.covered, left.size, edit, crashed=True)
                if sentence:
                    raise HeldBack(sentence, "Stop it, then resume.")
            else:
                spot.remove(left.name)
        finally:
            os.close(fd)


def remove_emptied(path: Path, intent: Intent) -> bool:
    """Removes a file of which an edit has left nothing; not one that a program has open or has written to since."""
    spot = Spot(path)
    try:
        fd = spot.open(spot.name)
        try:
            lease_soon(fd, 0.2)
            if os.fstat(fd).st_size or not spot.holds(fd):
                return False
            spot.remove(spot.name)
            edit_os.sync_folder(spot.folder)
        finally:
            edit_os.drop_lease(fd)
            os.close(fd)
    except HeldBack:
        return False
    except OSError as error:
        raise refused(error, "The emptied file can't be removed") from error
    finally:
        spot.close()
    intent.counts["rotated file"] = 1
    return True
