"""Presets and the user's keys: nothing ambiguous, everything shown as it is."""

from __future__ import annotations

import pytest

from inspector.config.keys import KEYS
from inspector.errors import UsageError
from inspector.tui.actions import ACTIONS
from inspector.tui.app import InspectorApp
from inspector.tui.keymap import PRESETS, binding_id, conflict, keys_of, resolve
from inspector.tui.settings import Settings
from tests.tui.driving import MIDDLE, browser, lines, settle
from tests.tui.fake import FakeView

BY_ID = {binding_id(action): action for action in ACTIONS}


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_are_free_of_conflicts_and_take_no_key_away(preset: str) -> None:
    keys = resolve(preset, {})
    assert conflict(keys) is None
    for action in ACTIONS:
        assert bool(keys_of(action, keys)) == bool(action.keys)


def test_presets_name_actions_that_are_there_or_will_be() -> None:
    ids = {action.id for action in ACTIONS} | {"export"}
    assert {name for preset in PRESETS.values() for name in preset} <= ids


def test_the_arrows_preset_moves_without_letters() -> None:
    keys = resolve("arrows", {})
    for action in ACTIONS:
        if action.place == "list":
            assert all(len(key) > 1 for key in keys_of(action, keys)), action.id


def test_the_config_knows_the_presets() -> None:
    told = next(key for key in KEYS if key.name == "ui.keymap").help
    assert all(name in told for name in PRESETS)


def test_users_keys_lie_over_the_preset() -> None:
    keys = resolve("arrows", {"sort": "ctrl+s", "row.down": "j, down", "spans.fold": "x1"})
    assert keys_of(BY_ID["browse.sort"], keys) == ("ctrl+s",)
    assert keys_of(BY_ID["list.row.down"], keys) == ("j", "down")
    assert keys_of(BY_ID["spans.fold"], keys) == ("x1",)
    assert keys_of(BY_ID["detail.fold"], keys) == ("left",)


@pytest.mark.parametrize(
    ("user", "what", "fix"),
    [
        ({"sort": "R"}, "The key R stands for two actions: browse.sort and browse.reload.", "another key"),
        ({"srot": "ctrl+s"}, "unknown action srot", "Did you mean sort?"),
        ({"sort": " , "}, "no key", "leave the line out"),
    ],
)
def test_what_cannot_be_is_said(user: dict[str, str], what: str, fix: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve("default", user)
    assert what in caught.value.what and fix in caught.value.fix
    with pytest.raises(UsageError, match="no keymap"):
        resolve("emacs", {})


async def test_a_key_of_the_users_does_the_action_and_is_shown_everywhere() -> None:
    view = FakeView(traces=12)
    keys = resolve("default", {"sort": "ctrl+t", "reload": "s", "help": "f3"})
    app = InspectorApp(view, settings=Settings(keys=keys))
    async with app.run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        assert "ctrl+t sort" in lines(screen.children[4])[0]
        before = screen.traces.sort
        await pilot.press("s")
        assert screen.traces.sort == before
        await pilot.press("ctrl+t")
        await settle(pilot)
        assert screen.traces.sort != before
        await pilot.press("f3")
        await pilot.pause()
        shown = "\n".join(lines(app.screen.query("ListPane").first()))
        assert "f3" in shown or "ctrl+t" in shown


@pytest.mark.parametrize("preset", PRESETS)
async def test_every_preset_opens_and_moves(preset: str) -> None:
    app = InspectorApp(FakeView(traces=12), settings=Settings(keys=resolve(preset, {})))
    async with app.run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        await pilot.press("down", "down")
        assert browser(pilot).traces.cursor == 2
        await pilot.press("end")
        assert browser(pilot).traces.cursor == 11
