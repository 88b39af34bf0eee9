"""What the main screens look like, kept as pictures: `pytest --snapshot-update` after looking at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tui.driving import MIDDLE, NARROW, WIDE, app_of, settle
from tests.tui.fake import FakeView

if TYPE_CHECKING:
    from textual.pilot import Pilot

SIZES = {"160x48": WIDE, "120x40": MIDDLE, "80x24": NARROW}
SCREENS = {
    "list": (),
    "spans": ("enter", "E"),
    "agents": ("enter", "a", "j"),
    "zoomed": ("enter", "E", "plus", "plus", "D", "v"),
    "overview": ("i", "h", "h"),
    "compare": ("m", "j", "j", "j", "equals_sign"),
    "conversation": ("enter", "E", "enter"),
    "attributes": ("enter", "enter", "2", "j", "j"),
    "events": ("enter", "E", "enter", "3"),
    "raw": ("enter", "enter", "4"),
    "help": ("question_mark",),
    "palette": ("ctrl+p", "s", "o", "r"),
    "search": ("slash", "r", "e", "f", "u", "n", "d", "enter", "n"),
}


def drive(*keys: str):
    async def run(pilot: Pilot[None]) -> None:
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)

    return run


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("screen", SCREENS)
def test_dark(snap_compare, screen: str, size: str) -> None:
    app = app_of(FakeView(traces=240))
    assert snap_compare(app, terminal_size=SIZES[size], run_before=drive(*SCREENS[screen]))


@pytest.mark.parametrize("screen", ["list", "attributes"])
@pytest.mark.parametrize("theme", ["light", "high-contrast", "colour-blind-safe", "ansi"])
def test_themes(snap_compare, theme: str, screen: str) -> None:
    app = app_of(FakeView(traces=240), theme=theme)
    assert snap_compare(app, terminal_size=MIDDLE, run_before=drive(*SCREENS[screen]))


def test_revealed(snap_compare) -> None:
    app = app_of(FakeView(traces=240, revealed=True))
    assert snap_compare(app, terminal_size=WIDE, run_before=drive("2"))


def test_ascii(snap_compare) -> None:
    app = app_of(FakeView(traces=240), ascii=True)
    assert snap_compare(app, terminal_size=MIDDLE, run_before=drive("enter"))


def test_empty(snap_compare) -> None:
    assert snap_compare(app_of(FakeView(traces=0)), terminal_size=NARROW, run_before=drive())


def test_unreadable(snap_compare) -> None:
    assert snap_compare(app_of(FakeView(broken_page=True)), terminal_size=NARROW, run_before=drive())
