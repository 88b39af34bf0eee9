"""Which columns the list of traces shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import ModalScreen

from inspector.tui import columns as cols
from inspector.tui.actions import Place, bindings
from inspector.tui.screens.lists import ListPane
from inspector.tui.text import fit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import ClassVar

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from inspector.tui.look import Look
    from inspector.tui.panes.traces import Traces
    from inspector.tui.text import Run


_STEP = 2
"""Cells that a column grows or shrinks at a time."""


class ColumnsScreen(ModalScreen[None], inherit_bindings=False):
    """Space or Enter switches a column; the list behind it follows at once."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.COLUMNS), *bindings(Place.MODAL)]
    DEFAULT_CSS = """
    ColumnsScreen { align: center middle; background: $background 60%; }
    """

    def __init__(self, traces: Traces) -> None:
        super().__init__()
        self.traces = traces
        self.pane = ListPane("Columns", len(cols.ALL), self._draw, "Space switches, h l change the width")

    def _draw(self, index: int, look: Look, width: int) -> Sequence[Run]:
        column = cols.ALL[index]
        size = self._shown().get(column.id)
        name = [(column.id, look.dim if size is None else look.text)]
        cells = "" if size is None else f"{size} cells"
        return [
            (f"  {' ' if size is None else look.glyphs.ok} ", look.ok),
            *fit(name, 16, look),
            *fit([(cells, look.text if column.id in self.traces.widths else look.dim)], 12, look, right=True),
        ]

    def _shown(self) -> dict[str, int]:
        """The columns of the list with their widths."""
        traces = self.traces
        return {column.id: size for column, size in traces.widths_in(traces.size.width - 2)}

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
        chosen = {*self._shown()} ^ {self._here()} | {"name"}
        self.traces.chosen = tuple(column.id for column in cols.ALL if column.id in chosen)
        self._changed()

    def action_column_wider(self) -> None:
        self._widen(_STEP)

    def action_column_narrower(self) -> None:
        self._widen(-_STEP)

    def action_column_own(self) -> None:
        self.traces.widths.pop(self._here(), None)
        self._changed()

    def _widen(self, by: int) -> None:
        size = self._shown().get(self._here())
        if size is not None:
            self.traces.widths[self._here()] = cols.widened(size, by)
            self._changed()

    def _here(self) -> str:
        return cols.ALL[self.pane.cursor].id

    def _changed(self) -> None:
        self.traces.forget()
        self.pane.forget()

    def action_close(self) -> None:
        self.dismiss(None)
