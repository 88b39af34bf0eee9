"""The main screen: traces, spans, detail. It owns the state; workers post, it acts."""

from __future__ import annotations

import time
from inspect import isawaitable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.screen import Screen

from inspector.tui import messages as m
from inspector.tui.actions import Place, at, bindings
from inspector.tui.host import Host
from inspector.tui.loading import Loader
from inspector.tui.panes.detail import AUDIT, Detail
from inspector.tui.panes.footer import Footer
from inspector.tui.panes.header import Header
from inspector.tui.panes.pane import Pane
from inspector.tui.panes.spans import Spans
from inspector.tui.panes.traces import Traces
from inspector.tui.screens.asking import Ask
from inspector.tui.screens.copy_chord import CopyChord
from inspector.tui.screens.erasing import Erasing
from inspector.tui.screens.exporting import Exporting
from inspector.tui.screens.following import Follow
from inspector.tui.screens.going import Going
from inspector.tui.screens.layout import Plan, Stage, plan
from inspector.tui.screens.listing import Listing
from inspector.tui.screens.marking import Marking
from inspector.tui.screens.remembering import Remember
from inspector.tui.screens.steps import Steps
from inspector.tui.screens.unveil import Unveil
from inspector.tui.screens.walking import Walk
from inspector.tui.screens.witness import Witness
from inspector.tui.settings import PLAIN

if TYPE_CHECKING:
    from textual import events
    from textual.app import App, ComposeResult
    from textual.binding import BindingType

    from inspector.errors import InspectorError
    from inspector.tui.actions import Action
    from inspector.tui.panes.prompt import Prompt
    from inspector.tui.settings import Settings
    from inspector.view import TraceKey, View

_CALM = 1.0
"""Seconds after the first rows in which nobody takes their processor or memory."""


class BrowseScreen(Screen[None], inherit_bindings=False):
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.BROWSE)]
    ALLOW_SELECT = False
    AUTO_FOCUS = ""

    def __init__(self, view: View, settings: Settings = PLAIN) -> None:
        super().__init__()
        self.view = view
        self.settings = settings
        self.loader = Loader(view, self)
        self.stage = Stage.TRACES
        self.zoomed = False
        self.walk = Walk(self)
        self.follow = Follow(self)
        self.ask = Ask(self)
        self.chord = CopyChord(self)
        self.unveil = Unveil(self)
        self.remember = Remember(self)
        self.going = Going(self)
        self.erasing = Erasing(self)
        self.doers: tuple[object, ...] = (
            Steps(self),
            Listing(self),
            Marking(self),
            self.erasing,
            Exporting(self),
            self.chord,
            self.unveil,
            self.remember,
            self.going,
        )
        """Helpers that do actions of this screen, beside the screen itself."""
        self.witness = Witness(self)
        self._laid_out: Plan | None = None
        self._last_rows = 0.0
        self._pause = 0.0
        self._whole = False
        self._deepens = False
        """Whether the store is to be looked into once its rows are on the screen."""
        self.shown: tuple[TraceKey, int] | None = None
        """The span in the detail."""
        self._told: set[str] = set()
        self._again: tuple[TraceKey, int] | None = None
        """The span that is asked for a second time, to see whether it is still shown alike."""

    def compose(self) -> ComposeResult:
        app = self.app
        if not isinstance(app, Host):
            raise TypeError("the browser lives in a Host")
        yield Header()
        yield Traces(app.fetcher)
        yield Spans()
        yield Detail()
        yield Footer(Place.TRACES, Place.LIST, Place.BROWSE, Place.APP)

    @property
    def host(self) -> Host[object]:
        app = self.app
        if not isinstance(app, Host):
            raise TypeError("the browser lives in a Host")
        return app

    @property
    def header(self) -> Header:
        return self.query_one(Header)

    @property
    def traces(self) -> Traces:
        return self.query_one(Traces)

    @property
    def spans(self) -> Spans:
        return self.query_one(Spans)

    @property
    def detail(self) -> Detail:
        return self.query_one(Detail)

    def on_mount(self) -> None:
        self.styles.layout = "grid"
        self.header.badge = self.view.badge()
        self.remember.restore()
        self.lay_out()
        self.traces.focus()

    def on_screen_resume(self) -> None:
        """The first frame is drawn by this very message: stores are read after it, or it would wait for them."""
        self.call_later(self._read)

    def _read(self) -> None:
        if self.loader.begun:
            return
        self.loader.situation()
        self.loader.scan()
        self.witness.start()
        self.unveil.start()

    def on_unmount(self) -> None:
        self.unveil.leave()
        self.loader.stop()

    def keep(self) -> None:
        """The user is about to leave: keep what is to be there the next time."""
        self.remember.keep()

    def go_to(self, trace_id: str) -> None:
        """Look for a trace by its id, or by how it begins, and go there."""
        if self.traces.rows is not None:
            self.loader.go_to(self.traces.rows, trace_id)

    # Layout.

    def on_resize(self) -> None:
        self.lay_out()

    def panes(self) -> dict[Stage, Pane]:
        """The three panes by how far in they lie."""
        return {Stage.TRACES: self.traces, Stage.SPANS: self.spans, Stage.DETAIL: self.detail}

    def lay_out(self) -> None:
        made = plan(self.size.width or self.app.size.width, self.stage, zoomed=self.zoomed)
        if made == self._laid_out:
            return
        self._laid_out = made
        columns = len(made.columns.split())
        for stage, pane in self.panes().items():
            pane.display = stage in made.shown
        self.styles.grid_size_columns = columns
        self.styles.grid_size_rows = len(made.rows.split())
        self.styles.grid_columns = made.columns
        self.styles.grid_rows = made.rows
        for wide in (self.header, self.detail, self.query_one(Footer)):
            wide.styles.column_span = columns

    def go(self, stage: Stage) -> None:
        """Put the focus on a pane, and the panes where they belong then."""
        self.stage = stage
        self.lay_out()
        self.panes()[stage].focus()

    @on(m.Situation)
    def _situation(self, message: m.Situation) -> None:
        self.header.badge = message.badge
        self.header.summaries = message.summaries
        self.traces.stores = len(message.summaries)
        self.header.refresh()
        for summary in message.summaries:
            if summary.banner and summary.banner not in self._told:
                self._told.add(summary.banner)
                self.host.notify(summary.banner, severity="warning", timeout=10, markup=False)

    # Reading the store.

    @on(m.ScanMoved)
    def _scan_moved(self, message: m.ScanMoved) -> None:
        self.header.progress = message.progress
        self.header.refresh()
        if message.progress.finished and not self._whole:
            self._look_again()
            self._deepens = True
            self.erasing.ask_for_overdue()
        self._whole = message.progress.finished
        self.traces.scanning = not message.progress.finished
        if self._whole or (message.progress.traces and not self.loader.busy("rows") and self._rested()):
            self.refresh_rows()

    def _look_again(self) -> None:
        """Names that the rest of a store states are hidden by now: what is shown is drawn anew if it differs."""
        if self.shown is not None:
            self._again = self.shown
            self.loader.trace(self._again[0])
            self.loader.span(*self._again)

    def _rested(self) -> bool:
        """Whether the list may be asked for again: never more than a fifth of the time goes there."""
        return time.monotonic() - self._last_rows >= self._pause

    def refresh_rows(self) -> None:
        """Ask for the list as it is now filtered and sorted."""
        self._last_rows = time.monotonic()
        traces = self.traces
        self.loader.rows(traces.query_text, traces.sort, self.follow.key(), whole=self._whole)

    @on(m.RowsReady)
    def _rows_ready(self, message: m.RowsReady) -> None:
        traces = self.traces
        if self._deepens:
            self._deepens = False
            self.set_timer(_CALM, self.loader.deepen)
        if (message.query, message.sort) != (traces.query_text, traces.sort):
            return
        self._pause = max(0.25, message.seconds * 4)
        self.ask.answered(message.query, message.rows.count)
        # Who has begun to follow meanwhile stays with the newest.
        position = None if self.follow.key() is None else message.position
        traces.use(message.rows, position, message.today, many_days=message.many_days)
        if message.bars is not None:
            self.header.bars = message.bars
            self.header.refresh()
        if not traces.row_count:
            self._nothing()

    def _nothing(self) -> None:
        self.traces.key = None
        self.shown = None
        self.spans.clear()
        self.detail.use(None, None, {})

    @on(Pane.Moved)
    def _moved(self, message: Pane.Moved) -> None:
        if isinstance(message.pane, Traces):
            self._trace_moved()
        elif isinstance(message.pane, Spans):
            self._span_moved()

    def _trace_moved(self) -> None:
        self.follow.show()
        row = self.traces.current()
        if row is None or row.key == self.traces.key:
            return
        self.traces.key = row.key
        self.spans.reading = True
        self.spans.refresh()
        self.loader.trace(row.key)

    @on(m.TraceReady)
    def _trace_ready(self, message: m.TraceReady) -> None:
        if message.key != self.traces.key:
            return
        first = self.walk.take_goal(message)
        if self._again is not None and self._again[0] == message.key and not first:
            if message.trace == self.spans.trace:
                return
            first = next((i for i, n in enumerate(message.trace.nodes) if n.index == self._again[1]), 0)
        self.shown = None
        self.spans.use(message.trace, message.tree, first)
        if not message.trace.nodes:
            self.detail.use(message.trace, None, {})

    def _span_moved(self) -> None:
        node, key = self.spans.node(), self.traces.key
        if node is None or key is None or self.spans.reading or self.shown == (key, node.index):
            return
        self.shown = (key, node.index)
        self.loader.span(key, node.index)

    @on(m.SpanReady)
    def _span_ready(self, message: m.SpanReady) -> None:
        if self.shown == (message.key, message.index):
            again, self._again = self._again, None
            if again == self.shown and message.span == self.detail.span:
                return
            if self.unveil.stale(message.span):
                self.loader.span(*self.shown)
                return
            if self.detail.holds(message.span):
                self.detail.swap(message.span, message.counts)
                return
            self.detail.use(self.spans.trace, message.span, message.counts)
            self.witness.shown(message.key)
            if self.detail.tab == AUDIT and self.detail.audit is None:
                self.loader.audit(message.key)

    @on(m.Opened)
    def _opened_values(self, message: m.Opened) -> None:
        self.unveil.opened()

    @on(m.AuditReady)
    def _audit_ready(self, message: m.AuditReady) -> None:
        if message.key == self.traces.key:
            self.detail.use_audit(message.records)

    @on(m.Free)
    def _free(self, message: m.Free) -> None:
        self.loader.free(message.slot)

    @on(m.Failed)
    def _failed(self, message: m.Failed) -> None:
        if message.what in ("rows", "scan"):
            self._list_failed(message.error)
        else:
            self.spans.reading = False
            self.spans.refresh()
            self.host.tell(message.error)

    @on(Traces.Broken)
    def _broken(self, message: Traces.Broken) -> None:
        self.traces.fail(message.error)

    def _list_failed(self, error: InspectorError) -> None:
        if self.ask.refused(error):
            return
        if self.traces.row_count:
            self.host.tell(error)
        else:
            self.traces.scanning = False
            self.traces.fail(error)

    # Moving between panes.

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        for stage, pane in self.panes().items():
            if pane is event.widget:
                self.stage = stage
        self.show_footer()

    def show_footer(self) -> None:
        footer = self.query_one(Footer)
        if self.chord.on:
            footer.show(Place.COPY, note="copy redacted:")
        else:
            place = self.panes()[self.stage].PLACE
            footer.show(place, Place.LIST, Place.BROWSE, Place.APP)

    def places(self) -> tuple[Place, ...]:
        """Where the user is, nearest first: what help and the palette offer."""
        return (self.panes()[self.stage].PLACE, Place.LIST, Place.BROWSE, Place.COPY, Place.APP)

    def action_enter(self) -> None:
        if self.stage is Stage.DETAIL:
            self.detail.toggle()
        elif self.traces.row_count:
            self.go(Stage(self.stage + 1))

    def action_back(self) -> None:
        if self.zoomed:
            self.zoomed = False
            self.lay_out()
        elif (
            self.stage is Stage.SPANS and self.spans.span_tree is not None and self.spans.span_tree.root >= 0
        ):
            self.spans.action_subtree()
        elif self.stage > Stage.TRACES:
            self.go(Stage(self.stage - 1))

    def action_pane_next(self) -> None:
        self.go(Stage((self.stage + 1) % len(Stage)))

    def action_pane_previous(self) -> None:
        self.go(Stage((self.stage - 1) % len(Stage)))

    def action_zoom_pane(self) -> None:
        self.zoomed = not self.zoomed
        self.lay_out()

    @on(Pane.Opened)
    def _opened(self, message: Pane.Opened) -> None:
        self.action_enter()

    @on(m.Located)
    def _located(self, message: m.Located) -> None:
        self.walk.located(message)

    @on(m.HitsFound)
    def _hits_found(self, message: m.HitsFound) -> None:
        self.walk.found(message)

    @on(m.TicksReady)
    def _ticks_ready(self, message: m.TicksReady) -> None:
        self.walk.ticked(message)

    # Search, filter, commands.

    def action_search(self) -> None:
        self.ask.open("search", self.walk.finding.query, "words that the redacted text of a span holds")

    def action_filter(self) -> None:
        text = self.traces.query_text or self.walk.finding.query
        self.ask.open("filter", text, "a query, as: refund status:error dur>2s")

    def ask_command(self) -> None:
        """`:`, which the app is bound to."""
        self.ask.open("command", "", "an action, as: sort")

    def on_prompt_left(self) -> None:
        self.ask.close()

    def on_prompt_entered(self, message: Prompt.Entered) -> None:
        match message.use:
            case "filter":
                self.ask.filter(message.text)
            case "bookmark":
                self.ask.close()
                self.remember.name(message.text)
            case "go":
                self.ask.close()
                self.going.to(message.text)
            case "search":
                self.ask.close()
                self.walk.search(message.text)
            case "reason":
                self.unveil.entered(message.text)
            case _:
                self.ask.close()
                self.run_worker(self.ask.command(message.text), description="command")

    def action_clear(self) -> None:
        self.walk.search("")
        if self.traces.query_text:
            self.ask.filter("")
        if self.spans.span_tree is not None and self.spans.span_tree.root >= 0:
            self.spans.action_subtree()

    def show_query(self) -> None:
        """What is searched and filtered, in the header."""
        self.header.query_text = self.traces.query_text
        self.header.search_text = self.walk.finding.label(self.host.glyphs.more)
        self.header.refresh()

    # What the helpers do.

    def on_key(self, event: events.Key) -> None:
        self.chord.key(event)

    # The registry.

    async def action_perform(self, id: str) -> None:
        """Do an action of the registry by its id, on whatever it belongs to."""
        for action in at(*self.places()):
            if action.id == id:
                if action.place is Place.COPY:
                    self.chord.copy(id)
                elif action.place is Place.BROWSE:
                    await self._do(action)
                else:
                    await self._node(action.place).run_action(action.method)
                return

    async def _do(self, action: Action) -> None:
        """By the first of the helpers, or the screen, that has the action's method."""
        for doer in (self, *self.doers):
            method = getattr(doer, f"action_{action.method}", None)
            if method is not None:
                done = method()
                if isawaitable(done):
                    await done
                return

    def _node(self, place: Place) -> Pane | App[object]:
        """Who does the actions of a place."""
        return self.app if place is Place.APP else self.panes()[self.stage]
