"""Numbers, durations, dates and levels as they are written in a query."""

from __future__ import annotations

import re
from datetime import date

from inspector.config.units import SECOND, duration, size
from inspector.query.fields import LEVELS
from inspector.query.tree import Number, Quantity

DAY = 86_400 * SECOND
_EPOCH = date(1970, 1, 1).toordinal()
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?(e[+-]?[0-9]{1,3})?", re.ASCII | re.IGNORECASE)
_DATE = re.compile(
    r"""([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})
    (?:[T\ ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?)?)?)?
    (Z|[+-][0-9]{2}:?[0-9]{2})?""",
    re.ASCII | re.VERBOSE | re.IGNORECASE,
)


def exact(text: str, value: Number) -> Quantity:
    return Quantity(text, value, value)


def number(text: str) -> Quantity | None:
    """An integer stays one, whatever its size."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    if found[1] is None and found[2] is None:
        return exact(text, int(text))
    value = float(text)
    return None if value in (float("inf"), float("-inf")) else exact(text, value)


def number_or_size(text: str) -> Quantity | None:
    found = number(text)
    if found is not None:
        return found
    bytes_ = size(text, bare=None)
    return None if bytes_ is None else exact(text, bytes_)


def length(text: str) -> Quantity | None:
    ns = duration(text)
    return None if ns is None else exact(text, ns)


def level(text: str) -> Quantity | None:
    name = text.casefold()
    return exact(name, LEVELS.index(name)) if name in LEVELS else None


def instant(text: str) -> Quantity | None:
    """A date or time in ISO 8601 and all that it covers: a year, a day, a second, 100 ms."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    if offset and hour is None:
        return None
    try:
        first = date(int(year), int(month or 1), int(day or 1))
        after = _day_after(first, month, day)
    except (ValueError, OverflowError):
        return None
    shift = _offset(offset)
    if shift is None or int(hour or 0) > 23 or int(minute or 0) > 59 or int(second or 0) > 59:
        return None
    start = (first.toordinal() - _EPOCH) * DAY
    if hour is None:
        return Quantity(text, start, (after - _EPOCH) * DAY)
    start += (int(hour) * 3600 + int(minute) * 60 + int(second or 0)) * SECOND - shift
    width = SECOND if second else 60 * SECOND
    if fraction:
        width = 10 ** (9 - len(fraction))
        start += int(fraction) * width
    return Quantity(text, start, start + width)


def _day_after(first: date, month: str | None, day: str | None) -> int:
    """The ordinal of the first day after the year, month or day."""
    if day:
        return first.toordinal() + 1
    if month and first.month < 12:
        return first.replace(month=first.month + 1).toordinal()
    return date(first.year, 12, 31).toordinal() + 1


def _offset(text: str | None) -> int | None:
    """ns east of UTC; none if it can't be."""
    if text is None or text in "Zz":
        return 0
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 18 or minutes > 59:
        return None
    return (hours * 3600 + minutes * 60) * SECOND * (-1 if text[0] == "-" else 1)
