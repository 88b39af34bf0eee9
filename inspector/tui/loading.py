"""Everything that takes time, off the UI thread: one worker a kind of work, the newest request wins."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from inspector.errors import InspectorError, NotFound
from inspector.tui import format as fmt
from inspector.tui import messages as m
from inspector.tui.panes.detail import counts_of
from inspector.tui.rows import PAGE
from inspector.tui.tree import Tree
from inspector.view import Unveils

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.message import Message
    from textual.widget import Widget

    from inspector.view import Hit, Progress, Rows, Sort, TraceKey, View

_EVERY = 0.1
"""Seconds between two reports of a scan or a search."""
_WAIT = 0.5
"""Seconds that reading waits at most for the first rows."""
_PARTS = 240
"""Parts of the header's histogram."""


class Loader:
    """Asked on the UI thread; answers as messages to `owner`."""

    def __init__(self, view: View, owner: Widget) -> None:
        self.view = view
        self._owner = owner
        self._busy: set[str] = set()
        self._waiting: dict[str, Callable[[], None]] = {}
        self.stopped = False
        self.begun = False
        """Whether the stores are being read, which the first frame doesn't wait for."""
        self._first = threading.Event()
        """Set once the first rows are judged: until then reading on would only take the processor from them."""
        self._search = 0
        self._follow = 0

    # Slots.

    def busy(self, slot: str) -> bool:
        return slot in self._busy

    def free(self, slot: str) -> None:
        """The slot's work is done: start what waits."""
        self._busy.discard(slot)
        work = self._waiting.pop(slot, None)
        if work is not None and not self.stopped:
            self._ask(slot, work)

    def _ask(self, slot: str, work: Callable[[], None]) -> None:
        if slot in self._busy:
            self._waiting[slot] = work
            return
        self._busy.add(slot)
        # Without a description Textual takes the repr of the work, and that would be of data.
        self._owner.run_worker(
            partial(self._run, slot, work), name=slot, group=slot, description=slot, thread=True
        )

    def _run(self, slot: str, work: Callable[[], None]) -> None:
        try:
            work()
        except InspectorError as error:
            self._post(m.Failed(error, slot))
        finally:
            self._post(m.Free(slot))

    def _post(self, message: Message) -> None:
        if not self.stopped:
            self._owner.post_message(message)

    def stop(self) -> None:
        """Let every worker leave as soon as it looks."""
        self.stopped = True

    # What can be asked.

    def beside(self, slot: str, work: Callable[[], None]) -> None:
        """Work of a helper's own, which answers by itself; an error is told as any other."""
        self._ask(slot, work)

    def situation(self) -> None:
        self._ask("situation", lambda: self._post(m.Situation(self.view.badge(), self.view.summaries())))

    def scan(self) -> None:
        self.begun = True
        self._ask("scan", self._scan)

    def _scan(self) -> None:
        last = 0.0

        def report(progress: Progress) -> None:
            nonlocal last
            now = time.monotonic()
            if progress.finished or now - last >= _EVERY:
                last = now
                self._post(m.ScanMoved(progress))
                if progress.traces and not self._first.is_set():
                    self._first.wait(_WAIT)
                    self._first.set()

        self.view.scan(report, lambda: self.stopped)
        self._post(m.ScanMoved(self.view.progress()))
        self._post(m.Situation(self.view.badge(), self.view.summaries()))

    def deepen(self) -> None:
        self._ask("deepen", lambda: self.view.deepen(lambda: self.stopped))

    def rows(self, query: str, sort: Sort, key: TraceKey | None, *, whole: bool) -> None:
        """The list anew; `whole` once the scan has finished, when its histogram is worth the work."""
        self._ask("rows", partial(self._rows, query, sort, key, whole))

    def _rows(self, query: str, sort: Sort, key: TraceKey | None, whole: bool) -> None:
        began = time.monotonic()
        early = not self._first.is_set()
        rows = self.view.rows(query, sort)
        count = rows.count
        position = rows.position(key) if key is not None else None
        first = [row.start for row in rows.page(0, PAGE if early else 1)[:1]]
        last = [row.start for row in rows.page(count - 1, 1)] if count > 1 else first
        ends = [at for at in (*first, *last) if at is not None]
        bars = rows.times(_PARTS) if not early and (whole or count <= 500) else None
        days = {fmt.day(at) for at in ends}
        today = bars.end if bars is not None else max(ends, default=None)
        many = len(days) > 1 or (bars is not None and fmt.day(bars.start) != fmt.day(bars.end))
        spent = time.monotonic() - began
        self._post(m.RowsReady(rows, query, sort, position, today, many, bars, spent))
        self._first.set()

    def trace(self, key: TraceKey) -> None:
        self._ask("trace", partial(self._trace, key))

    def _trace(self, key: TraceKey) -> None:
        trace = self.view.trace(key)
        tree = Tree(trace.nodes)
        _ = tree.timing, tree.steps, tree.services  # worked out here, not while a frame waits
        self._post(m.TraceReady(key, trace, tree))

    def span(self, key: TraceKey, index: int) -> None:
        self._ask("span", partial(self._span, key, index))

    def _span(self, key: TraceKey, index: int) -> None:
        span = self.view.span(key, index)
        self._post(m.SpanReady(key, index, span, counts_of(span)))

    def viewed(self, key: TraceKey) -> None:
        self._ask("viewed", lambda: self.view.viewed(key))

    def filtered(self, query: str, traces: int) -> None:
        self._ask("filtered", lambda: self.view.filtered(query, traces))

    def audit(self, key: TraceKey) -> None:
        self._ask("audit", lambda: self._post(m.AuditReady(key, self.view.audit_of(key))))

    def reveal(self, key: TraceKey, index: int, path: str, reason: str, purpose: str) -> None:
        self._ask("unveil", partial(self._reveal, key, index, path, reason, purpose))

    def _reveal(self, key: TraceKey, index: int, path: str, reason: str, purpose: str) -> None:
        if isinstance(self.view, Unveils):
            self.view.reveal(key, index, path, reason, purpose)
            self._post(m.Opened())

    def plaintext(self, key: TraceKey, index: int, path: str, then: Callable[[str], None]) -> None:
        """`then` gets the text on the UI thread; no message carries it."""
        self._ask("plaintext", partial(self._plaintext, key, index, path, then))

    def _plaintext(self, key: TraceKey, index: int, path: str, then: Callable[[str], None]) -> None:
        if isinstance(self.view, Unveils):
            text = self.view.plaintext(key, index, path)
            self._owner.app.call_from_thread(then, text)

    def search(self, query: str) -> None:
        self._search += 1
        self._ask("search", partial(self._find, query, self._search))

    def stop_search(self) -> None:
        self._search += 1

    def _find(self, query: str, number: int) -> None:
        def stopped() -> bool:
            return self.stopped or number != self._search

        found: list[Hit] = []
        last = time.monotonic()
        for hit in self.view.search(query, stopped):
            found.append(hit)
            now = time.monotonic()
            if now - last >= _EVERY or len(found) == 1:
                self._post(m.HitsFound(query, found, False))
                found, last = [], now
            if stopped():
                return
        self._post(m.HitsFound(query, found, True))

    def ticks(self, rows: Rows, query: str, hits: Sequence[Hit]) -> None:
        self._ask("ticks", partial(self._ticks, rows, query, hits))

    def _ticks(self, rows: Rows, query: str, hits: Sequence[Hit]) -> None:
        self._post(m.TicksReady(query, sorted({at for at in rows.starts(hits) if at is not None})))

    def go_to(self, rows: Rows, trace_id: str) -> None:
        self._ask("locate", partial(self._go_to, rows, trace_id))

    def _go_to(self, rows: Rows, trace_id: str) -> None:
        key = self.view.find(trace_id)
        if key is None:
            raise NotFound(
                "No trace has this id, or several begin so.", "Give its first 4 characters or more."
            )
        self._post(m.Located(key, rows.position(key), None))

    def go_to_time(self, rows: Rows, moment: int, *, descending: bool) -> None:
        self._ask("locate", partial(self._go_to_time, rows, moment, descending))

    def _go_to_time(self, rows: Rows, moment: int, descending: bool) -> None:
        from inspector.tui.screens.going import place_of

        at = place_of(rows, moment, descending=descending)
        for row in rows.page(at, 1):
            self._post(m.Located(row.key, at, None))

    def locate(self, rows: Rows, hit: Hit) -> None:
        self._ask("locate", partial(self._locate, rows, hit))

    def _locate(self, rows: Rows, hit: Hit) -> None:
        there = self.view.locate(hit)
        self._post(m.Located(there.key, rows.position(there.key), there.span))

    def follow(self) -> None:
        self._follow += 1
        self._ask("follow", partial(self._followed, self._follow))

    def stop_follow(self) -> None:
        self._follow += 1

    def _followed(self, number: int) -> None:
        self.view.follow(
            lambda progress: self._post(m.ScanMoved(progress)),
            lambda: self.stopped or number != self._follow,
        )

    def next_error(self, rows: Rows, start: int, step: int) -> None:
        """The nearest trace with errors after (1) or before (-1) the row `start`."""
        self._ask("locate", partial(self._next_error, rows, start, step))

    def _next_error(self, rows: Rows, start: int, step: int) -> None:
        size = 256
        at = start + step
        while 0 <= at < rows.count and not self.stopped:
            low = at if step > 0 else max(at - size + 1, 0)
            page = rows.page(low, size if step > 0 else at - low + 1)
            order = range(len(page)) if step > 0 else range(len(page) - 1, -1, -1)
            for i in order:
                if page[i].errors:
                    self._post(m.Located(page[i].key, low + i, "error" if step > 0 else "last error"))
                    return
            at = low + len(page) if step > 0 else low - 1
            if not page:
                break
        self._post(m.Located(None, None, "error"))
