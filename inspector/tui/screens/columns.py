"""Which columns the list of traces shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import ModalScreen

from inspector.tui import columns as cols
from inspector.tui.actions import Place, bindings
from inspector.tui.screens.lists import ListPane

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import ClassVar

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from inspector.tui.look import Look
    from inspector.tui.text import Run


class ColumnsScreen(ModalScreen["tuple[str, ...] | None"], inherit_bindings=False):
    """Space or Enter switches a column; closing keeps the choice."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.MODAL)]
    DEFAULT_CSS = """
    ColumnsScreen { align: center middle; background: $background 60%; }
    """

    def __init__(self, shown: tuple[str, ...]) -> None:
        super().__init__()
        self.chosen = set(shown)
        self.pane = ListPane("Columns", len(cols.ALL), self._draw, "Space switches, Esc closes")

    def _draw(self, index: int, look: Look, width: int) -> Sequence[Run]:
        column = cols.ALL[index]
        on = column.id in self.chosen
        return [(f"  {look.glyphs.ok if on else ' '} ", look.ok), (column.id, look.text if on else look.dim)]

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.hug()
        self.pane.focus()

    def on_key(self, event: events.Key) -> None:
        if event.key == "space":
            event.stop()
            event.prevent_default()
            self.action_choose()

    def action_choose(self) -> None:
        column = cols.ALL[self.pane.cursor].id
        self.chosen ^= {column}
        self.chosen |= {"name"}
        self.pane.forget()

    def action_close(self) -> None:
        self.dismiss(tuple(column.id for column in cols.ALL if column.id in self.chosen))
