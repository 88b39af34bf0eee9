"""Times of any writer as integer nanoseconds since the epoch (UTC), exactly; never through a float where
the source isn't one."""

from __future__ import annotations

import calendar
import math
import re
from typing import Literal, TypeAlias

Unit: TypeAlias = Literal["ns", "us", "ms", "s"]

NS_PER: dict[Unit, int] = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
_LIMIT = 2**63 - 1
"""Beyond int64 (the year 2262) a time is a mistake or a marker."""

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,30}))?)?\s*(Z|z|UTC|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_NUMBER = re.compile(r"-?\d{1,30}", re.ASCII)
_DECIMAL = re.compile(r"(\d{1,20})\.(\d{1,30})", re.ASCII)


def from_number(value: object, unit: Unit) -> int | None:
    """A count of `unit`s, as an int, a float or a decimal string; none for anything else, for 0 (which every
    writer uses for `not set`), for negatives, and beyond int64."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        ns = value * NS_PER[unit]
    elif isinstance(value, float):
        if not math.isfinite(value) or abs(value) > 1e30:
            return None
        ns = int(value) if unit == "ns" else _scaled(repr(value), value, unit)
    elif isinstance(value, str):
        text = value.strip()
        if _NUMBER.fullmatch(text):
            ns = int(text) * NS_PER[unit]
        elif match := _DECIMAL.fullmatch(text):
            ns = _decimal(match, unit)
        else:
            return None
    else:
        return None
    return ns if 0 < ns <= _LIMIT else None


def _scaled(text: str, value: float, unit: Unit) -> int:
    """A float by its shortest decimal form: 1.1 s is 1,100,000,000 ns and not 1,100,000,089."""
    match = _DECIMAL.fullmatch(text)
    return _decimal(match, unit) if match else int(value * NS_PER[unit])


def _decimal(match: re.Match[str], unit: Unit) -> int:
    digits = len(str(NS_PER[unit])) - 1
    fraction = match[2][:digits].ljust(digits, "0")
    return int(match[1]) * NS_PER[unit] + (int(fraction) if fraction else 0)


def from_iso(value: object) -> int | None:
    """An ISO 8601 time, any offset, up to ns digits; without an offset it is taken as UTC."""
    return iso_with_unit(value)[0]


def iso_with_unit(value: object) -> tuple[int | None, str]:
    """The same, and how it was written: `iso`, or `naive-utc` without an offset."""
    if not isinstance(value, str):
        return None, "iso"
    match = _ISO.fullmatch(value.strip())
    if match is None:
        return None, "iso"
    year, month, day, hour, minute = (int(match[n]) for n in range(1, 6))
    second = int(match[6] or 0)
    offset = match[8]
    unit = "iso" if offset else "naive-utc"
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second <= 60):
        return None, unit
    if day > calendar.monthrange(year, month)[1] if year else True:
        return None, unit
    seconds = calendar.timegm((year, month, day, hour, minute, second)) - _offset_seconds(offset)
    ns = seconds * NS_PER["s"] + int((match[7] or "0")[:9].ljust(9, "0"))
    return (ns if 0 < ns <= _LIMIT else None), unit


def _offset_seconds(offset: str | None) -> int:
    if not offset or offset[0] not in "+-":
        return 0
    digits = offset[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if offset[0] == "-" else seconds


def guess(value: object) -> tuple[int | None, str]:
    """A time of unknown form and its unit: ISO text, or a number whose size tells the unit (between the
    years 1990 and 2200 the four units don't overlap)."""
    if isinstance(value, str) and not _is_number(value):
        return iso_with_unit(value)
    size = _magnitude(value)
    unit: Unit
    if size is None:
        return None, "iso"
    if size < 1e11:
        unit = "s"
    elif size < 1e14:
        unit = "ms"
    elif size < 1e17:
        unit = "us"
    else:
        unit = "ns"
    return from_number(value, unit), unit


def _is_number(text: str) -> bool:
    stripped = text.strip()
    return bool(_NUMBER.fullmatch(stripped) or _DECIMAL.fullmatch(stripped))


def _magnitude(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, int) and abs(value) > _LIMIT:
        return None
    return float(value)
