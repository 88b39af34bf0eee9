from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.tui import format as fmt
from tests.tui.fake import NOON


@pytest.mark.parametrize(
    ("ns", "shown"),
    [
        (None, ""),
        (0, "0µs"),
        (340_000, "340µs"),
        (41_000_000, "41ms"),
        (410_000_000, "0.41s"),
        (8_410_000_000, "8.41s"),
        (123_000_000_000, "2m03s"),
        (3_720_000_000_000, "1h02m"),
        (400_000_000_000_000, "4d15h"),
        (-5_000_000_000, "-5.00s"),
    ],
)
def test_durations(ns: int | None, shown: str) -> None:
    assert fmt.duration(ns) == shown


@given(st.integers(0, 10**15))
def test_durations_fit_their_column(ns: int) -> None:
    assert len(fmt.duration(ns)) <= 7


def test_clock_shows_the_day_where_it_differs() -> None:
    day = 86_400 * 10**9
    assert fmt.clock(NOON, NOON) == "14:02:11"
    assert fmt.clock(NOON - day, NOON) == "Nov21 14:02"
    assert fmt.clock(NOON - day, NOON, room=8) == "Nov 21"
    assert fmt.clock(NOON - 400 * day, NOON) == "2025-10-18"
    assert fmt.clock(None, NOON) == ""


@given(st.integers(-(2**63), 2**64))
def test_no_time_is_out_of_range(ns: int) -> None:
    for text in (fmt.clock(ns, NOON), fmt.day(ns), fmt.stamp(ns)):
        assert len(text) < 40


@pytest.mark.parametrize(
    ("n", "shown"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (1_100_000_000, "1.1 GB")]
)
def test_sizes(n: int, shown: str) -> None:
    assert fmt.size(n) == shown


@pytest.mark.parametrize(
    ("usd", "shown"), [(None, ""), (0.031, "$0.031"), (12.5, "$12.50"), (0.0000042, "$0.000004")]
)
def test_costs(usd: float | None, shown: str) -> None:
    assert fmt.cost(usd) == shown
