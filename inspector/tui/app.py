"""The inspector's app: the main screen over one view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui.host import Host
from inspector.tui.screens.browse import BrowseScreen

if TYPE_CHECKING:
    from textual.screen import Screen

    from inspector.view import View


class InspectorApp(Host[None]):
    TITLE = "inspector"

    def __init__(self, view: View, *, ascii: bool = False, theme: str | None = None) -> None:
        super().__init__(ascii=ascii, theme=theme)
        self.view = view

    def get_default_screen(self) -> Screen[None]:
        return BrowseScreen(self.view)
