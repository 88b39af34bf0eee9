"""From 60x20 to 300x100, by themes and glyphs: nothing falls out of its frame, wide characters stay aligned."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from inspector.tui.panes.pane import Pane
from inspector.tui.screens.lists import ListPane
from tests.tui.driving import app_of, browser, lines, settle
from tests.tui.fake import FakeView

SIZES = [(60, 20), (80, 24), (99, 30), (100, 30), (139, 40), (140, 40), (220, 60), (300, 100)]


def check(pane: Pane) -> None:
    drawn = lines(pane)
    assert all(cell_len(line) == pane.size.width for line in drawn), pane
    assert drawn[0][0] in "╭+" and drawn[-1][-1] in "╯+"


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("ascii", [False, True])
async def test_every_size(ascii: bool, wide: bool) -> None:
    view = FakeView(traces=60, say=" 会話🙂を見る" if wide else "")
    async with app_of(view, ascii=ascii).run_test(size=SIZES[0]) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        for size in [*SIZES, *reversed(SIZES)]:
            await pilot.resize_terminal(*size)
            await settle(pilot)
            for key in ("tab", "a", "a", "2", "tab"):
                await pilot.press(key)
                await settle(pilot)
                for pane in screen.panes().values():
                    if pane.display:
                        check(pane)
        if ascii and not wide:
            text = "".join(line for pane in screen.panes().values() for line in lines(pane))
            assert text.isascii()


@pytest.mark.parametrize("size", [(60, 20), (300, 100)])
@pytest.mark.parametrize("keys", [("i",), ("m", "j", "equals_sign"), ("question_mark",), ("x",), ("ctrl+p",)])
async def test_every_screen_at_the_ends(size: tuple[int, int], keys: tuple[str, ...]) -> None:
    async with app_of(FakeView(traces=60)).run_test(size=size) as pilot:
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)
        panes = [pane for pane in pilot.app.screen.query(Pane) if pane.display]
        assert panes
        for pane in panes:
            check(pane)
            assert isinstance(pane, ListPane) or pane.size.width >= 60
