"""The erase screen: nothing happens without the phrase, Cancel has the focus, Enter is no shortcut."""

from __future__ import annotations

import threading

import pytest
from textual.widgets import Button, Input, Static

from inspector.errors import HeldBack
from inspector.tui.app import InspectorApp
from inspector.tui.screens.erase import EraseScreen
from inspector.view_acts import Doing, FoundAs, Line, Receipt, ShownPlan
from tests.tui.driving import MIDDLE, settle, until
from tests.tui.fake import FakeView

ID = "usr_7f3a91c2d4"
PLAN = ShownPlan(
    0,
    "Erase a person",
    (Line("subject", "subject #77c0e1a9 · 4 aliases"),),
    (FoundAs("id field", 14, 52, 0, "user.id, enduser.id"),),
    ("snapshots: no tool can promise those",),
    ("call me at [subject]",),
    "Erase 14 traces, 89 spans",
    "DELETE- and the person's id",
    "",
    False,
)


class Operations:
    def __init__(self, plan=PLAN, allowed=True):
        self.plan = plan
        self.allowed = allowed
        self.asked = []
        self.acted = 0
        self.go_on = threading.Event()
        self.was_stopped = False

    def may(self, permission):
        return self.allowed

    def plan_erasure(self, subject, aliases, mode, request, stopped):
        self.asked.append((subject, tuple(aliases), mode, request))
        return self.plan

    def plan_retention(self, stopped):
        self.asked.append("retention")
        return self.plan._replace(phrase="DELETE-0badcafe")

    def write_plan(self, handle):
        self.asked.append(("write", handle))
        return "inspector-plan-0badcafe.md"

    def confirms(self, handle, phrase):
        return phrase == f"DELETE-{ID}"

    def perform(self, handle, phrase, report, stopped):
        assert self.confirms(handle, phrase)
        self.acted += 1
        report(Doing("write", 1, 2))
        self.go_on.wait(10)
        if stopped():
            self.was_stopped = True
            raise HeldBack("Stopped before anything was changed.", "Run it again.")
        return Receipt(True, (Line("operation", "013ec26eb3380000"),))


async def opened(pilot, kind="erasure"):
    await settle(pilot)
    app = pilot.app
    await pilot.app.screen.run_action(f"perform('{'erase' if kind == 'erasure' else 'retention'}')")
    await until(pilot, lambda: isinstance(app.screen, EraseScreen) and app.screen.is_mounted)
    return app.screen


async def planned(pilot, screen):
    screen.query_one("#subject", Input).value = ID
    screen.query_one("#aliases", Input).value = "zofia@nordhaven.example; Zofia W"
    await pilot.pause()
    screen.query_one("#act", Button).press()
    await until(pilot, lambda: screen.plan is not None and not screen.running)
    await pilot.pause()


def app_with(operations):
    return InspectorApp(FakeView(), operations=lambda: operations)


async def test_the_preview_comes_first_and_cancel_has_the_focus():
    operations = Operations()
    async with app_with(operations).run_test(size=MIDDLE) as pilot:
        screen = await opened(pilot)
        await planned(pilot, screen)
        assert operations.asked == [(ID, ("zofia@nordhaven.example", "Zofia W"), "delete", "")]
        assert screen.focused is screen.query_one("#cancel")
        assert screen.query_one("#act", Button).disabled
        assert str(screen.query_one("#act", Button).label) == PLAN.act
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, EraseScreen))
        assert operations.acted == 0


async def test_the_id_is_nowhere_on_the_screen():
    async with app_with(Operations()).run_test(size=MIDDLE) as pilot:
        screen = await opened(pilot)
        await planned(pilot, screen)
        shown = "".join(s.text for line in screen._compositor.render_strips() for s in line)
        assert ID not in shown
        assert "#77c0e1a9" in shown
        assert "user.id, enduser.id" in shown


async def test_only_the_phrase_lets_it_happen_and_enter_does_not():
    operations = Operations()
    async with app_with(operations).run_test(size=MIDDLE) as pilot:
        screen = await opened(pilot)
        await planned(pilot, screen)
        phrase = screen.query_one("#phrase", Input)
        phrase.value = f"DELETE-{ID}5"
        await pilot.pause()
        assert screen.query_one("#act", Button).disabled
        phrase.value = f"DELETE-{ID}"
        await pilot.pause()
        assert not screen.query_one("#act", Button).disabled
        phrase.focus()
        await pilot.press("enter")
        await pilot.pause()
        assert operations.acted == 0
        operations.go_on.set()
        screen.query_one("#act", Button).press()
        await until(pilot, lambda: screen.receipt is not None and not screen.running)
        assert operations.acted == 1
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, EraseScreen))


async def test_escape_stops_at_a_safe_point():
    operations = Operations()
    async with app_with(operations).run_test(size=MIDDLE) as pilot:
        screen = await opened(pilot)
        await planned(pilot, screen)
        screen.query_one("#phrase", Input).value = f"DELETE-{ID}"
        await pilot.pause()
        screen.query_one("#act", Button).press()
        await until(pilot, lambda: operations.acted == 1)
        await pilot.press("escape")
        operations.go_on.set()
        await until(pilot, lambda: not screen.running)
        await pilot.pause()
        assert operations.was_stopped
        assert "Stopped before" in str(screen.query_one("#state", Static).render())


async def test_what_is_in_the_way_leaves_no_phrase_to_type():
    operations = Operations(PLAN._replace(blocked="a hold is in the way"))
    async with app_with(operations).run_test(size=MIDDLE) as pilot:
        screen = await opened(pilot)
        await planned(pilot, screen)
        assert not screen.query_one("#phrase").display
        assert screen.query_one("#act", Button).disabled


async def test_changing_the_mode_asks_for_a_new_preview():
    operations = Operations()
    async with app_with(operations).run_test(size=MIDDLE) as pilot:
        screen = await opened(pilot)
        await planned(pilot, screen)
        await pilot.press("f2")
        await pilot.pause()
        assert screen.plan is None
        await planned(pilot, screen)
        assert operations.asked[-1][2] == "delete-spans"


async def test_retention_is_planned_at_once():
    operations = Operations()
    async with app_with(operations).run_test(size=MIDDLE) as pilot:
        screen = await opened(pilot, "retention")
        await until(pilot, lambda: screen.plan is not None)
        assert operations.asked == ["retention"]


@pytest.mark.parametrize("kind", ["erasure", "retention"])
async def test_who_may_not_gets_no_screen(kind):
    async with app_with(Operations(allowed=False)).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        await pilot.app.screen.run_action(f"perform('{'erase' if kind == 'erasure' else 'retention'}')")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, EraseScreen)


async def test_a_key_writes_the_plan_once_there_is_one():
    operations = Operations()
    async with app_with(operations).run_test(size=MIDDLE) as pilot:
        screen = await opened(pilot)
        await pilot.press("f4")
        assert ("write", 0) not in operations.asked
        await planned(pilot, screen)
        await pilot.press("f4")
        assert operations.asked[-1] == ("write", 0)
        assert "inspector-plan-0badcafe.md" in str(screen.query_one("#state", Static).render())
        assert not operations.acted


@pytest.mark.parametrize("sentence", ["Retention is overdue. 3 traces have run out.", ""])
async def test_what_is_overdue_is_a_banner_once(sentence):
    asked = []

    def overdue(stopped):
        asked.append(stopped())
        return sentence

    app = InspectorApp(FakeView(), overdue=overdue)
    async with app.run_test(size=MIDDLE) as pilot:
        await until(pilot, lambda: bool(asked))
        await settle(pilot)
        await pilot.app.screen.run_action("perform('reload')")
        await settle(pilot)
        said = [note.message for note in app._notifications]
    assert asked == [False]
    assert [note for note in said if "overdue" in note] == [sentence] * bool(sentence)
