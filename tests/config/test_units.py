"""Durations and sizes."""

from __future__ import annotations

import pytest

from inspector.config.units import duration, size


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("5ms", 5_000_000),
        ("1.5s", 1_500_000_000),
        ("2m", 120 * 10**9),
        ("24h", 86_400 * 10**9),
        ("7D", 7 * 86_400 * 10**9),
        ("1w", 7 * 86_400 * 10**9),
        ("7y", 2555 * 86_400 * 10**9),
        ("0.1us", 100),
        ("5", None),
        ("", None),
        ("d", None),
        ("-1d", None),
        ("1 d", None),
        ("1.d", None),
        ("1mo", None),
        ("٣d", None),
    ],
)
def test_duration(text: str, ns: int | None) -> None:
    assert duration(text) == ns


def test_a_bare_number_takes_the_unit_given() -> None:
    assert duration("5", bare=10**9) == 5 * 10**9


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("10kb", 10_000),
        ("1.5MB", 1_500_000),
        ("2GiB", 2 << 30),
        ("7", 7),
        ("1b", 1),
        ("x", None),
        ("1m", None),
    ],
)
def test_size(text: str, n: int | None) -> None:
    assert size(text) == n
