"""Times of every unit become the same integer nanoseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.stores.formats.times import from_iso, from_number, guess, iso_with_unit

NS = 1_795_372_180_123_456_789
INT64 = 2**63 - 1
ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers())


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (NS, "ns", NS),
        (str(NS), "ns", NS),
        (f" {NS} ", "ns", NS),
        (1.795372181e18, "ns", 1_795_372_181_000_000_000),
        (NS // 1000, "us", NS // 1000 * 1000),
        (1_795_372_180_123, "ms", 1_795_372_180_123_000_000),
        (1_795_372_180, "s", 1_795_372_180_000_000_000),
        (1_795_372_180.5, "s", 1_795_372_180_500_000_000),
        ("1795372180.123456789", "s", NS),
        ("1795372180123.456", "ms", 1_795_372_180_123_456_000),
        (1795372180.1, "s", 1_795_372_180_100_000_000),
        (INT64, "ns", INT64),
    ],
)
def test_numbers(value, unit, expected):
    assert from_number(value, unit) == expected


@pytest.mark.parametrize(
    "value",
    [0, "0", -5, "-1", 0.0, None, True, "", "soon", [], {}, float("nan"), float("inf"), 1e300, INT64 + 1,
     "18446744073709551615", "9" * 5000, "1e3", "٣"],
)  # fmt: skip
def test_what_is_no_time(value):
    assert from_number(value, "ns") is None


@pytest.mark.parametrize(
    ("text", "expected", "unit"),
    [
        ("2026-11-22T18:29:40.123456789Z", NS, "iso"),
        ("2026-11-22T18:29:40.1234567891234+00:00", NS, "iso"),
        ("2026-11-22T19:29:40.123456789+01:00", NS, "iso"),
        ("2026-11-22T13:59:40.123456789-0430", NS, "iso"),
        ("2026-11-22T20:29:40.123456789+02", NS, "iso"),
        ("2026-11-22 18:29:40.123456789", NS, "naive-utc"),
        ("2026-11-22 18:29:40,123456789 UTC", NS, "iso"),
        ("2026-11-22T18:29:40", 1_795_372_180_000_000_000, "naive-utc"),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000_000_000, "iso"),
    ],
)
def test_iso(text, expected, unit):
    assert iso_with_unit(text) == (expected, unit)


@pytest.mark.parametrize(
    "text",
    ["", "2026-11-22", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "0000-01-01T00:00:00Z", "x" * 10_000,
     "2026-11-22T25:00:00Z", "2026-11-22T18:29:40ZZ", "1969-12-31T23:59:59Z", "9999-01-01T00:00:00Z",
     5, None],
)  # fmt: skip
def test_what_is_no_iso_time(text):
    assert from_iso(text) is None


@given(st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_iso_is_what_python_says(moment, minutes):
    aware = moment.replace(tzinfo=UTC)
    shown = aware + timedelta(minutes=minutes)
    sign = "-" if minutes < 0 else "+"
    offset = f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    text = shown.replace(tzinfo=None).isoformat(timespec="microseconds") + offset
    exact = (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000
    assert from_iso(text) == exact


@given(st.integers(NS - 10**18, NS + 10**18))
def test_the_size_of_a_number_tells_its_unit(ns):
    assert guess(ns) == (ns, "ns")
    assert guess(ns // 10**3) == (ns // 10**3 * 10**3, "us")
    assert guess(str(ns // 10**6)) == (ns // 10**6 * 10**6, "ms")
    assert guess(ns // 10**9) == (ns // 10**9 * 10**9, "s")


@given(ODD)
def test_nothing_crashes(value):
    for found in (
        guess(value)[0],
        iso_with_unit(value)[0],
        *(from_number(value, u) for u in ("ns", "us", "ms", "s")),
    ):
        assert found is None or 0 < found <= INT64
