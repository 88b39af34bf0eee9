"""Times and sizes."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.reports.units import duration, milliseconds, moment, money, rfc3339, size


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_779_820_373_559_566_929, "2026-05-26T18:32:53.559566929Z"),
        (1_500_000_000, "1970-01-01T00:00:01.500Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (253_402_300_800 * 10**9, "+10000-01-01T00:00:00Z"),
        (951_782_400 * 10**9, "2000-02-29T00:00:00Z"),
        (None, None),
    ],
)
def test_rfc3339(ns: int | None, text: str | None) -> None:
    assert rfc3339(ns) == text


@given(st.datetimes(min_value=dt.datetime(1, 1, 1), max_value=dt.datetime(9999, 12, 31)))
def test_rfc3339_agrees_with_datetime(when: dt.datetime) -> None:
    when = when.replace(tzinfo=dt.UTC)
    since = when - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    ns = (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1_000
    written = rfc3339(ns)
    assert written is not None
    assert dt.datetime.fromisoformat(written) == when
    assert moment(ns) == when.strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0")


@given(st.integers(-(2**70), 2**70))
def test_any_integer_has_a_date(ns: int) -> None:
    assert (rfc3339(ns) or "").endswith("Z")


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (None, "-"),
        (12, "12ns"),
        (1_234, "1.23µs"),
        (46_600_000, "46.6ms"),
        (999_000_000, "999ms"),
        (2_640_000_000, "2.64s"),
        (75 * 10**9, "1m15s"),
        (3_725 * 10**9, "1h02m"),
        (-5_000, "-5.00µs"),
    ],
)
def test_duration(ns: int | None, text: str) -> None:
    assert duration(ns) == text


def test_the_rest() -> None:
    assert milliseconds(1_500_000) == 1.5
    assert milliseconds(None) is None
    assert [size(n) for n in (0, 999, 1_500, 250_000, 8_818_688)] == [
        "0 B",
        "999 B",
        "1.5 kB",
        "250 kB",
        "8.8 MB",
    ]
    assert [money(c) for c in (None, 0.0, 0.00001, 0.0123, 12.5)] == [
        "",
        "$0.00",
        "$1.0e-05",
        "$0.0123",
        "$12.50",
    ]
