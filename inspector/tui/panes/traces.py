"""The list of traces: virtual rows over `View.rows`. The cursor stays on its trace, whatever moves around."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from inspector.errors import InspectorError
from inspector.tui import columns as cols
from inspector.tui import format as fmt
from inspector.tui.actions import Place, bindings
from inspector.tui.panes.pane import Pane
from inspector.tui.rows import Pages
from inspector.tui.text import fit
from inspector.view import Sort

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor, Future

    from textual.binding import BindingType

    from inspector.tui.text import Run
    from inspector.view import Rows, TraceKey, TraceRow


class Traces(Pane):
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.TRACES)]
    HEAD = 1
    PLACE = Place.TRACES

    class Broken(Message):
        """A page of the list can't be read."""

        def __init__(self, error: InspectorError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, fetcher: Executor, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._fetcher = fetcher
        self.pages: Pages[TraceRow] | None = None
        self.rows: Rows | None = None
        self.key: TraceKey | None = None
        """The trace under the cursor."""
        self.resume: Callable[[], bool] | None = None
        """Goes back to the newest trace where a store is followed; says whether it did."""
        self.sort = Sort()
        self.query_text = ""
        self.scanning = True
        self.chosen: tuple[str, ...] = ()
        """Columns the user picked; empty for automatic."""
        self.widths: dict[str, int] = {}
        """Widths of columns that the user set, by id."""
        self.line: Sequence[cols.Field] = ()
        """The user's one-line format, instead of columns."""
        self.marked: list[TraceKey] = []
        """In the order in which they were marked."""
        self.stores = 1
        self.today: int | None = None
        self.many_days = False
        self.problem: InspectorError | None = None
        self._waiting = False

    # Rows.

    def use(self, rows: Rows, position: int | None, today: int | None, *, many_days: bool) -> None:
        """Show another snapshot of the list; `position` is where the trace under the cursor stands in it."""
        self.rows = rows
        self.pages = Pages(rows, self._fetcher, self._arrived)
        self.today, self.many_days, self.problem = today, many_days, None
        above = self.cursor - self.top
        if position is None or not self.moved_by_hand:
            position = min(self.cursor, max(rows.count - 1, 0)) if self.moved_by_hand else 0
        self.cursor = position
        self.top = max(0, position - above)
        self._scroll_to_cursor()
        self.forget()
        self.post_message(self.Moved(self, self.cursor))

    def fail(self, error: InspectorError) -> None:
        self.problem = error
        self.forget()

    @property
    def row_count(self) -> int:
        return 0 if self.pages is None else self.pages.count

    def action_row_last(self) -> None:
        if self.resume is None or not self.resume():
            super().action_row_last()

    def current(self) -> TraceRow | None:
        """The trace under the cursor, if it has been fetched."""
        if self.pages is None or not self.pages.count:
            return None
        self.pages.want(self.cursor, self.cursor)
        return self.pages.get(self.cursor)

    def before_paint(self, first: int, last: int) -> None:
        if self.pages is not None:
            self.pages.want(first, last)

    def _arrived(self, future: Future[Sequence[TraceRow]]) -> None:
        """In the fetcher's thread: only post."""
        if future.cancelled():
            return
        error = future.exception()
        if isinstance(error, InspectorError):
            self.post_message(self.Broken(error))
        elif self._waiting and self.is_attached:
            self.app.call_later(self._redraw)

    def _redraw(self) -> None:
        self._waiting = False
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    # Drawing.

    def columns(self, width: int) -> list[cols.Column]:
        if self.chosen:
            return [column for column in cols.ALL if column.id in self.chosen]
        return cols.automatic(width, stores=self.stores)

    def widths_in(self, width: int) -> list[tuple[cols.Column, int]]:
        shown = self.columns(width)
        days = self.many_days and width >= 48
        sizes = [self.widths.get(c.id, 11 if c.id == "time" and days else c.width) for c in shown]
        left = width - 2 - 2 * (len(shown) - 1) - sum(sizes)
        flexible = [i for i, size in enumerate(sizes) if size == 0]
        for i in flexible:
            sizes[i] = max(left // len(flexible), 6)
        return list(zip(shown, sizes, strict=True))

    def head(self, line: int, width: int) -> Sequence[Run]:
        look = self.look
        out: list[Run] = [(" ", look.text)]
        if self.line:
            return (
                (
                    f" {self.sort.field} {look.glyphs.down if self.sort.descending else look.glyphs.up}",
                    look.dim,
                ),
            )
        for column, size in self.widths_in(width):
            sorted_by = column.sort == self.sort.field and column.title
            sign = (look.glyphs.down if self.sort.descending else look.glyphs.up) if sorted_by else ""
            label = f"{column.title}{' ' + sign if sign else ''}"
            out += fit([(label, look.accent if sorted_by else look.dim)], size, look, right=column.right)
            out.append(("  ", look.text))
        return out

    def row(self, index: int, width: int, selected: bool) -> Sequence[Run] | None:
        row = self.pages.get(index) if self.pages else None
        if row is None:
            self._waiting = True
            return None
        look = self.look
        out: list[Run] = [(look.glyphs.mark if row.key in self.marked else " ", look.accent_bold)]
        if self.line:
            return [*out, *cols.draw_line(self.line, row, look, self.today)]
        for column, size in self.widths_in(width):
            drawn = column.draw(row, look, self.today, size)
            if selected and column.id in ("name", "duration"):
                drawn = [(text, look.strong if style is look.text else style) for text, style in drawn]
            out += fit(drawn, size, look, right=column.right)
            out.append(("  ", look.text))
        return out

    def title(self) -> Sequence[Run]:
        look = self.look
        return ((" Traces ", look.accent_bold if self.has_focus else look.strong),)

    def info(self) -> Sequence[Run]:
        if not self.row_count:
            return ()
        marked = f" {len(self.marked)} marked {self.look.glyphs.dot}" if self.marked else ""
        return ((f"{marked} {fmt.count(self.cursor + 1)} of {fmt.count(self.row_count)} ", self.look.dim),)

    def empty(self) -> Sequence[Sequence[Run]]:
        look = self.look
        if self.problem is not None:
            return ([(self.problem.what, look.error)], [(self.problem.fix, look.dim)])
        if self.query_text:
            return ([("No trace matches.", look.text)], [("\\ drops the filter.", look.dim)])
        if self.scanning:
            return ([(f"Reading{look.glyphs.more}", look.dim)],)
        return ([("No traces in here.", look.text)], [("The store was read to its end.", look.dim)])
