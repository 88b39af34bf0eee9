"""Comparing two traces."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on

from inspector.tui import messages as m
from inspector.tui.actions import Place, bindings
from inspector.tui.comparing import align
from inspector.tui.panes.compared import Aligned, SideBySide
from inspector.tui.panes.pane import Pane
from inspector.tui.screens.full import FullScreen

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.message import Message

    from inspector.tui.comparing import Pair
    from inspector.view import TraceKey, View


class CompareScreen(FullScreen[None], inherit_bindings=False):
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.COMPARE), *bindings(Place.MODAL)]
    PLACE = Place.COMPARE

    def __init__(self, view: View, left: TraceKey, right: TraceKey) -> None:
        self.aligned = Aligned()
        self.texts = SideBySide()
        super().__init__(self.aligned, self.texts)
        self._view = view
        self._keys = (left, right)

    def on_mount(self) -> None:
        self.ask("compare", self._align)

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

    @on(Pane.Moved)
    def _moved(self, message: Pane.Moved) -> None:
        if message.pane is self.aligned:
            self._show()

    def _show(self) -> None:
        pair = self.aligned.pair()
        if pair is not None:
            self.ask("pair", lambda: self._texts(pair))

    def action_difference_next(self) -> None:
        self.aligned.next_difference(1)

    def action_difference_previous(self) -> None:
        self.aligned.next_difference(-1)

    def action_other_pane(self) -> None:
        (self.texts if self.aligned.has_focus else self.aligned).focus()

    def action_choose(self) -> None:
        self.action_other_pane()
