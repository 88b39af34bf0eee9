"""`e`: what, as what, a look, and only then a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from textual.pilot import Pilot

from inspector.tui.screens.lists import ListScreen
from inspector.view import TraceKey
from inspector.view_exports import ExportPreview, ExportWish
from tests.tui.driving import WIDE, app_of, drawn, settle
from tests.tui.fake import FakeView


def shown(pilot: Pilot[object]) -> str:
    screen = pilot.app.screen
    assert isinstance(screen, ListScreen)
    return drawn(screen.pane)


@dataclass
class Exporting(FakeView):
    refused: str = ""
    wishes: list[ExportWish] = field(default_factory=list)
    written: list[ExportWish] = field(default_factory=list)

    def export_kinds(self) -> Sequence[tuple[str, str]]:
        return [("html", "One page."), ("md", "Markdown.")]

    def preview(self, wish: ExportWish) -> ExportPreview:
        self.wishes.append(wish)
        return ExportPreview((("traces", "1"), ("spans", "8")), self.refused)

    def export(self, wish: ExportWish, stopped: Callable[[], bool]) -> str:
        self.written.append(wish)
        return "out.html: 1 traces, 3 values hidden."


async def test_the_trace_as_html() -> None:
    view = Exporting()
    async with app_of(view).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("e")
        await settle(pilot)
        assert isinstance(pilot.app.screen, ListScreen)
        assert "This trace" in shown(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert "One page." in shown(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert view.written == []
        assert "Write it" in shown(pilot)
        await pilot.press("enter")
        await settle(pilot)
    assert view.written == [ExportWish("html", "", (TraceKey(0, 0),))]


async def test_the_marked_and_the_list() -> None:
    view = Exporting()
    async with app_of(view).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("m", "j", "m", "e")
        await settle(pilot)
        assert "The 2 marked traces" in shown(pilot)
        assert "The 24 traces of the list" in shown(pilot)
        await pilot.press("j", "j", "enter")
        await settle(pilot)
        await pilot.press("j", "enter")
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)
    assert view.wishes == [ExportWish("md")]
    assert view.written == []


async def test_what_may_not_be_is_said_and_not_done() -> None:
    view = Exporting(refused="more than 10,000 spans need reports:bulk")
    async with app_of(view).run_test(size=WIDE) as pilot:
        await settle(pilot)
        for _ in range(3):
            await pilot.press("e" if _ == 0 else "enter")
            await settle(pilot)
        assert "reports:bulk" in shown(pilot)
        await pilot.press("enter")
        await settle(pilot)
    assert view.written == []


async def test_a_view_that_exports_nothing_says_so() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("e")
        await settle(pilot)
        assert not isinstance(pilot.app.screen, ListScreen)
