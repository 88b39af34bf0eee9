"""What the overview and the comparison share: panes over the whole screen, filled by work in threads."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import on
from textual.screen import Screen

from inspector.errors import InspectorError
from inspector.tui import messages as m
from inspector.tui.actions import Place, at
from inspector.tui.host import Host
from inspector.tui.panes.footer import Footer

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App, ComposeResult
    from textual.message import Message

    from inspector.tui.panes.pane import Pane

R = TypeVar("R")


class FullScreen(Screen[R], inherit_bindings=False):
    AUTO_FOCUS = ""
    PLACE: ClassVar[Place]
    """Whose actions apply, beside those of a dialog and of a list."""

    def __init__(self, *panes: Pane) -> None:
        super().__init__()
        self._panes = panes
        self.left = False

    def compose(self) -> ComposeResult:
        yield from self._panes
        yield Footer(self.PLACE, Place.MODAL, Place.LIST)

    def on_mount(self) -> None:
        self._panes[0].focus()

    def on_unmount(self) -> None:
        self.left = True

    def places(self) -> tuple[Place, ...]:
        return (self.PLACE, Place.LIST, Place.MODAL, Place.APP)

    # Work.

    def ask(self, what: str, work: Callable[[], Message | None]) -> None:
        """Work in a thread; what it makes is posted here, unless the user has left."""
        # Without a description Textual takes the repr of the work, and that would be of data.
        run = partial(self._run, what, work)
        self.run_worker(run, name=what, group=what, description=what, thread=True, exclusive=True)

    def _run(self, what: str, work: Callable[[], Message | None]) -> None:
        try:
            self.tell(work())
        except InspectorError as error:
            self.tell(m.Failed(error, what))

    def tell(self, message: Message | None) -> None:
        """Post what a thread has made."""
        if message is not None and not self.left:
            self.post_message(message)

    @on(m.Failed)
    def _failed(self, message: m.Failed) -> None:
        app = self.app
        if isinstance(app, Host):
            app.tell(message.error)

    # The registry.

    def action_close(self) -> None:
        self.dismiss(None)

    async def action_perform(self, id: str) -> None:
        """Do an action of the registry by its id: the footer and the palette come here."""
        for action in at(*self.places()):
            if action.id == id:
                await self._node(action.place).run_action(action.method)
                return

    def _node(self, place: Place) -> Pane | Screen[R] | App[object]:
        """Who does the actions of a place."""
        if place is Place.LIST:
            return next((pane for pane in self._panes if pane.has_focus), self._panes[0])
        return self.app if place is Place.APP else self
