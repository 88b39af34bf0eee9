"""The overview of the list as it is filtered: zoom by keys, figures, and back into the list with a stretch."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, ClassVar

from textual import on

from inspector.tui import messages as m
from inspector.tui.actions import Place, bindings
from inspector.tui.panes.overview import Overview
from inspector.tui.panes.pane import Pane
from inspector.tui.screens.full import FullScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType
    from textual.message import Message

    from inspector.view import Rows
    from inspector.view_acts import Operations
    from inspector.view_stats import Times

PARTS = 960
"""Parts that are asked for at a time: more than any screen has cells."""


class OverviewScreen(FullScreen["str | None"], inherit_bindings=False):
    """Dismisses with a query on the traces' start where a stretch of time was taken."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.OVERVIEW), *bindings(Place.MODAL)]
    PLACE = Place.OVERVIEW

    def __init__(self, rows: Rows, query: str, ticks: Sequence[int]) -> None:
        self.pane = Overview(query, ticks)
        super().__init__(self.pane)
        self.rows = rows
        self.whole: Times | None = None
        self._counting = False

    def on_mount(self) -> None:
        self.ask("times", lambda: m.TimesReady(self.rows.times(PARTS)))
        self.ask("stats", self._stats)

    def _stats(self) -> Message:
        def report(share: float) -> None:
            self.tell(m.StatsMoved(share))

        return m.StatsReady(self.rows.stats(report, lambda: self.left))

    @on(m.TimesReady)
    def _times(self, message: m.TimesReady) -> None:
        if self.whole is None:
            self.whole = message.times
        self.pane.use_times(message.times)

    @on(m.StatsMoved)
    def _stats_moved(self, message: m.StatsMoved) -> None:
        self.pane.use_share(message.share)

    @on(m.StatsReady)
    def _stats_ready(self, message: m.StatsReady) -> None:
        self.pane.use_stats(message.stats)

    @on(m.FindingsMoved)
    def _findings(self, message: m.FindingsMoved) -> None:
        self._counting = self._counting and not message.findings.finished
        self.pane.use_findings(message.findings)

    # Time.

    def action_chart_left(self) -> None:
        self._step(-1)

    def action_chart_right(self) -> None:
        self._step(1)

    def _step(self, by: int) -> None:
        pane = self.pane
        pane.chart.step(by, pane.cells)
        pane.forget()

    def action_chart_in(self) -> None:
        if self.whole is not None:
            self._show(*self.pane.chart.zoomed(1, self.whole))

    def action_chart_out(self) -> None:
        if self.whole is not None:
            self._show(*self.pane.chart.zoomed(-1, self.whole))

    def action_chart_all(self) -> None:
        if self.whole is not None:
            self.pane.use_times(self.whole)

    def action_chart_earlier(self) -> None:
        if self.whole is not None:
            self._show(*self.pane.chart.moved(-1, self.whole))

    def action_chart_later(self) -> None:
        if self.whole is not None:
            self._show(*self.pane.chart.moved(1, self.whole))

    def _show(self, start: int, end: int) -> None:
        self.ask("times", lambda: m.TimesReady(self.rows.times(PARTS, start, end)))

    # Findings.

    def action_findings(self) -> None:
        """Start counting what is hidden; stop."""
        self._counting = not self._counting
        if self._counting:
            self.ask("findings", self._count)

    def _count(self) -> None:
        self.rows.findings(
            lambda findings: self.tell(m.FindingsMoved(findings)), lambda: self.left or not self._counting
        )

    # Retention.

    def action_due(self) -> None:
        operations: Operations | None = getattr(self.app, "operations", None)
        if operations is None or not operations.may("retention:apply"):
            self.notify("Your role may not plan what runs out (retention:apply).", timeout=3, markup=False)
            return
        self.ask("due", lambda: m.DueReady(operations.plan_retention(lambda: self.left)))

    @on(m.DueReady)
    def _due(self, message: m.DueReady) -> None:
        self.pane.use_due(message.plan)

    # Leaving.

    def action_choose(self) -> None:
        """Back to the list, with the stretch under the cursor."""
        shown = self.pane.chart.fitted(self.pane.cells)
        if shown is None:
            self.dismiss(None)
            return
        low, high = shown.ends(shown.cursor)
        self.dismiss(stretch(low, high + (high >= shown.end)))

    @on(Pane.Opened)
    def _opened(self) -> None:
        self.action_choose()


def stretch(low: int, high: int) -> str:
    """The traces that began from `low` up to `high` (ns), as a query."""
    return f"start:{_iso(low)}..{_iso(high)}"


def _iso(ns: int) -> str:
    from inspector.tui import format as fmt

    moment = fmt.moment(ns)
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{ns % 1_000_000_000:09d}Z"
