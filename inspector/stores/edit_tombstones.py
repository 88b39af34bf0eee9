"""Overwrite lines in place with others of the same length, where a program keeps the file open and appends.

Nothing moves, so nothing that is appended meanwhile is lost. What a crash leaves half done is finished from a
list of what was to be written, synced beside the store before the first byte of it is touched.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inspector.errors import HeldBack, StoreError
from inspector.stores import edit_os
from inspector.stores.edit_hash import hash_of
from inspector.stores.edit_records import changed
from inspector.stores.edit_text import PlainSink, line_piece
from inspector.stores.edits import Done, FileState, Step
from inspector.stores.records import Shape
from inspector.stores.source import read_all

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.stores.edit_pass import Choice
    from inspector.stores.edit_records import Verdict
    from inspector.stores.edit_swap import Spot
    from inspector.stores.edit_text import Text
    from inspector.stores.source import Source

_MARK: Final = b'{"_erased":true'
_METHOD: Final = "overwritten in place with tombstones of the same length"


@dataclass(frozen=True, slots=True)
class Patch:
    start: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Overwriting:
    source: Source
    spot: Spot
    op_id: str
    verdict: Verdict
    text: Text
    choice: Choice
    report: Callable[[Step], None]
    stopped: Callable[[], bool]

    def finish(self) -> Done:
        if not self.source.plain or self.text.shape is not Shape.LINES:
            raise StoreError(
                "Only a plain file of lines can be overwritten in place.",
                "Stop the program that writes to it, and edit it without tombstones.",
            )
        found = self._patches()
        if self.verdict.unmet():
            raise changed()
        counts = dict(self.verdict.counts)
        before = self._state()
        if not found:
            return Done(counts, [before], [before], "nothing had to be changed")
        name = self.spot.named(self.op_id, "redo")
        self._announce(name, found)
        apply(self.spot, self.spot.name, found)
        self.spot.remove(name)
        edit_os.sync_folder(self.spot.folder)
        return Done(counts, [before], [self._state()], _METHOD)

    def _patches(self) -> list[Patch]:
        """New content for lines, padded to their length. A last line without an end may still be growing."""
        found: list[Patch] = []
        for block in self.text.blocks():
            if self.stopped():
                raise HeldBack("Stopped before anything was changed.", "Run it again when you want to.")
            for start, end in self.choice.lines(block):
                _, piece, _ = line_piece(block, start, end, 0)
                if piece is None:
                    continue
                new = self.verdict.piece(piece)
                if new is piece.data:
                    continue
                if not piece.whole:
                    raise HeldBack("The last line has no end yet.", "Try again once it is written.")
                found.append(Patch(piece.start, padded(new, len(piece.data))))
            self.report(Step("plan", block.start + len(block.data), self.text.size))
        return found

    def _announce(self, name: str, patches: Sequence[Patch]) -> None:
        """The list, durable before anything is done: what it holds stays in the store anyway."""
        own = os.fstat(self.source.fd)
        fd = self.spot.create(name)
        try:
            edit_os.take_lock(fd)
            out = PlainSink(fd)
            out.write(json.dumps([own.st_dev, own.st_ino, len(patches)]).encode() + b"\n")
            for patch in patches:
                out.write(json.dumps([patch.start, len(patch.data)]).encode() + b"\n" + patch.data + b"\n")
            os.fsync(fd)
            edit_os.sync_folder(self.spot.folder)
        except OSError:
            self.spot.remove(name)
            raise
        finally:
            os.close(fd)

    def _state(self) -> FileState:
        size = os.fstat(self.source.fd).st_size
        return FileState(self.spot.path, size, hash_of(self.source.fd))


def padded(new: bytes | None, size: int) -> bytes:
    """Content of exactly so many bytes. Raises HeldBack where it doesn't fit."""
    if new is None:
        return _MARK + b" " * (size - len(_MARK) - 1) + b"}" if size > len(_MARK) else b" " * size
    if len(new) > size:
        raise HeldBack(
            "A line would become longer: it can't be overwritten in place.",
            "Stop the program that writes to the store, and edit it without tombstones.",
        )
    return new + b" " * (size - len(new))


def apply(spot: Spot, name: str, patches: Sequence[Patch]) -> None:
    fd = spot.open(name, os.O_WRONLY)
    try:
        for patch in patches:
            view, at = memoryview(patch.data), patch.start
            while view:
                size = os.pwrite(fd, view, at)
                view, at = view[size:], at + size
        os.fsync(fd)
    finally:
        os.close(fd)


def redo(spot: Spot) -> bool:
    """Finishes what a crash has left half done. Whether there was anything; a list that is cut off was never
    begun with, and one of another file that has the name no more is of no use."""
    for left in spot.leftovers():
        if left.kind != "redo":
            continue
        fd = spot.open(left.name)
        try:
            edit_os.take_lock(fd)
            found = _listed(read_all(fd, 0, os.fstat(fd).st_size))
        finally:
            os.close(fd)
        if found is not None and found[0] == _identity(spot):
            apply(spot, spot.name, found[1])
        spot.remove(left.name)
        edit_os.sync_folder(spot.folder)
        return True
    return False


def _identity(spot: Spot) -> tuple[int, int]:
    found = os.stat(spot.name, dir_fd=spot.folder, follow_symlinks=False)
    return found.st_dev, found.st_ino


def _listed(data: bytes) -> tuple[tuple[int, int], list[Patch]] | None:
    try:
        head, at = _line(data, 0)
        device, inode, count = head
        patches: list[Patch] = []
        for _ in range(count):
            (start, size), at = _line(data, at)
            if data[at + size : at + size + 1] != b"\n":
                return None
            patches.append(Patch(start, data[at : at + size]))
            at += size + 1
    except (ValueError, TypeError):
        return None
    return (device, inode), patches


def _line(data: bytes, at: int) -> tuple[list[int], int]:
    end = data.index(b"\n", at)
    found = json.loads(data[at:end])
    return [int(number) for number in found], end + 1
