"""The overview: traces over time above, figures below, all drawn as rows of one pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui import format as fmt
from inspector.tui.actions import Place
from inspector.tui.chart import Chart
from inspector.tui.figures import figures, running_out
from inspector.tui.panes.pane import Pane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from inspector.tui.text import Run
    from inspector.view_acts import ShownPlan
    from inspector.view_stats import Findings, Stats, Times

BARS = 6
"""Lines of the histogram's bars; marks, axis and a word on the part under the cursor follow."""


class Overview(Pane):
    HEAD = BARS + 4
    PLACE = Place.OVERVIEW

    def __init__(self, query: str, ticks: Sequence[int]) -> None:
        """`ticks`: when the traces began in which the search found something, ns."""
        super().__init__()
        self.query_text = query
        self.ticks = ticks
        self.chart = Chart()
        self.stats: Stats | None = None
        self.share = 0.0
        """How far the counting of the figures is."""
        self.findings: Findings | None = None
        self.due: ShownPlan | None = None
        self._rows: Sequence[Sequence[Run]] | None = None

    # Content.

    def use_times(self, times: Times | None) -> None:
        self.chart.use(times)
        self.forget()

    def use_share(self, share: float) -> None:
        self.share = share
        self.refresh_edges()

    def use_stats(self, stats: Stats) -> None:
        self.stats = stats
        self._redraw()

    def use_findings(self, findings: Findings) -> None:
        self.findings = findings
        self._redraw()

    def use_due(self, plan: ShownPlan) -> None:
        self.due = plan
        self._redraw()

    def _redraw(self) -> None:
        self._rows = None
        self.forget()

    def forget(self) -> None:
        self._rows = None
        super().forget()

    @property
    def cells(self) -> int:
        """Cells that the histogram has."""
        return max(self.size.width - 4, 8)

    def rows(self) -> Sequence[Sequence[Run]]:
        if self._rows is None:
            counted = figures(self.stats, self.findings, self.look, self.size.width - 2)
            self._rows = [*counted, *running_out(self.due, self.look)]
        return self._rows

    @property
    def row_count(self) -> int:
        return len(self.rows())

    @property
    def marks_cursor(self) -> bool:
        return False

    # Drawing.

    def head(self, line: int, width: int) -> Sequence[Run]:
        look = self.look
        inner = self.chart.fitted(self.cells)
        if inner is None:
            return ((" No trace in this list has a time.", look.dim),) if line == 1 else ()
        if line < BARS:
            return [(" ", look.text), *inner.bars(line, BARS, look)]
        if line == BARS:
            return [(" ", look.text), *inner.marks(self.ticks, look)]
        if line == BARS + 1:
            return ((" " + inner.labels(), look.dim),)
        if line == BARS + 2:
            return [(" ", look.text), *inner.words(look)]
        return ()

    def row(self, index: int, width: int, selected: bool) -> Sequence[Run] | None:
        return self.rows()[index]

    def title(self) -> Sequence[Run]:
        look = self.look
        out: list[Run] = [(" Overview ", look.accent_bold)]
        if self.query_text:
            out.append((f"& {self.query_text} ", look.accent))
        return out

    def info(self) -> Sequence[Run]:
        stats, look = self.stats, self.look
        if stats is None:
            return ((f" counting {self.share:.0%}{look.glyphs.more} ", look.dim),)
        dot = f" {look.glyphs.dot} "
        return ((f" {fmt.count(stats.traces)} traces{dot}{fmt.count(stats.spans)} spans ", look.dim),)

    def on_resize(self) -> None:
        self._rows = None
        super().on_resize()

    def on_click(self, event: events.Click) -> None:
        if 1 <= event.y <= BARS + 2 and self.chart.times is not None:
            event.stop()
            self.chart.to(event.x - 2, self.cells)
            self.forget()
            if event.chain >= 2:
                self.post_message(self.Opened(self, 0))
        else:
            super().on_click(event)
