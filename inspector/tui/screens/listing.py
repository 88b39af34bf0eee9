"""How the list of traces is ordered, which columns it has, and reading it anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from inspector.tui import columns as cols
from inspector.view import Sort

if TYPE_CHECKING:
    from inspector.tui.screens.browse import BrowseScreen


class Listing:
    def __init__(self, screen: BrowseScreen) -> None:
        self._screen = screen

    def action_sort(self) -> None:
        field = self._screen.traces.sort.field
        now = cols.SORTS.index(field) if field in cols.SORTS else -1
        field = cols.SORTS[(now + 1) % len(cols.SORTS)]
        self._sort(Sort(field, descending=field != "name"))

    def action_sort_reverse(self) -> None:
        sort = self._screen.traces.sort
        self._sort(replace(sort, descending=not sort.descending))

    def _sort(self, sort: Sort) -> None:
        traces = self._screen.traces
        traces.sort = sort
        traces.forget()
        self._screen.refresh_rows()

    def action_columns(self) -> None:
        from inspector.tui.screens.columns import ColumnsScreen

        self._screen.app.push_screen(ColumnsScreen(self._screen.traces))

    def action_overview(self) -> None:
        from inspector.tui.screens.overview import OverviewScreen

        screen, traces = self._screen, self._screen.traces
        if traces.rows is None or not traces.rows.count:
            screen.host.say("There is no trace to look over.")
            return
        made = OverviewScreen(traces.rows, traces.query_text, screen.header.ticks)
        screen.app.push_screen(made, self._use_stretch)

    def _use_stretch(self, stretch: str | None) -> None:
        """Narrow the list to a stretch of time, in the place of the one before."""
        if stretch is not None:
            words = [w for w in self._screen.traces.query_text.split() if not w.startswith("start:")]
            self._screen.ask.filter(" ".join([*words, stretch]))

    def action_follow(self) -> None:
        self._screen.follow.press()

    def action_reload(self) -> None:
        screen = self._screen
        screen.traces.key = None
        screen.loader.situation()
        screen.refresh_rows()
