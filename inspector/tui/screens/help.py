"""Keys of what has the focus, straight from the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui.actions import Place, at, shown_key
from inspector.tui.screens.lists import ListScreen, keyed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.tui.actions import Action
    from inspector.tui.look import Look
    from inspector.tui.text import Run

HEADINGS = {
    Place.APP: "Everywhere",
    Place.BROWSE: "On this screen",
    Place.LIST: "Moving",
    Place.TRACES: "In the list of traces",
    Place.SPANS: "In the tree of spans",
    Place.DETAIL: "In the detail",
    Place.OVERVIEW: "In the overview",
    Place.COMPARE: "In a comparison",
    Place.COLUMNS: "In the choice of columns",
    Place.COPY: "After y",
    Place.MODAL: "In a dialog",
}


def help_rows(places: Sequence[Place]) -> list[str | Action]:
    """A heading a place, then its actions; the nearest place first."""
    rows: list[str | Action] = []
    for place in places:
        actions = [action for action in at(place) if action.keys]
        if actions:
            rows += ["", HEADINGS[place], *actions] if rows else [HEADINGS[place], *actions]
    return rows


def help_screen(places: Sequence[Place], keys_of: Callable[[Action], tuple[str, ...]]) -> ListScreen:
    rows = help_rows(places)

    def draw(index: int, look: Look, width: int) -> Sequence[Run]:
        row = rows[index]
        if isinstance(row, str):
            return [(f" {row}", look.dim + look.strong)]
        keys = " ".join(shown_key(key) for key in keys_of(row)[:3])
        return keyed(keys, row.name, row.help, look)

    return ListScreen("Keys", len(rows), draw, "Esc closes", still=True)
