"""One registry: bindings, footer, help, palette and methods can't disagree."""

from __future__ import annotations

import pytest

from inspector.tui.actions import ACTIONS, Place, at, bindings, footer_of, shown_key
from inspector.tui.host import Host
from inspector.tui.panes.detail import Detail
from inspector.tui.panes.pane import Pane
from inspector.tui.panes.spans import Spans
from inspector.tui.panes.traces import Traces
from inspector.tui.screens.browse import BrowseScreen
from inspector.tui.screens.choosing import ChooserScreen
from inspector.tui.screens.columns import ColumnsScreen
from inspector.tui.screens.compare import CompareScreen
from inspector.tui.screens.copy_chord import CopyChord
from inspector.tui.screens.copying import pick
from inspector.tui.screens.erasing import Erasing
from inspector.tui.screens.exporting import Exporting
from inspector.tui.screens.going import Going
from inspector.tui.screens.help import help_rows
from inspector.tui.screens.listing import Listing
from inspector.tui.screens.lists import ListScreen
from inspector.tui.screens.marking import Marking
from inspector.tui.screens.overview import OverviewScreen
from inspector.tui.screens.remembering import Remember
from inspector.tui.screens.steps import Steps
from inspector.tui.screens.unveil import Unveil
from tests.tui.driving import MIDDLE, app_of, browser, lines, settle
from tests.tui.fake import FakeView

DOERS = {
    Place.APP: (Host,),
    Place.BROWSE: (
        BrowseScreen,
        Steps,
        Listing,
        Marking,
        Erasing,
        CopyChord,
        Unveil,
        Exporting,
        Remember,
        Going,
    ),
    Place.LIST: (Pane,),
    Place.TRACES: (Traces,),
    Place.SPANS: (Spans,),
    Place.DETAIL: (Detail,),
    Place.OVERVIEW: (OverviewScreen,),
    Place.COMPARE: (CompareScreen,),
    Place.COLUMNS: (ColumnsScreen,),
    Place.MODAL: (ListScreen, ColumnsScreen, ChooserScreen, OverviewScreen, CompareScreen),
}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda a: f"{a.place}.{a.id}")
def test_every_action_is_done_somewhere(action) -> None:
    if action.place is Place.COPY:
        assert pick.__doc__
        return
    if action.place is Place.BROWSE:
        assert sum(hasattr(doer, f"action_{action.method}") for doer in DOERS[action.place]) == 1
    for doer in DOERS[action.place] if action.place is not Place.BROWSE else ():
        own = getattr(doer, f"action_{action.method}", None) or getattr(doer, f"ask_{action.method}", None)
        assert callable(own), (doer, action.id)
    assert action.help.endswith(".")
    assert len(action.name) <= 18


def test_no_key_means_two_things_in_one_place() -> None:
    for places in (
        (Place.TRACES, Place.LIST, Place.BROWSE, Place.APP),
        (Place.SPANS, Place.LIST, Place.BROWSE, Place.APP),
        (Place.DETAIL, Place.LIST, Place.BROWSE, Place.APP),
        (Place.OVERVIEW, Place.MODAL, Place.LIST),
        (Place.COMPARE, Place.MODAL, Place.LIST),
        (Place.COLUMNS, Place.MODAL, Place.LIST),
        (Place.COPY,),
    ):
        keys = [key for action in at(*places) for key in action.keys]
        assert sorted(keys) == sorted(set(keys)), places


def test_ids_are_unique_in_a_place() -> None:
    seen = [(action.place, action.id) for action in ACTIONS]
    assert len(seen) == len(set(seen))


def test_bindings_are_the_registrys() -> None:
    for place in Place:
        made = {(b.action, b.id) for b in bindings(place)}
        calls = {a: f"perform('{a.id}')" if place is Place.BROWSE else a.method for a in at(place)}
        assert made == {(calls[a], f"{place}.{a.id}") for a in at(place) if a.keys}


def test_help_shows_every_key_of_its_places() -> None:
    places = (Place.SPANS, Place.LIST, Place.BROWSE, Place.APP)
    listed = [row for row in help_rows(places) if not isinstance(row, str)]
    assert listed == [a for place in places for a in at(place) if a.keys]


async def test_the_footer_says_what_the_registry_says() -> None:
    async with app_of(FakeView()).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        footer = lines(browser(pilot).children[4])[0]
        for action in footer_of(Place.TRACES, Place.LIST, Place.BROWSE, Place.APP)[:5]:
            assert f"{shown_key(action.keys[0])} {action.name}" in footer
        assert footer.rstrip().endswith("q quit")


async def test_every_palette_action_can_be_done_from_every_pane() -> None:
    view = FakeView(traces=8)
    async with app_of(view).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        for _ in range(3):
            for action in at(*screen.places()):
                if action.palette and action.id not in ("leave", "mouse"):
                    await screen.action_perform(action.id)
                    await settle(pilot)
                    while pilot.app.screen is not screen:
                        pilot.app.pop_screen()
                    screen.ask.close()
                    screen.chord.on = False
                    await settle(pilot)
            await pilot.press("tab")
        assert pilot.app.is_running
