"""The overview of the list as it is filtered: zoom by keys, figures, and back into the list with a stretch."""

from __future__ import annotations

from datetime import UTC
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.screen import Screen

from inspector.errors import InspectorError
from inspector.tui import messages as m
from inspector.tui.actions import Place, at, bindings
from inspector.tui.host import Host
from inspector.tui.panes.footer import Footer
from inspector.tui.panes.overview import Overview
from inspector.tui.panes.pane import Pane

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.message import Message

    from inspector.view import Rows
    from inspector.view_stats import Findings, Times

PARTS = 960
"""Parts that are asked for at a time: more than any screen has cells."""


class OverviewScreen(Screen["str | None"], inherit_bindings=False):
    """Dismisses with a query on the traces' start where a stretch of time was taken."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.OVERVIEW), *bindings(Place.MODAL)]
    AUTO_FOCUS = ""

    def __init__(self, rows: Rows, query: str, ticks: Sequence[int]) -> None:
        super().__init__()
        self.rows = rows
        self.pane = Overview(query, ticks)
        self.whole: Times | None = None
        self._counting = False
        self._left = False

    def compose(self) -> ComposeResult:
        yield self.pane
        yield Footer(Place.OVERVIEW, Place.MODAL, Place.LIST)

    def on_mount(self) -> None:
        self.pane.focus()
        self._ask("times", lambda: m.TimesReady(self.rows.times(PARTS)))
        self._ask("stats", lambda: m.StatsReady(self.rows.stats()))

    def on_unmount(self) -> None:
        self._left = True

    def places(self) -> tuple[Place, ...]:
        return (Place.OVERVIEW, Place.LIST, Place.MODAL, Place.APP)

    def _ask(self, what: str, work: Callable[[], Message]) -> None:
        # Without a description Textual takes the repr of the work, and that would be of data.
        run = partial(self._run, what, work)
        self.run_worker(run, name=what, group=what, description=what, thread=True, exclusive=True)

    def _run(self, what: str, work: Callable[[], Message]) -> None:
        try:
            made = work()
        except InspectorError as error:
            made = m.Failed(error, what)
        if not self._left:
            self.post_message(made)

    @on(m.TimesReady)
    def _times(self, message: m.TimesReady) -> None:
        if self.whole is None:
            self.whole = message.times
        self.pane.use_times(message.times)

    @on(m.StatsReady)
    def _stats(self, message: m.StatsReady) -> None:
        self.pane.use_stats(message.stats)

    @on(m.FindingsMoved)
    def _findings(self, message: m.FindingsMoved) -> None:
        self._counting = self._counting and not message.findings.finished
        self.pane.use_findings(message.findings)

    @on(m.Failed)
    def _failed(self, message: m.Failed) -> None:
        app = self.app
        if isinstance(app, Host):
            app.tell(message.error)

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
        self._ask("times", lambda: m.TimesReady(self.rows.times(PARTS, start, end)))

    # Findings.

    def action_findings(self) -> None:
        """Start counting what is hidden; stop."""
        self._counting = not self._counting
        if self._counting:
            run = partial(self.rows.findings, self._found, lambda: self._left or not self._counting)
            self.run_worker(run, name="findings", group="findings", description="findings", thread=True)

    def _found(self, findings: Findings) -> None:
        if not self._left:
            self.post_message(m.FindingsMoved(findings))

    # Leaving.

    def action_close(self) -> None:
        self.dismiss(None)

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

    async def action_perform(self, id: str) -> None:
        """Do an action of the registry by its id: the footer and the palette come here."""
        for action in at(*self.places()):
            if action.id == id:
                node = (
                    self.pane
                    if action.place is Place.LIST
                    else self.app
                    if action.place is Place.APP
                    else self
                )
                await node.run_action(action.method)
                return


def stretch(low: int, high: int) -> str:
    """The traces that began from `low` up to `high` (ns), as a query."""
    return f"start:{_iso(low)}..{_iso(high)}"


def _iso(ns: int) -> str:
    from inspector.tui import format as fmt

    moment = fmt.moment(ns)
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{ns % 1_000_000_000:09d}Z"
