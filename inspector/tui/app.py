"""The inspector's app: the main screen over one view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui.host import Host
from inspector.tui.screens.browse import BrowseScreen
from inspector.tui.settings import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.screen import Screen

    from inspector.tui.settings import Settings
    from inspector.view import View
    from inspector.view_acts import Operations, Overdue


class InspectorApp(Host[None]):
    TITLE = "inspector"

    def __init__(
        self,
        view: View,
        *,
        ascii: bool = False,
        theme: str | None = None,
        operations: Callable[[], Operations] | None = None,
        overdue: Overdue | None = None,
        settings: Settings = PLAIN,
    ) -> None:
        super().__init__(ascii=ascii, theme=theme, settings=settings)
        self.view = view
        self._operations = operations
        self.overdue = overdue
        """Says whether retention has something to do here, in a sentence; asked once, by a worker."""
        self._made_operations: Operations | None = None

    @property
    def operations(self) -> Operations | None:
        """What may change the stores; made when it is first asked for."""
        if self._made_operations is None and self._operations is not None:
            self._made_operations = self._operations()
        return self._made_operations

    async def on_key(self, event: events.Key) -> None:
        """Keys that came in one burst with the one that opened a line, as a paste does, were meant for that line:
        they had been sent to the pane before it took the focus."""
        prompt = self.screen.ask.prompt if isinstance(self.screen, BrowseScreen) else None
        if prompt is None:
            return
        if event.is_printable and event.character:
            event.prevent_default()
            await prompt.take(event.character)
        elif event.key == "enter":
            await prompt.line()

    def get_default_screen(self) -> Screen[None]:
        return BrowseScreen(self.view, self.settings)
