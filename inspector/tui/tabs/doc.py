"""Lines of the detail pane, made one by one: what isn't scrolled to is never laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.tui.look import Look
    from inspector.tui.text import Run
    from inspector.view import ShownValue

WINDOW = 32_768
"""Characters of one value that are shown at first; each unfolding shows four times as many."""


class Item(NamedTuple):
    """What a line belongs to: the thing that is folded, copied, stepped over."""

    id: str
    """Identity of the fold, stable while the span is shown."""
    key: str = ""
    path: str = ""
    value: ShownValue = None
    folds: bool = False
    open: bool = True
    more: int = 0
    """Characters of the value that aren't shown yet."""
    heading: bool = False


class Line(NamedTuple):
    runs: Sequence[Run]
    item: Item | None = None
    depth: int = 0


BLANK = Line(())


class Folds:
    """What the user opened and shut, by item id."""

    def __init__(self) -> None:
        self.by_id: dict[str, bool] = {}
        self.all: bool | None = None
        self.windows: dict[str, int] = {}

    def is_open(self, id: str, default: bool) -> bool:
        return self.by_id.get(id, default if self.all is None else self.all)

    def window(self, id: str) -> int:
        return WINDOW << (2 * self.windows.get(id, 0))


class Page(NamedTuple):
    """What a builder needs to know of where its lines will stand."""

    look: Look
    width: int
    folds: Folds


class LazyLines:
    """Lines that have been made so far, and the rest on demand."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self.known: list[Line] = []
        self._rest: Iterator[Line] | None = lines

    @property
    def done(self) -> bool:
        return self._rest is None

    def ensure(self, n: int) -> None:
        """Have at least `n` lines, if there are so many."""
        while self._rest is not None and len(self.known) < n:
            line = next(self._rest, None)
            if line is None:
                self._rest = None
            else:
                self.known.append(line)
