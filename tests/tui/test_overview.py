"""The overview: zoom stays inside, the cursor finds traces, a stretch becomes a filter."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from inspector.query import parse
from inspector.tui.app import InspectorApp
from inspector.tui.chart import Chart
from inspector.tui.panes.overview import Overview
from inspector.tui.screens.overview import PARTS, OverviewScreen, stretch
from inspector.view_stats import Times
from tests.tui.driving import MIDDLE, NARROW, WIDE, app_of, browser, drawn, settle, until
from tests.tui.fake import NOON, FakeView
from tests.tui.test_erasing import Operations


@given(st.integers(), st.integers(8, 300))
def test_no_trace_is_lost_in_fitting(seed: int, cells: int) -> None:
    counts = Random(seed).choices([0, 0, 0, 1, 7], k=PARTS)
    chart = Chart()
    chart.use(Times(0, 10**12, tuple(counts), tuple(min(n, 1) for n in counts)))
    shown = chart.fitted(cells)
    assert shown is not None
    assert len(shown.traces) == cells
    assert sum(shown.traces) == sum(counts)
    assert shown.traces[shown.cursor] > 0
    for step in (-1, -1, 1, 1, 1):
        chart.step(step, cells)
        moved = chart.fitted(cells)
        assert moved is not None and moved.traces[moved.cursor] > 0


@given(st.lists(st.sampled_from([1, -1, "left", "right"]), max_size=40), st.integers(10**6, 10**15))
def test_zoom_and_pan_stay_inside(steps: list[int | str], size: int) -> None:
    whole = Times(5, 5 + size, (1, 0, 2), (0, 0, 0))
    chart = Chart()
    chart.use(whole)
    for step in steps:
        low, high = (
            chart.zoomed(step, whole)
            if isinstance(step, int)
            else chart.moved(-1 if step == "left" else 1, whole)
        )
        assert whole.start <= low < high <= whole.end
        assert 0 <= chart.at < 1
        chart.times = Times(low, high, (0, 1), (0, 0))


def test_a_stretch_is_a_query() -> None:
    assert stretch(NOON, NOON + 1) == ("start:2026-11-22T14:02:11.000000000Z..2026-11-22T14:02:11.000000001Z")
    parse(stretch(NOON, NOON + 1))


async def test_figures_zoom_and_back_into_the_list() -> None:
    view = FakeView(traces=240)
    async with app_of(view).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        await pilot.press("i")
        screen = pilot.app.screen
        assert isinstance(screen, OverviewScreen)
        await until(pilot, lambda: screen.pane.stats is not None and screen.whole is not None)
        text = drawn(screen.pane)
        assert "p50 2.37s" in text and "gpt-4o" in text and "60 of 240 traces 25.0%" in text
        whole = screen.whole
        assert whole is not None
        await pilot.press("plus", "plus")
        await until(pilot, lambda: screen.pane.chart.times is not whole)
        times = screen.pane.chart.times
        assert times is not None and times.end - times.start <= (whole.end - whole.start) // 2
        await pilot.press("p")
        await until(pilot, lambda: screen.pane.findings is not None and screen.pane.findings.finished)
        assert "email" in drawn(screen.pane) and "attributes.user.email 20" in drawn(screen.pane)
        await pilot.press("0", "h", "enter")
        await settle(pilot)
        assert pilot.app.screen is browser(pilot)
        assert view.queries[-1][0].startswith("start:2026-11-22T")


async def test_another_stretch_takes_the_place_of_the_last() -> None:
    async with app_of(FakeView(traces=240)).run_test(size=NARROW) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        screen.traces.query_text = "refund start:2020-01-01..2020-02-01"
        screen.doers[1]._use_stretch("start:2021-01-01..2021-02-01")  # type: ignore[attr-defined]
        await settle(pilot)
        assert screen.traces.query_text == "refund start:2021-01-01..2021-02-01"


async def test_nothing_to_look_over_is_said() -> None:
    async with app_of(FakeView(traces=0)).run_test(size=NARROW) as pilot:
        await settle(pilot)
        await pilot.press("i")
        assert pilot.app.screen is browser(pilot)


async def test_what_retention_takes_is_told_on_request_and_only_to_those_who_may() -> None:
    operations = Operations()
    async with InspectorApp(FakeView(), operations=lambda: operations).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("i")
        await settle(pilot)
        pane = pilot.app.screen.query_one(Overview)
        operations.allowed = False
        await pilot.press("r")
        await settle(pilot)
        assert operations.asked == [] and "r tells" in drawn(pane)
        operations.allowed = True
        await pilot.press("r")
        await settle(pilot)
        assert operations.asked == ["retention"] and operations.acted == 0
        assert "14 traces" in drawn(pane) and "user.id, enduser.id" in drawn(pane)
