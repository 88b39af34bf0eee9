"""Numbers, durations and times as people read them at a glance. Times are UTC unless the user's
config asks for the machine's zone."""

from __future__ import annotations

from datetime import UTC, datetime

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_S = 1_000_000_000


def duration(ns: int | None) -> str:
    """Nanoseconds in at most seven cells."""
    if ns is None:
        return ""
    if ns < 0:
        return "-" + duration(-ns)
    if ns < 1_000_000:
        return f"{ns / 1000:.0f}µs"
    if ns < 100_000_000:
        return f"{ns / 1_000_000:.0f}ms"
    seconds = ns / _S
    if seconds < 100:
        return f"{seconds:.2f}s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes}m{rest:02d}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02d}m" if hours < 100 else f"{hours // 24}d{hours % 24:02d}h"


def count(n: int | None) -> str:
    return "" if n is None else f"{n:,}"


def size(n: int) -> str:
    value = float(n)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return ""


def cost(usd: float | None) -> str:
    if usd is None:
        return ""
    return (
        f"${usd:,.2f}"
        if usd >= 1
        else f"${usd:.3f}"
        if usd >= 0.001
        else f"${usd:.6f}".rstrip("0").rstrip(".")
    )


_local = False


def use_zone(*, local: bool) -> None:
    """Show times in the machine's own zone from now on, or in UTC."""
    global _local
    _local = local


def moment(ns: int | None) -> datetime | None:
    """None where there is no time, or one outside the calendar."""
    if ns is None:
        return None
    try:
        at = datetime.fromtimestamp(ns // _S, UTC)
        return at.astimezone() if _local else at
    except (OverflowError, ValueError, OSError):
        return None


def day(ns: int | None) -> str:
    """`Nov 22`."""
    at = moment(ns)
    return "" if at is None else f"{_MONTHS[at.month - 1]} {at.day:02d}"


def clock(ns: int | None, today: int | None, *, room: int = 11) -> str:
    """`14:02:11` on the day of `today`, `Nov21 14:02` on another one, `2024-11-21` in another year.

    In less than 11 cells another day stands alone.
    """
    at, now = moment(ns), moment(today)
    if at is None:
        return ""
    if now is None or at.date() == now.date():
        return f"{at:%H:%M:%S}"
    if at.year == now.year:
        return day(ns) if room < 11 else f"{_MONTHS[at.month - 1]}{at:%d %H:%M}"
    return f"{at:%y-%m-%d}" if room < 10 else f"{at:%Y-%m-%d}"


def stamp(ns: int | None) -> str:
    """The whole time, to the microsecond where it has any."""
    at = moment(ns)
    if at is None or ns is None:
        return ""
    fraction = f"{ns % _S:09d}".rstrip("0")
    return f"{at:%Y-%m-%d %H:%M:%S}{'.' + fraction if fraction else ''} {at.tzname() or ''}".rstrip()


def moment_of(ns: int | None) -> str:
    """The whole time to the millisecond, always as wide: for a column."""
    at = moment(ns)
    if at is None or ns is None:
        return ""
    return f"{at:%Y-%m-%d %H:%M:%S}.{ns % _S // 1_000_000:03d} {at.tzname() or ''}".rstrip()
