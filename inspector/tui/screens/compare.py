"""Comparing two traces."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.screen import Screen

from inspector.errors import InspectorError
from inspector.tui import messages as m
from inspector.tui.actions import Place, at, bindings
from inspector.tui.comparing import align
from inspector.tui.host import Host
from inspector.tui.panes.compared import Aligned, SideBySide
from inspector.tui.panes.footer import Footer
from inspector.tui.panes.pane import Pane

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.message import Message

    from inspector.tui.comparing import Pair
    from inspector.view import TraceKey, View


class CompareScreen(Screen[None], inherit_bindings=False):
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.COMPARE), *bindings(Place.MODAL)]
    AUTO_FOCUS = ""

    def __init__(self, view: View, left: TraceKey, right: TraceKey) -> None:
        super().__init__()
        self._view = view
        self._keys = (left, right)
        self.aligned = Aligned()
        self.texts = SideBySide()
        self._left = False

    def compose(self) -> ComposeResult:
        yield self.aligned
        yield self.texts
        yield Footer(Place.COMPARE, Place.MODAL, Place.LIST)

    def on_mount(self) -> None:
        self.aligned.focus()
        self._ask("compare", self._align)

    def on_unmount(self) -> None:
        self._left = True

    def places(self) -> tuple[Place, ...]:
        return (Place.COMPARE, Place.LIST, Place.MODAL, Place.APP)

    def _ask(self, what: str, work: Callable[[], Message]) -> None:
        # Without a description Textual takes the repr of the work, and that would be of data.
        run = partial(self._run, what, work)
        self.run_worker(run, name=what, group=what, description=what, thread=True, exclusive=True)

    def _run(self, what: str, work: Callable[[], Message]) -> None:
        try:
            made = work()
        except InspectorError as error:
            made = m.Failed(error, what)
        if not self._left:
            self.post_message(made)

    def _align(self) -> Message:
        left, right = self._view.trace(self._keys[0]), self._view.trace(self._keys[1])
        for key in self._keys:
            self._view.viewed(key)
        return m.AlignedReady(left, right, align(left, right))

    def _texts(self, pair: Pair) -> Message:
        left, right = self.aligned.nodes(pair)
        return m.PairReady(
            pair,
            None if left is None else self._view.span(self._keys[0], left.index),
            None if right is None else self._view.span(self._keys[1], right.index),
        )

    @on(m.AlignedReady)
    def _aligned(self, message: m.AlignedReady) -> None:
        self.aligned.use(message.left, message.right, message.pairs)
        self._show()

    @on(m.PairReady)
    def _pair(self, message: m.PairReady) -> None:
        if message.pair == self.aligned.pair():
            self.texts.use(message.left, message.right)

    @on(m.Failed)
    def _failed(self, message: m.Failed) -> None:
        app = self.app
        if isinstance(app, Host):
            app.tell(message.error)

    @on(Pane.Moved)
    def _moved(self, message: Pane.Moved) -> None:
        if message.pane is self.aligned:
            self._show()

    def _show(self) -> None:
        pair = self.aligned.pair()
        if pair is not None:
            self._ask("pair", lambda: self._texts(pair))

    def action_difference_next(self) -> None:
        self.aligned.next_difference(1)

    def action_difference_previous(self) -> None:
        self.aligned.next_difference(-1)

    def action_other_pane(self) -> None:
        (self.texts if self.aligned.has_focus else self.aligned).focus()

    def action_close(self) -> None:
        self.dismiss(None)

    def action_choose(self) -> None:
        self.action_other_pane()

    async def action_perform(self, id: str) -> None:
        """Do an action of the registry by its id: the footer and the palette come here."""
        for action in at(*self.places()):
            if action.id == id:
                if action.place is Place.LIST:
                    pane = self.texts if self.texts.has_focus else self.aligned
                    await pane.run_action(action.method)
                else:
                    await (self.app if action.place is Place.APP else self).run_action(action.method)
                return
