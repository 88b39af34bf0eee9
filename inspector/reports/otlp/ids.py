"""Ids of any writer as OTLP wants them: 16 and 8 bytes. What is no such id becomes a hash of itself."""

from __future__ import annotations

import hashlib

TRACE, SPAN = 16, 8
_HEX = frozenset("0123456789abcdef")


def fitting(text: str, size: int) -> str:
    """Hex of `size` bytes: the id itself, a UUID without its dashes, or a hash that is equal for equal ids."""
    plain = text.lower()
    if size == TRACE and len(plain) == 36 and plain.count("-") == 4:
        plain = plain.replace("-", "")
    if len(plain) == 2 * size and _HEX.issuperset(plain) and plain.strip("0"):
        return plain
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=size).hexdigest()
