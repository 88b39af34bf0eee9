"""A first look at digits in raw bytes: most long numbers are ids and times, and no card's by length or issuer."""

from __future__ import annotations

from functools import cache

from inspector.redaction.checks.payment import issuer
from inspector.redaction.matcher import luhn

_LENGTHS = range(13, 20)
_LONGEST = 20


def no_card(line: bytes, end: int) -> bool:
    """Whether the run of digits that ends before a byte can't be a card's: by its length, issuer or check digit."""
    before = line[max(0, end - _LONGEST) : end]
    digits = before[len(before.rstrip(b"0123456789")) :]
    return digits[:2] not in _starts(len(digits)) or not luhn(digits) or not issuer(digits.decode())


@cache
def _starts(size: int) -> frozenset[bytes]:
    """The first two digits of all cards of this length."""
    if size not in _LENGTHS:
        return frozenset()
    return frozenset(b"%02d" % (n // 100) for n in range(10_000) if issuer(f"{n:04d}".ljust(size, "0")))
