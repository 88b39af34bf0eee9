"""Which state of a store was read: what is kept of one state is of no use for another."""

from __future__ import annotations

import hashlib
import os
from typing import Final

from msgspec import Struct

_BLOCK: Final = 4096


class Generation(Struct, frozen=True):
    """`head` and `tail` are hashes of the first and last block, `log` is what a database's journal says."""

    device: int
    inode: int
    size: int
    mtime: int
    head: str
    tail: str
    log: str = ""

    def grew_from(self, before: Generation, tail_then: str) -> bool:
        """Whether this is the file of `before` with more behind it; `tail_then` is what ended it."""
        return (
            (self.device, self.inode) == (before.device, before.inode)
            and self.size > before.size
            and self.head == before.head
            and tail_then == before.tail
            and not self.log
            and not before.log
        )


def of_file(fd: int, log: str = "", size: int | None = None) -> Generation:
    """Of an open file; with `size` of no more than its first bytes."""
    found = os.fstat(fd)
    end = found.st_size if size is None else min(size, found.st_size)
    return Generation(
        found.st_dev,
        found.st_ino,
        end,
        found.st_mtime_ns,
        _hash(fd, 0, min(_BLOCK, end)),
        _hash(fd, max(0, end - _BLOCK), end),
        log,
    )


def _hash(fd: int, start: int, end: int) -> str:
    return hashlib.blake2b(os.pread(fd, end - start, start), digest_size=16).hexdigest()
