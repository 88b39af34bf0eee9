"""The chooser over recent stores and samples."""

from __future__ import annotations

from pathlib import Path

from inspector.tui.chooser import Choice
from inspector.tui.screens.choosing import Choices, ChooserApp
from tests.tui.driving import NARROW, drawn

RECENT = [
    Choice(Path("/data/traces.jsonl"), "/data/traces.jsonl", "opened today"),
    Choice(Path("/data/mo@example.org.db"), "/data/\x1b[31m[email:77].db", "[b]x"),
]
SAMPLES = [Choice(Path("/s/a.otlp.jsonl"), "/shipped/support.otlp.jsonl", "an agent with a failing refund")]


def app_of(recent, samples) -> ChooserApp:
    return ChooserApp(recent, samples)


async def test_the_cursor_skips_headings_and_enter_takes_the_path() -> None:
    app = app_of(RECENT, SAMPLES)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        pane = app.screen.query_one(Choices)
        assert pane.items[pane.cursor] == RECENT[0]
        await pilot.press("j", "j")
        assert pane.items[pane.cursor] == SAMPLES[0]
        await pilot.press("j", "k", "k", "k")
        assert pane.items[pane.cursor] == RECENT[0]
        await pilot.press("G", "enter")
        await pilot.pause()
    assert app.return_value == SAMPLES[0].path


async def test_names_are_inert_and_q_leaves_without_a_choice() -> None:
    app = app_of(RECENT, SAMPLES)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        text = drawn(app.screen.query_one(Choices))
        assert "\x1b" not in text
        assert "[b]x" in text
        assert "[email:77].db" in text
        assert "mo@" not in text
        await pilot.press("q")
        await pilot.pause()
    assert app.return_value is None


async def test_with_nothing_to_choose_it_says_what_to_type() -> None:
    app = app_of([], [])
    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        assert "inspector STORE" in drawn(app.screen.query_one(Choices))
        await pilot.press("j", "enter", "G", "q")
        await pilot.pause()
    assert app.return_value is None
