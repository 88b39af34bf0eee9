"""The part of the time that is shown stays inside the whole and on the span that was asked for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspector.tui.waterfall import Axis
from inspector.tui.window import Window
from tests.tui.test_timing import node

STEPS = st.lists(st.sampled_from(["in", "out", "left", "right"]), max_size=30)


@given(STEPS, st.integers(0, 10**12), st.integers(2000, 10**12))
def test_the_window_stays_inside(steps: list[str], start: int, size: int) -> None:
    window, whole = Window(), Axis(start, start + size, start, 50)
    span = node(0, start + size // 3, start + size // 2)
    for step in steps:
        match step:
            case "in":
                window.zoom(1, span)
                shown = window.axis(whole)
                assert shown.start <= (span.start or 0) + size // 12 <= shown.end
            case "out":
                window.zoom(-1, span)
            case _:
                window.pan(-1 if step == "left" else 1, whole)
        shown = window.axis(whole)
        assert whole.start <= shown.start < shown.end <= whole.end + 1
        window.follow(span, whole)
        shown = window.axis(whole)
        assert shown.start <= (span.end or 0) and (span.start or 0) <= shown.end
    window.reset()
    assert window.axis(whole) == whole
