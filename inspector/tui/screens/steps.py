"""Stepping over the main screen: traces, tabs, events, errors, hits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui.panes.detail import AUDIT
from inspector.tui.screens.layout import Stage

if TYPE_CHECKING:
    from inspector.tui.screens.browse import BrowseScreen

_EVENTS = 2


class Steps:
    def __init__(self, screen: BrowseScreen) -> None:
        self._screen = screen

    def action_trace_next(self) -> None:
        self._screen.traces.move(self._screen.traces.cursor + 1)

    def action_trace_previous(self) -> None:
        self._screen.traces.move(self._screen.traces.cursor - 1)

    # Tabs and events of the detail.

    def action_tab_conversation(self) -> None:
        self.tab(0)

    def action_tab_attributes(self) -> None:
        self.tab(1)

    def action_tab_events(self) -> None:
        self.tab(_EVENTS)

    def action_tab_raw(self) -> None:
        self.tab(3)

    def action_tab_audit(self) -> None:
        self.tab(AUDIT)
        screen = self._screen
        if screen.traces.key is not None:
            screen.loader.audit(screen.traces.key)

    def tab(self, number: int) -> None:
        screen = self._screen
        screen.detail.show_tab(number)
        if not screen.detail.display:
            screen.go(Stage.DETAIL)

    def action_event_next(self) -> None:
        self._event(1)

    def action_event_previous(self) -> None:
        self._event(-1)

    def _event(self, step: int) -> None:
        screen = self._screen
        self.tab(_EVENTS)
        if screen.stage is not Stage.DETAIL:
            screen.go(Stage.DETAIL)
        screen.detail.to_heading(step)

    # Errors and hits.

    def action_error_next(self) -> None:
        self._screen.walk.error(1)

    def action_error_previous(self) -> None:
        self._screen.walk.error(-1)

    def action_hit_next(self) -> None:
        self._screen.walk.hit(1)

    def action_hit_previous(self) -> None:
        self._screen.walk.hit(-1)
