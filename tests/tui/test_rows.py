"""A million rows cost what is on the screen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from inspector.tui.rows import KEPT, PAGE, Pages
from tests.tui.driving import WIDE, app_of, browser, drawn, settle
from tests.tui.fake import FakeView

if TYPE_CHECKING:
    from collections.abc import Sequence


class Numbers:
    def __init__(self, count: int) -> None:
        self.count = count
        self.asked: list[int] = []

    def page(self, start: int, n: int) -> Sequence[int]:
        self.asked.append(start)
        return range(start, min(start + n, self.count))


def pages(count: int) -> tuple[Numbers, Pages[int], ThreadPoolExecutor]:
    source = Numbers(count)
    fetcher = ThreadPoolExecutor(1)
    return source, Pages(source, fetcher, lambda future: None), fetcher


def test_only_what_is_on_the_screen_and_the_next_page_is_fetched() -> None:
    source, cache, fetcher = pages(10**9)
    cache.want(500_000, 500_020)
    fetcher.shutdown()
    first = 500_000 // PAGE * PAGE
    assert source.asked == [first, first + PAGE]
    assert [cache.get(row) for row in (500_000, 500_020)] == [500_000, 500_020]
    assert cache.get(0) is None


def test_a_page_is_fetched_once_and_old_ones_are_dropped() -> None:
    source, cache, fetcher = pages(10**6)
    for row in range(0, 100 * PAGE, PAGE):
        cache.want(row, row)
        cache.want(row, row)
    fetcher.shutdown()
    assert len(source.asked) == len(set(source.asked)) == 101
    assert len(cache._kept) <= KEPT + 1


async def test_a_million_traces_fetch_as_few_pages_as_a_hundred() -> None:
    fetched = {}
    for count in (1000, 1_000_000):
        view = FakeView(traces=count)
        async with app_of(view).run_test(size=WIDE) as pilot:
            await settle(pilot)
            view.pages.clear()
            await pilot.press(*["space"] * 4, "G", "g", *["j"] * 10)
            await settle(pilot)
            fetched[count] = sum(n > 1 for _, n in view.pages)
            assert browser(pilot).traces.cursor == 10
            assert f"11 of {count:,}" in drawn(browser(pilot).traces)
    assert fetched[1_000_000] <= fetched[1000] + 4


async def test_lines_are_drawn_once() -> None:
    async with app_of(FakeView(traces=1000)).run_test(size=WIDE) as pilot:
        await settle(pilot)
        traces = browser(pilot).traces
        made: list[int] = []
        draw = traces.row
        traces.row = lambda index, width, selected: made.append(index) or draw(index, width, selected)  # type: ignore[method-assign]
        traces.forget()
        drawn(traces)
        first = len(made)
        drawn(traces)
        assert len(made) == first == traces.body
        await pilot.press("j")
        drawn(traces)
        assert sorted(made[first:]) == [0, 1]
