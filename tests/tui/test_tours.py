"""What somebody who knows less, vim or k9s does in the first hour, on a real store, with the keys counted.

A typed word counts by its letters. No task may take more than twelve keys.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from textual.events import Paste
from textual.widgets import Input

from inspector.cli.common import Common
from inspector.cli.opening import unscanned
from inspector.paths import shipped
from inspector.tui.app import InspectorApp
from inspector.tui.chooser import Choice
from inspector.tui.panes.detail import AUDIT
from inspector.tui.screens.choosing import ChooserApp
from inspector.tui.screens.compare import CompareScreen
from inspector.tui.screens.erase import EraseScreen
from inspector.tui.screens.overview import OverviewScreen
from tests.tui.driving import MIDDLE, browser, drawn, settle, until
from tests.tui.fake import FakeView
from tests.tui.test_erasing import Operations
from tests.tui.test_exporting import Exporting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot

MOST = 12
SAMPLE = "support_agent.otlp.jsonl"


class Tour:
    """Presses keys and counts them."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        self.count = 0

    async def press(self, *keys: str) -> None:
        for key in keys:
            self.count += 1
            await self.pilot.press(key)
            await settle(self.pilot)

    def done(self) -> None:
        assert self.count <= MOST, self.count


@asynccontextmanager
async def tour(role: str = "viewer") -> AsyncIterator[Tour]:
    with unscanned([str(shipped("sample_traces") / SAMPLE)], Common(role=role)) as view:
        async with InspectorApp(view).run_test(size=MIDDLE) as pilot:
            await settle(pilot)
            await until(pilot, lambda: browser(pilot).traces.row_count == 37)
            await settle(pilot)
            yield Tour(pilot)


async def test_open_a_store() -> None:
    path = shipped("sample_traces") / SAMPLE
    app = ChooserApp(
        [],
        [
            Choice(path.parent / "llm_logs.db", str(path.parent / "llm_logs.db"), ""),
            Choice(path, str(path), ""),
        ],
    )
    keys = ("j", "enter")
    async with app.run_test(size=MIDDLE) as pilot:
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
    assert app.return_value == path
    assert len(keys) <= MOST


async def test_find_the_slowest_failing_trace() -> None:
    async with tour() as t:
        await t.press("s")
        traces = browser(t.pilot).traces
        row = traces.current()
        if row is not None and not row.errors:
            await t.press("E")
        assert traces.rows is not None and traces.key is not None
        failed = [row for row in traces.rows.page(0, 37) if row.errors]
        slowest = max(failed, key=lambda row: row.duration or 0)
        assert traces.key == slowest.key
        t.done()


async def test_see_the_failing_tool_calls_arguments() -> None:
    async with tour() as t:
        await t.press("E", "enter", "E", "enter")
        screen = browser(t.pilot)
        node = screen.spans.node()
        assert node is not None and node.kind == "tool" and node.status == "error"
        assert "phone" in drawn(screen.detail) and "▒ phone ••••43" in drawn(screen.detail)
        t.done()


async def test_search() -> None:
    async with tour() as t:
        await t.press("/", *"refund", "enter")
        screen = browser(t.pilot)
        await until(t.pilot, lambda: screen.walk.finding.finished)
        assert screen.walk.finding.hits and screen.walk.finding.at == 0
        t.done()


async def test_a_hit_is_the_span_that_is_selected() -> None:
    """The tree's order isn't the store's: children lie before their parents there."""
    async with tour() as t:
        screen = browser(t.pilot)
        await t.press("/", *"card_declined", "enter")
        await until(t.pilot, lambda: screen.walk.finding.finished)
        for at, hit in enumerate(screen.walk.finding.hits):
            await settle(t.pilot)
            node = screen.spans.node()
            assert node is not None and str(node.span_id) == str(hit.span_id), at
            await t.press("n")


async def test_the_foot_counts_what_a_conversation_told_from_below_hides() -> None:
    async with tour() as t:
        await t.press("E", "enter", "g", "enter")
        shown = drawn(browser(t.pilot).detail)
        assert "▒ name" in shown and "0 values redacted" not in shown
        t.done()


async def test_compare() -> None:
    async with tour() as t:
        await t.press("m", "j", "=")
        screen = t.pilot.app.screen
        assert isinstance(screen, CompareScreen)
        await until(t.pilot, lambda: bool(screen.aligned.pairs))
        t.done()


async def test_open_a_hidden_value_and_shut_it() -> None:
    async with tour("operator") as t:
        screen = browser(t.pilot)
        await t.press("E", "enter", "E", "enter")
        assert "▒ phone" in drawn(screen.detail)
        await t.press("U", *"t42", "enter")
        await until(t.pilot, lambda: "UNLOCKED" in drawn(screen.header))
        await settle(t.pilot)
        shown = drawn(screen.detail)
        assert "▒ phone" not in shown and "+1 202-555-0143" in shown, shown
        await t.press("ctrl+l")
        await until(t.pilot, lambda: "UNLOCKED" not in drawn(screen.header))
        assert "▒ phone" in drawn(screen.detail)
        t.done()


async def test_who_may_not_open_it_is_told_and_sees_nothing() -> None:
    async with tour() as t:
        screen = browser(t.pilot)
        await t.press("E", "enter", "E", "enter", "U", *"t42", "enter")
        await settle(t.pilot)
        assert "▒ phone" in drawn(screen.detail) and "UNLOCKED" not in drawn(screen.header)
        (note,) = t.pilot.app._notifications
        assert note.message == "Use --role: operator or admin."
        t.done()


async def test_read_the_audit() -> None:
    async with tour() as t:
        await t.press("5")
        assert browser(t.pilot).detail.tab == AUDIT
        t.done()


@pytest.mark.parametrize("keys", [(":", *"theme", "enter"), ("ctrl+p", *"theme", "enter")])
async def test_change_the_theme(keys: tuple[str, ...]) -> None:
    async with tour() as t:
        before = browser(t.pilot).host.look.name
        await t.press(*keys)
        await until(t.pilot, lambda: browser(t.pilot).host.look.name != before)
        t.done()


async def test_what_does_it_cost() -> None:
    async with tour() as t:
        await t.press("i")
        screen = t.pilot.app.screen
        assert isinstance(screen, OverviewScreen)
        await until(t.pilot, lambda: screen.pane.stats is not None)
        assert "gpt-4o" in drawn(screen.pane)
        t.done()


async def test_where_did_an_agent_loop() -> None:
    async with tour() as t:
        await t.press("E", "enter", "a")
        assert "round 1 of 2" in drawn(browser(t.pilot).spans)
        t.done()


async def test_export_the_trace() -> None:
    view = Exporting()
    async with InspectorApp(view).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        t = Tour(pilot)
        await t.press("e", "enter", "enter", "enter")
        assert len(view.written) == 1
        t.done()


async def test_plan_an_erasure() -> None:
    operations = Operations()
    app = InspectorApp(FakeView(), operations=lambda: operations)
    async with app.run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        t = Tour(pilot)
        await t.press(":", *"era", "enter")
        await until(pilot, lambda: isinstance(app.screen, EraseScreen) and app.screen.is_mounted)
        screen = app.screen
        assert isinstance(screen, EraseScreen)
        box = screen.query_one("#subject", Input)
        assert screen.focused is box
        box.post_message(Paste("usr_7f3a91c2d4"))  # one key: the id is pasted
        t.count += 1
        await pilot.pause()
        while getattr(screen.focused, "id", "") != "act" and t.count < MOST:
            await t.press("tab")
        await t.press("enter")
        await until(pilot, lambda: screen.plan is not None)
        assert operations.acted == 0
        t.done()
