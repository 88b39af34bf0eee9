"""A dialog that shows a short list, drawn with the same rows as everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.screen import ModalScreen

from inspector.tui.actions import Place, bindings
from inspector.tui.panes.pane import Pane
from inspector.tui.text import fit, width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from inspector.tui.look import Look
    from inspector.tui.text import Run

    Draw = Callable[[int, Look, int], Sequence[Run]]


_NARROWEST, _WIDEST = 44, 104
_MEASURED = 100
"""Rows that are looked at for the width of a dialog."""


class ListPane(Pane):
    """Rows that a function draws."""

    def __init__(self, name: str, count: int, draw: Draw, hint: str = "", *, still: bool = False) -> None:
        super().__init__()
        self.label = name
        self.hint = hint
        self._count = count
        self._draw = draw
        self._still = still

    def hug(self) -> None:
        """As wide and as high as what it says, within the screen."""
        look, rows = self.look, range(min(self._count, _MEASURED))
        widest = max((width_of(self._draw(row, look, _WIDEST)) for row in rows), default=0)
        self.styles.width = max(_NARROWEST, min(widest + 4, _WIDEST))
        self.styles.height = max(self._count, 2) + 2
        self.styles.max_width, self.styles.max_height = "90%", "95%"

    def fill(self, count: int) -> None:
        self._count = count
        self.cursor = self.top = 0
        self.forget()

    @property
    def marks_cursor(self) -> bool:
        return not self._still

    @property
    def row_count(self) -> int:
        return self._count

    def row(self, index: int, width: int, selected: bool) -> Sequence[Run] | None:
        return fit(self._draw(index, self.look, width), width, self.look)

    def title(self) -> Sequence[Run]:
        return ((f" {self.label} ", self.look.accent_bold),)

    def foot(self) -> tuple[Sequence[Run], Sequence[Run]]:
        return ((), ((f" {self.hint} ", self.look.dim),) if self.hint else ())

    def empty(self) -> Sequence[Sequence[Run]]:
        return ([("Nothing of that name.", self.look.dim)],)


class ListScreen(ModalScreen["int | None"], inherit_bindings=False):
    """Shows the rows; dismisses with the row that was taken, or none."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.MODAL)]
    DEFAULT_CSS = """
    ListScreen { align: center middle; background: $background 60%; }
    """

    def __init__(self, name: str, count: int, draw: Draw, hint: str = "", *, still: bool = False) -> None:
        super().__init__()
        self.pane = ListPane(name, count, draw, hint, still=still)

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.hug()
        self.pane.focus()

    def action_close(self) -> None:
        self.dismiss(None)

    def action_choose(self) -> None:
        self.dismiss(self.pane.cursor if self.pane.row_count else None)

    def on_pane_opened(self) -> None:
        self.action_choose()


def keyed(key: str, text: str, help: str, look: Look) -> list[Run]:
    """A row of a key table."""
    return [
        ("  ", look.text),
        *fit([(key, look.accent_bold)], 16, look),
        *fit([(text, look.text)], 20, look),
        (help, look.dim),
    ]
