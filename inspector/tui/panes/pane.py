"""A framed, scrolling pane of virtual rows on Textual's line API (`render_line` -> `Strip`).

The frame carries the title, a fact on the right, a foot line and the scroll bar, so a pane is one widget and
one cell of work a line. Scrolling is the number of the first row: a list of a billion rows has no height.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from inspector.tui.actions import Place, bindings
from inspector.tui.host import Host
from inspector.tui.text import drawn, fit, mark, strip_of, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.segment import Segment
    from rich.style import Style
    from textual import events
    from textual.binding import BindingType

    from inspector.tui.look import Look
    from inspector.tui.text import Run

_KEPT = 1500


class Pane(Widget, can_focus=True, inherit_bindings=False):
    """Subclasses say how many rows there are and what each says."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.LIST)]
    ALLOW_SELECT = False
    HEAD = 0
    """Lines above the rows that don't scroll."""
    PLACE: ClassVar[Place] = Place.LIST

    class Moved(Message):
        """The cursor stands on another row."""

        def __init__(self, pane: Pane, row: int) -> None:
            super().__init__()
            self.pane = pane
            self.row = row

        @property
        def control(self) -> Pane:
            return self.pane

    class Opened(Message):
        """A row was chosen with the mouse."""

        def __init__(self, pane: Pane, row: int) -> None:
            super().__init__()
            self.pane = pane
            self.row = row

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.styles.width = self.styles.height = "1fr"
        self.cursor = 0
        self.top = 0
        self.moved_by_hand = False
        self.words: tuple[str, ...] = ()
        """What a search looks for, to be marked."""
        self._epoch = 0
        self._lines_drawn: dict[tuple[int, int, bool, int], list[Segment]] = {}

    # What subclasses say.

    @property
    def row_count(self) -> int:
        return 0

    def row(self, index: int, width: int, selected: bool) -> Sequence[Run] | None:
        """The row in about `width` cells, or none while it isn't here yet."""
        raise NotImplementedError

    def head(self, line: int, width: int) -> Sequence[Run]:
        return ()

    def title(self) -> Sequence[Run]:
        return ()

    def info(self) -> Sequence[Run]:
        """Right end of the top line."""
        return ()

    def foot(self) -> tuple[Sequence[Run], Sequence[Run]]:
        """Left and right of the bottom line."""
        return (), ()

    def empty(self) -> Sequence[Sequence[Run]]:
        """What stands in a pane without rows."""
        return ()

    def before_paint(self, first: int, last: int) -> None:
        """Rows `first` to `last` are about to be drawn."""

    @property
    def frame_style_alarm(self) -> bool:
        return False

    # The cursor.

    @property
    def look(self) -> Look:
        app = self.app
        if not isinstance(app, Host):
            raise TypeError("a pane lives in a Host")
        return app.look

    @property
    def body(self) -> int:
        """How many rows fit."""
        return max(self.size.height - 2 - self.HEAD, 1)

    def move(self, to: int) -> None:
        """Put the cursor on a row, scrolled into view."""
        to = max(0, min(to, self.row_count - 1))
        old, top = self.cursor, self.top
        self.moved_by_hand = True
        self.cursor = to
        self._scroll_to_cursor()
        if self.top != top:
            self.refresh()
        else:
            self._refresh_rows(old, to)
        if to != old:
            self.post_message(self.Moved(self, to))

    def _scroll_to_cursor(self) -> None:
        body = self.body
        if self.cursor < self.top:
            self.top = self.cursor
        elif self.cursor >= self.top + body:
            self.top = self.cursor - body + 1
        self.top = max(0, min(self.top, max(self.row_count - body, 0)))

    def _refresh_rows(self, *rows: int) -> None:
        width, height = self.size
        lines = {0, height - 1} | {1 + self.HEAD + row - self.top for row in rows}
        self.refresh(*(Region(0, line, width, 1) for line in lines if 0 <= line < height))

    def refresh_edges(self) -> None:
        """Draw the top and the bottom line anew."""
        self._refresh_rows()

    def forget(self) -> None:
        """Drop finished lines: their content, look or lock state changed."""
        self._epoch += 1
        self._lines_drawn.clear()
        self.refresh()

    def scroll_by(self, rows: int) -> None:
        """Scroll without leaving the cursor behind the edge."""
        top = max(0, min(self.top + rows, max(self.row_count - self.body, 0)))
        if top != self.top:
            self.top = top
            low, high = top, top + self.body - 1
            cursor = max(low, min(self.cursor, high))
            if cursor != self.cursor:
                self.move(cursor)
            self.refresh()

    def action_row_down(self) -> None:
        self.move(self.cursor + 1)

    def action_row_up(self) -> None:
        self.move(self.cursor - 1)

    def action_row_first(self) -> None:
        self.move(0)

    def action_row_last(self) -> None:
        self.move(self.row_count - 1)

    def action_row_half_down(self) -> None:
        self._jump(self.body // 2)

    def action_row_half_up(self) -> None:
        self._jump(-(self.body // 2))

    def action_row_page_down(self) -> None:
        self._jump(self.body)

    def action_row_page_up(self) -> None:
        self._jump(-self.body)

    def _jump(self, rows: int) -> None:
        self.top = max(0, min(self.top + rows, max(self.row_count - self.body, 0)))
        self.move(self.cursor + rows)
        self.refresh()

    # The mouse.

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_by(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_by(-3)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        width, height = self.size
        line = event.y - 1 - self.HEAD
        if event.x == width - 1 and self.row_count > self.body and 0 < event.y < height - 1:
            self.move(self.row_count * max(line, 0) // max(self.body - 1, 1))
        elif 0 <= line < self.body and self.top + line < self.row_count:
            self.move(self.top + line)
            if event.chain >= 2:
                self.post_message(self.Opened(self, self.cursor))

    # Drawing.

    def on_resize(self) -> None:
        self._scroll_to_cursor()
        self._lines_drawn.clear()

    def on_focus(self) -> None:
        self.forget()

    def on_blur(self) -> None:
        self.forget()

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        look = self.look
        if y == 0:
            return self._edge(width, top=True)
        if y == height - 1:
            return self._edge(width, top=False)
        edge = self._edge_style()
        side = look.glyphs.pipe
        line = y - 1 - self.HEAD
        inner = self._head_line(y - 1, width - 2) if line < 0 else self._body_line(line, width - 2)
        left = drawn([(side, edge)], look.base, 1, look)
        right = drawn([(look.glyphs.thumb, look.dim)], look.base, 1, look) if self._thumb(line) else left
        return Strip([*left, *inner, *right], width)

    def _head_line(self, line: int, width: int) -> list[Segment]:
        return drawn(self.head(line, width), self.look.base, width, self.look)

    def _body_line(self, line: int, width: int) -> list[Segment]:
        look = self.look
        count = self.row_count
        if count == 0:
            texts = self.empty()
            at = line - 1
            words = [("  ", look.text), *texts[at]] if 0 <= at < len(texts) else []
            return drawn(words, look.base, width, look)
        index = self.top + line
        if index >= count:
            return drawn((), look.base, width, look)
        selected = index == self.cursor
        key = (index, width, selected, self._epoch)
        segments = self._lines_drawn.get(key)
        if segments is None:
            if line == 0 or index not in self._announced:
                self._announced = range(self.top, min(self.top + self.body, count))
                self.before_paint(self._announced.start, self._announced.stop - 1)
            runs = self.row(index, width, selected)
            base = look.cursor if selected and self.marks_cursor else look.base
            if runs is None:
                return drawn([(f" {look.glyphs.more}", look.dim)], base, width, look)
            segments = drawn(mark(runs, self.words, look) if self.words else runs, base, width, look)
            if len(self._lines_drawn) > _KEPT:
                self._lines_drawn.clear()
            self._lines_drawn[key] = segments
        return segments

    _announced: range = range(0)

    @property
    def marks_cursor(self) -> bool:
        """Whether the cursor's row stands out."""
        return True

    def _thumb(self, line: int) -> bool:
        count, body = self.row_count, self.body
        if line < 0 or count <= body:
            return False
        size = max(1, body * body // count)
        start = (body - size) * self.top // max(count - body, 1)
        return start <= line < start + size

    def _edge_style(self) -> Style:
        look = self.look
        if self.frame_style_alarm:
            return look.amber
        return look.accent if self.has_focus else look.frame

    def _edge(self, width: int, *, top: bool) -> Strip:
        look, style = self.look, self._edge_style()
        signs = look.glyphs
        left, right = (self.title(), self.info()) if top else self.foot()
        corners = (signs.top_left, signs.top_right) if top else (signs.bottom_left, signs.bottom_right)
        room = width - 4
        left_width = min(width_of(left), room)
        right_width = width_of(right)
        if left_width + right_width > room:
            right, right_width = (), 0
        line = signs.horizontal * (room - left_width - right_width)
        runs = [
            (corners[0] + signs.horizontal, style),
            *fit(left, left_width, look),
            (line, style),
            *right,
            (signs.horizontal + corners[1], style),
        ]
        return strip_of(runs, look.base, width, look)
