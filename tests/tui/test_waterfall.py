"""Bars stay inside, are never empty, and keep their order."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from inspector.tui.waterfall import Axis

TIMES = st.integers(0, 10**15)


@given(TIMES, TIMES, TIMES, st.one_of(TIMES, st.none()), st.integers(1, 200))
def test_a_bar_stands_on_the_axis(start: int, size: int, low: int, high: int | None, width: int) -> None:
    axis = Axis(start, start + size, start, width)
    bar = axis.bar(low, high)
    if bar is None:
        assert low > start + size or (high is not None and max(high, low) < start)
    else:
        at, cells = bar
        assert 0 <= at < width
        assert cells >= 1
        assert at + cells <= width + 1


@given(TIMES, st.integers(1, 10**14), st.integers(12, 200))
def test_labels_do_not_touch(start: int, size: int, width: int) -> None:
    ticks = Axis(start, start + size, start, width).ticks()
    assert ticks[0] == (0, "0s")
    for (at, label), (after, _) in pairwise(ticks):
        assert at + len(label) < after
    assert all(at + len(label) <= width for at, label in ticks)


def test_what_has_no_start_has_no_bar() -> None:
    assert Axis(0, 100, 0, 50).bar(None, 7) is None
