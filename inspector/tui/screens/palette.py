"""Find an action by a few letters of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from inspector.tui.actions import at, shown_key
from inspector.tui.host import Host
from inspector.tui.screens.lists import ListPane, keyed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult

    from inspector.tui.actions import Action, Place
    from inspector.tui.look import Look
    from inspector.tui.text import Run


def score(wanted: str, action: Action) -> int:
    """How well an action fits the letters: 0 not at all; a run of them in the name is best."""
    wanted = wanted.lower()
    for worth, text in ((300, action.name), (200, action.id), (100, action.help)):
        place = text.lower().find(wanted)
        if place >= 0:
            return worth - min(place, 90)
    letters = iter(action.name.lower())
    return 10 if all(letter in letters for letter in wanted) else 0


class PaletteScreen(ModalScreen["str | None"], inherit_bindings=False):
    """Dismisses with the id of the action that was taken."""

    DEFAULT_CSS = """
    PaletteScreen { align: center top; background: $background 60%; }
    PaletteScreen > Vertical { width: 80%; max-width: 92; height: 70%; margin-top: 2; }
    PaletteScreen Input { height: 1; border: none; padding: 0 2; background: $panel; }
    PaletteScreen Input:focus { border: none; background-tint: 0%; }
    """

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__()
        self._all = [action for action in at(*places) if action.palette]
        self.found = list(self._all)
        self.pane = ListPane("Actions", len(self.found), self._draw, "Enter does it, Esc closes")

    def _draw(self, index: int, look: Look, width: int) -> Sequence[Run]:
        action = self.found[index]
        app = self.app
        keys = app.keys_of(action) if isinstance(app, Host) else action.keys
        key = shown_key(keys[0]) if keys else ""
        return keyed(key, action.name, action.help, look)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Input(placeholder="what do you want to do?", compact=True)
            yield self.pane

    def on_mount(self) -> None:
        self.pane.can_focus = False
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        ranked = [(score(event.value, action), action) for action in self._all]
        self.found = (
            [a for worth, a in sorted(ranked, key=lambda pair: -pair[0]) if worth]
            if event.value
            else list(self._all)
        )
        self.pane.fill(len(self.found))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._take()

    def on_pane_opened(self) -> None:
        self._take()

    def _take(self) -> None:
        self.dismiss(self.found[self.pane.cursor].id if self.found else None)

    def on_key(self, event: events.Key) -> None:
        match event.key:
            case "escape":
                self.dismiss(None)
            case "down" | "ctrl+n":
                self.pane.action_row_down()
            case "up" | "ctrl+p":
                self.pane.action_row_up()
            case "pagedown":
                self.pane.action_row_page_down()
            case "pageup":
                self.pane.action_row_page_up()
            case _:
                return
        event.stop()
        event.prevent_default()
