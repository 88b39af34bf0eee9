"""A stretch of numbers holds what its term asks for, and cut to integers still does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.query.parser import parse
from inspector.query.stretch import Stretch, stretches
from inspector.query.tree import Term

ENDS = st.none() | st.integers(-50, 50) | st.floats(-50, 50)


@given(ENDS, ENDS, st.booleans(), st.booleans(), st.integers(-60, 60))
def test_integers(low: float | None, high: float | None, above: bool, within: bool, n: int) -> None:
    stretch = Stretch(low, high, above, within)
    first, after = stretch.integers()
    assert stretch.holds(n) == ((first is None or n >= first) and (after is None or n < after))


@pytest.mark.parametrize(
    ("query", "yes", "no"),
    [
        ("tokens>100", [101, 100.5], [100, 99]),
        ("tokens<=100", [100, 99], [100.5, 101]),
        ("tokens:3,5..7", [3, 5, 6], [4, 7]),
        ("dur>=1.5s", [1_500_000_000], [1_499_999_999]),
        ("start<=1970-01-01", [86_400 * 10**9 - 1], [86_400 * 10**9]),
        ("start>1970-01-01", [86_400 * 10**9], [86_400 * 10**9 - 1]),
    ],
)
def test_terms(query: str, yes: list[float], no: list[float]) -> None:
    term = parse(query)
    assert isinstance(term, Term)
    for wanted, values in ((True, yes), (False, no)):
        assert [any(s.holds(v) for s in stretches(term)) for v in values] == [wanted] * len(values)
