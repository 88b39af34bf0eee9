"""A first look at digits in raw bytes: most long numbers are ids and times, and no card's by length or issuer."""

from __future__ import annotations

import re
from functools import cache

from inspector.redaction.checks.payment import issuer
from inspector.redaction.matcher import luhn

_SEEN = 12
"""Digits up to which the trigger looks: where they stand in a row, its hit ends behind the twelfth."""
_ROW = re.compile(rb"[0-9]{12}([0-9]*)")
_MORE = re.compile(rb"[ .,\-_/\\\x80-\xff]{1,4}[0-9n]")
_DIGITS = frozenset(b"0123456789")
_LENGTHS = range(13, 20)


def no_card(line: bytes, at: int) -> bool:
    """Whether the trigger's hit that ends with the byte `at` is one run of digits that can't be a card's."""
    start = at + 1 - _SEEN
    if start < 0:
        return False
    match = _ROW.match(line, start)
    # Where a digit stands before these, the hit began in a group before them.
    if match is None or (start and line[start - 1] in _DIGITS):
        return False
    size = _SEEN + match.end(1) - match.start(1)
    if size == _SEEN:
        return _MORE.match(line, match.end()) is None
    if line[start : start + 2] not in _starts(size):
        return True
    digits = match[0]
    return not luhn(digits) or not issuer(digits.decode())


@cache
def _starts(size: int) -> frozenset[bytes]:
    """The first two digits of all cards of this length."""
    if size not in _LENGTHS:
        return frozenset()
    return frozenset(b"%02d" % (n // 100) for n in range(10_000) if issuer(f"{n:04d}".ljust(size, "0")))
