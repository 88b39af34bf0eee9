"""Times, durations, sizes and counts as people and programs read them."""

from __future__ import annotations

_SECOND = 1_000_000_000
_DAY = 86_400


def rfc3339(ns: int | None) -> str | None:
    """UTC, with as many digits of the second as there are (none, 3, 6 or 9); any year."""
    if ns is None:
        return None
    seconds, rest = divmod(ns, _SECOND)
    fraction = f"{rest:09d}"
    while fraction and fraction.endswith("000"):
        fraction = fraction[:-3]
    return f"{_clock(seconds, 'T')}{'.' + fraction if fraction else ''}Z"


def moment(ns: int | None) -> str:
    """Date and time to the second, UTC, or a dash."""
    return "-" if ns is None else _clock(ns // _SECOND, " ")


def _clock(seconds: int, between: str) -> str:
    days, second = divmod(seconds, _DAY)
    year, month, day = _civil(days)
    hour, minute = divmod(second // 60, 60)
    sign = "-" if year < 0 else "+" if year > 9999 else ""
    return f"{sign}{abs(year):04d}-{month:02d}-{day:02d}{between}{hour:02d}:{minute:02d}:{second % 60:02d}"


def _civil(days: int) -> tuple[int, int, int]:
    """Proleptic Gregorian date of a day counted from 1970-01-01: `datetime` ends at the year 9999.

    Counts from 0000-03-01, so that the leap day ends a year, in eras of 400 years.
    """
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = year_of_era + era * 400 + (month <= 2)
    return year, month, day_of_year - (153 * shifted + 2) // 5 + 1


def milliseconds(ns: int | None) -> float | None:
    return None if ns is None else ns / 1_000_000


def duration(ns: int | None) -> str:
    """Three digits and a unit, or a dash."""
    if ns is None:
        return "-"
    sign, ns = ("-", -ns) if ns < 0 else ("", ns)
    if ns < 1_000:
        return f"{sign}{ns}ns"
    for unit, size, most in (
        ("µs", 1_000, 1_000_000),
        ("ms", 1_000_000, _SECOND),
        ("s", _SECOND, 60 * _SECOND),
    ):
        if ns < most:
            value = ns / size
            return f"{sign}{value:.{2 if value < 10 else 1 if value < 100 else 0}f}{unit}"
    minutes, seconds = divmod(ns // _SECOND, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}h{minutes:02d}m" if hours else f"{sign}{minutes}m{seconds:02d}s"


def size(n: int) -> str:
    """Bytes in decimal units."""
    value = float(n)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def money(dollars: float | None) -> str:
    if dollars is None:
        return ""
    if dollars != 0 and abs(dollars) < 0.0001:
        return f"${dollars:.1e}"
    return f"${dollars:.2f}" if abs(dollars) >= 1 or dollars == 0 else f"${dollars:.4f}"


def counted(number: int, noun: str) -> str:
    """`1 span`, `2 spans`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
