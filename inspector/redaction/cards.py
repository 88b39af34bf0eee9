"""A first look at digits in raw bytes: most long numbers are ids and times, and no card's by length or issuer."""

from __future__ import annotations

import re
from functools import cache

from inspector.redaction.checks.payment import issuer
from inspector.redaction.matcher import luhn

_DIGITS = re.compile(rb"[0-9]*")
_MORE = re.compile(rb"[ .,\-_/\\\x80-\xff]{1,4}[0-9n]")
_SEEN = 12
"""Digits up to which the trigger looks: where they stand in a row, its hit ends behind the twelfth."""


def no_card(line: bytes, at: int) -> bool:
    """Whether the trigger's hit that ends with the byte `at` is one run of digits that can't be a card's."""
    start = at + 1 - _SEEN
    if start < 0 or not line[start : at + 1].isdigit():
        return False
    if start and line[start - 1] - 48 in range(10):
        # The hit began in a group before these digits.
        return False
    match = _DIGITS.match(line, start)
    end = match.end() if match is not None else start
    size = end - start
    if size == _SEEN:
        return _MORE.match(line, end) is None
    if size > 19 or not _may_start(size, line[start : start + 2]):
        return True
    return not luhn(line[start:end]) or not issuer(line[start:end].decode())


@cache
def _may_start(size: int, two: bytes) -> bool:
    """Whether a card of this length can begin with two digits."""
    return any(issuer(f"{two.decode()}{n:02d}".ljust(size, "0")) for n in range(100))
