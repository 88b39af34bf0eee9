"""Hostile text in every place that can hold one: nothing but printable characters reaches the terminal."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from inspector.tui.text import drawn as drawn_segments
from inspector.tui.theming import load
from tests.tui.driving import NARROW, WIDE, app_of, browser, drawn, lines, settle
from tests.tui.fake import FakeView

HOSTILE = {
    "escape": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b]52;c;aGk=\x07 \x1bP1$r\x1b\\",
    "c1": "\x9b31m \x9d0;t\x9c \x90q\x9c \x85",
    "c0": "\x00\x01\x07\x08\x0b\x0c\x0e\x7f\r\r\n\tend",
    "markup": "[/foo] [red]x[/] [@click=app.bell]y[/] \\[bold]",
    "bidi": "\u202eevil\u202c \u2066x\u2069 \u200f\u061c",
    "wide": "漢字テキスト 🧑‍🚀 👨‍👩‍👧 é́́́ Ａ",
    "lone": "\ud800x\udfff \U000e0041\U000e007f \ufeff",
    "braces": "{x!r} %s $HOME `id` <b>&amp;",
}
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ud800-\udfff\U000e0000-\U000e007f]"
)


@pytest.mark.parametrize("name", HOSTILE)
async def test_no_control_character_is_drawn(name: str) -> None:
    view = FakeView(say=HOSTILE[name])
    async with app_of(view).run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        await pilot.press("x", "j", "j", "space", "j", "space", "escape", "tab", "E")
        await settle(pilot)
        for tab in "12345":
            await pilot.press(tab)
            if tab == "2":
                await pilot.press("tab", "O")
            for widget in (screen.header, screen.traces, screen.spans, screen.detail):
                for line in lines(widget):
                    assert not _CONTROL.search(line), (tab, widget)
                    assert cell_len(line) == widget.size.width, (tab, widget, line)


@pytest.mark.parametrize("name", ["wide", "markup"])
async def test_a_narrow_screen_stays_aligned(name: str) -> None:
    async with app_of(FakeView(say=HOSTILE[name])).run_test(size=NARROW) as pilot:
        await settle(pilot)
        for _ in range(3):
            pane = browser(pilot).focused
            assert pane is not None
            assert {cell_len(line) for line in lines(pane)} == {80}
            await pilot.press("enter")
            await settle(pilot)


async def test_markup_stands_as_it_is_written() -> None:
    async with app_of(FakeView(say="[red]x[/red]")).run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert "[red]x[/red]" in drawn(browser(pilot).detail)


@pytest.mark.parametrize("name", ["escape", "c1", "c0", "bidi"])
def test_the_last_check_holds_for_text_of_any_origin(name: str) -> None:
    look = load("dark")
    segments = drawn_segments([(HOSTILE[name], look.text)], look.base, 200, look)
    assert not _CONTROL.search("".join(s.text for s in segments))


async def test_a_hostile_search_and_error_are_shown_inert() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("slash", "left_square_bracket", "slash", "x", "right_square_bracket", "enter")
        await settle(pilot)
        assert "/ [/x]" in lines(browser(pilot).header)[1]
