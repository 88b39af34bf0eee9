"""Durations and sizes as people write them, for config and for queries.

A duration is a number and a unit (`90s`, `1.5h`, `30d`); `m` is minutes, `y` 365 days. A size is bytes, or a
number with `kb mb gb tb` (powers of 1,000) or `kib mib gib tib` (of 1,024).
"""

from __future__ import annotations

import re

SECOND = 1_000_000_000
DURATION_UNITS = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": SECOND,
    "m": 60 * SECOND,
    "h": 3_600 * SECOND,
    "d": 86_400 * SECOND,
    "w": 7 * 86_400 * SECOND,
    "y": 365 * 86_400 * SECOND,
}
SIZE_UNITS = {
    "b": 1,
    "kb": 1_000,
    "mb": 1_000_000,
    "gb": 1_000_000_000,
    "tb": 1_000_000_000_000,
    "kib": 1 << 10,
    "mib": 1 << 20,
    "gib": 1 << 30,
    "tib": 1 << 40,
}
_MEASURE = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,9}))?([a-z]*)", re.ASCII)


def _measure(text: str, units: dict[str, int], bare: int | None) -> int | None:
    """`text` in the smallest unit; none if it isn't a measure. `bare` is the unit of a plain number."""
    match = _MEASURE.fullmatch(text.lower())
    if match is None:
        return None
    whole, fraction, unit = match[1], match[2] or "", match[3]
    factor = units.get(unit) if unit else bare
    if factor is None:
        return None
    return int(whole + fraction) * factor // int("1" + "0" * len(fraction))


def duration(text: str, bare: int | None = None) -> int | None:
    """Nanoseconds, or none if `text` is no duration."""
    return _measure(text, DURATION_UNITS, bare)


def size(text: str, bare: int | None = 1) -> int | None:
    """Bytes, or none if `text` is no size."""
    return _measure(text, SIZE_UNITS, bare)
