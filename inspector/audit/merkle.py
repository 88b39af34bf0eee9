"""RFC 6962 hashing over the records of the log: leaves, nodes, and the root of what was appended so far."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""RFC 6962, section 2.1: the root of no leaves."""


def leaf_hash(record: bytes) -> bytes:
    """`record` is the line without its newline."""
    return hashlib.sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Frontier:
    """The roots of the perfect subtrees over `size` leaves, largest first: enough to append and to tell the
    root, in log2(size) hashes."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def add(self, leaf: bytes) -> None:
        hashes, size = self.hashes, self.size
        while size & 1:
            leaf = node_hash(hashes.pop(), leaf)
            size >>= 1
        hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root

    def copy(self) -> Frontier:
        return Frontier(self.size, list(self.hashes))

    @property
    def sound(self) -> bool:
        """Whether there are as many hashes as `size` has one-bits; a stored frontier may be damaged."""
        return self.size >= 0 and self.size.bit_count() == len(self.hashes)
