"""The chooser's app: one list, two headings."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual.screen import Screen

from inspector.tui.actions import Place, bindings
from inspector.tui.chooser import Choice
from inspector.tui.host import Host
from inspector.tui.panes.footer import Footer
from inspector.tui.panes.pane import Pane
from inspector.tui.settings import PLAIN
from inspector.tui.text import fit
from inspector.view import sanitise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from inspector.tui.settings import Settings
    from inspector.tui.text import Run


class Choices(Pane):
    """Headings and choices; the cursor rests on choices only."""

    def __init__(self, recent: Sequence[Choice], samples: Sequence[Choice]) -> None:
        super().__init__()
        self.items: list[str | Choice] = []
        for heading, choices in (("Recent", recent), ("Samples", samples)):
            if choices:
                self.items += ["", heading, *choices] if self.items else [heading, *choices]
        self.cursor = next((i for i, item in enumerate(self.items) if isinstance(item, Choice)), 0)

    @property
    def row_count(self) -> int:
        return len(self.items)

    def move(self, to: int) -> None:
        step = -1 if to < self.cursor else 1
        to = max(0, min(to, len(self.items) - 1))
        while 0 <= to < len(self.items) and not isinstance(self.items[to], Choice):
            to += step
        if 0 <= to < len(self.items):
            super().move(to)

    def row(self, index: int, width: int, selected: bool) -> Sequence[Run] | None:
        look = self.look
        item = self.items[index]
        if isinstance(item, str):
            return [(f" {item}", look.dim + look.strong)]
        name = fit([(sanitise(PurePath(item.name).name), look.strong if selected else look.text)], 34, look)
        note = fit([(sanitise(item.note), look.dim)], 40, look)
        folder = [(sanitise(str(PurePath(item.name).parent)), look.dim)]
        return fit(
            [("   ", look.text), *name, ("  ", look.text), *note, ("  ", look.text), *folder], width, look
        )

    def title(self) -> Sequence[Run]:
        return ((" Open a trace store ", self.look.accent_bold),)

    def empty(self) -> Sequence[Sequence[Run]]:
        look = self.look
        return (
            [("Nothing was open yet, and no samples are installed.", look.text)],
            [("Start with: inspector STORE", look.dim)],
        )


class ChooserScreen(Screen[None], inherit_bindings=False):
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.MODAL)]
    AUTO_FOCUS = ""

    def __init__(self, recent: Sequence[Choice], samples: Sequence[Choice]) -> None:
        super().__init__()
        self.pane = Choices(recent, samples)

    def compose(self) -> ComposeResult:
        yield self.pane
        yield Footer(Place.MODAL, Place.LIST)

    def on_mount(self) -> None:
        self.pane.focus()

    def action_close(self) -> None:
        self.app.exit()

    def action_choose(self) -> None:
        item = self.pane.items[self.pane.cursor] if self.pane.items else None
        if isinstance(item, Choice):
            self.app.exit(item.path)

    def on_pane_opened(self) -> None:
        self.action_choose()


class ChooserApp(Host[Path]):
    def __init__(
        self, recent: Sequence[Choice], samples: Sequence[Choice], settings: Settings = PLAIN
    ) -> None:
        super().__init__(settings=settings)
        self._recent = recent
        self._samples = samples

    def get_default_screen(self) -> Screen[None]:
        return ChooserScreen(self._recent, self._samples)
