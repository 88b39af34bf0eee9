"""Following a store on the screen: new traces on top, scrolling pauses, f and G go on."""

from __future__ import annotations

from inspector.view import TraceKey
from tests.tui.driving import WIDE, app_of, browser, drawn, until
from tests.tui.fake import FakeView


async def test_new_traces_come_on_top_until_somebody_scrolls() -> None:
    view = FakeView()
    async with app_of(view).run_test(size=WIDE) as pilot:
        await until(pilot, lambda: browser(pilot).traces.row_count == 24)
        screen = browser(pilot)
        await pilot.press("f")
        assert "FOLLOW" in drawn(screen.header)
        view.coming.append(2)
        await until(pilot, lambda: screen.traces.row_count == 26)
        assert screen.traces.cursor == 0
        await pilot.press("j", "j")
        await until(pilot, lambda: screen.traces.cursor == 2)
        assert "FOLLOW paused" in drawn(screen.header)
        await until(
            pilot, lambda: screen.traces.key is not None and screen.traces.key == screen.traces.current().key
        )
        key = screen.traces.key
        view.coming.append(3)
        await until(pilot, lambda: screen.traces.row_count == 29)
        assert screen.traces.key == key
        await pilot.press("G")
        await until(pilot, lambda: screen.traces.cursor == 0)
        assert "FOLLOW" in drawn(screen.header) and "paused" not in drawn(screen.header)
        await pilot.press("f")
        assert "FOLLOW" not in drawn(screen.header)
        view.coming.append(1)
        await pilot.pause(0.1)
        assert screen.traces.row_count == 29
        await pilot.press("G")
        assert screen.traces.cursor == 28
        assert isinstance(screen.traces.key, TraceKey)
