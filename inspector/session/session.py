"""The redacted view of open stores: the one door from raw to shown.

What only a search, a filter or following needs is imported by them: the first rows wait for every import.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from msgspec.structs import replace

from inspector.errors import Denied, NotFound
from inspector.session.limited import limited
from inspector.session.locks import Locks
from inspector.session.nodes import show_nodes
from inspector.session.opened import Opened
from inspector.session.rows import SessionRows, trace_row
from inspector.session.show import raw_text, show_span, shown_annotations
from inspector.session.veil import Veil
from inspector.view import (
    NEWEST_FIRST,
    Hit,
    Progress,
    ShownProblem,
    ShownTrace,
    Sort,
    StoreSummary,
    TraceKey,
    sanitise,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from inspector.access.limits import Limit
    from inspector.model import Span
    from inspector.redaction.stream import Stats, Writer
    from inspector.session.opened import Loaded
    from inspector.session.search import Found
    from inspector.session.trail import Trail
    from inspector.session.unveiling import Request, Unveiling
    from inspector.session.veil import Engine
    from inspector.stores.base import Store
    from inspector.view import Badge, Rows, ShownSpan, Unlocked


_NONE = array("I")


class Session:
    """Implements `inspector.view.View`. Takes over the stores: `close` closes them."""

    def __init__(
        self,
        stores: Sequence[Store],
        engine: Engine,
        badge: Badge,
        workers: int = 0,
        key_of: Callable[[Path], bytes] | None = None,
        cache_max: int = 0,
        limit: Limit | None = None,
        unveiling: Unveiling | None = None,
    ) -> None:
        """`key_of` gives the key of a store's tags; without it all stores share the engine's. `workers`: how
        many processes read, 0 for one a core. `cache_max`: bytes of kept indexes, 0 for none. `limit`: what
        exists for who is looking, none for everything. `unveiling` opens what is hidden; without it
        nothing does."""
        self._badge = badge
        self._workers = workers
        self.limit = limit
        self.unveiling = unveiling
        locks = Locks(None if unveiling is None else unveiling.needs)
        self._stores = [
            self._opened(
                store,
                Veil(engine if key_of is None else engine.under(key_of(store.info.path)), locks),
                cache_max,
            )
            for store in stores
        ]
        self._closed = False

    def _opened(self, store: Store, veil: Veil, cache_max: int = 0) -> Opened:
        return Opened(limited(store, self.limit, veil), veil, self._workers, cache_max)

    def badge(self) -> Badge:
        return self._badge

    def permits(self, query: str) -> None:
        """Raises Denied for a query that names what the role's limits keep from it."""
        if self.limit is not None and query.strip():
            from inspector.query.parser import parse

            self.limit.permits(parse(query))

    def summaries(self) -> Sequence[StoreSummary]:
        return [_summary(opened) for opened in self._stores]

    def scan(self, report: Callable[[Progress], None], stopped: Callable[[], bool]) -> None:
        for opened in self._stores:
            opened.scan(lambda: report(self.progress()), stopped)
        for opened in self._stores:
            opened.learn_names(stopped)
        if not stopped():
            report(self.progress())

    def deepen(self, stopped: Callable[[], bool]) -> None:
        import inspector.session.choosing  # noqa: F401  # the first query doesn't wait for it

        for opened in list(self._stores):
            if not stopped():
                opened.find_types(stopped)

    def follow(self, report: Callable[[Progress], None], stopped: Callable[[], bool]) -> None:
        from inspector.session.following import Following

        Following(self._stores, self._again).run(lambda: report(self.progress()), stopped)

    def _again(self, opened: Opened) -> Opened | None:
        """The file that now has an open store's name, as a store of its own, read to where it is."""
        from inspector.session.following import reopened

        store = reopened(opened.store)
        if store is None:
            return None
        fresh = self._opened(store, opened.veil)
        fresh.scan(lambda: None, lambda: self._closed)
        self._stores.append(fresh)
        return fresh

    def progress(self) -> Progress:
        return Progress(
            done=sum(o.done for o in self._stores),
            total=sum(o.store.info.bytes for o in self._stores),
            traces=sum(o.index.count for o in self._stores),
            spans=sum(o.index.span_count for o in self._stores),
            finished=all(o.finished and o.named for o in self._stores),
        )

    def rows(self, query: str = "", sort: Sort = NEWEST_FIRST) -> Rows:
        stores = tuple(self._stores)
        if not query.strip():
            return SessionRows(stores, [_NONE if opened.gone else None for opened in stores], sort)
        from inspector.session.choosing import Chooser

        chooser = Chooser(query)
        chosen = [_NONE if opened.gone else chooser.rows(opened, lambda: self._closed) for opened in stores]
        return SessionRows(stores, chosen, sort)

    def find(self, trace_id: str) -> TraceKey | None:
        for number, opened in enumerate(self._stores):
            row = opened.index.find(trace_id)
            if row is not None:
                return TraceKey(number, row)
        return None

    def trace(self, key: TraceKey) -> ShownTrace:
        loaded = self._load(key)
        trace, veil = loaded.trace, self._stores[key.store].veil
        return ShownTrace(
            row=trace_row(self._stores, key),
            nodes=show_nodes(trace.spans, loaded.branches, veil),
            attributes=veil.attributes(trace.attributes, "attributes"),
            input=None if trace.input is None else veil.value(trace.input, (), "input"),
            output=None if trace.output is None else veil.value(trace.output, (), "output"),
            annotations=shown_annotations(trace.annotations, veil),
            side=len(trace.side),
            raw=raw_text(trace.raw, veil),
        )

    def span(self, key: TraceKey, index: int, *, raw: bool = True) -> ShownSpan:
        loaded = self._load(key)
        if not 0 <= index < len(loaded.trace.spans):
            raise NotFound("The trace has no such span any more.", "Reload the store.")
        span, flags = loaded.span(index)
        veil = self._stores[key.store].veil
        shown = show_span(span, veil, flags, raw=raw)
        if self.unveiling is not None:
            shown = self.unveiling.shown(key, index, span, veil, shown)
        if shown.conversation or shown.input is not None or shown.output is not None:
            return shown
        from inspector.session.conversation.retelling import retold

        return replace(shown, conversation=retold(loaded.below(index), veil))

    def search(self, query: str, stopped: Callable[[], bool]) -> Iterator[Hit]:
        from inspector.session.search import id_label

        for found in self._found(query, stopped):
            row, veil = TraceKey(found.store, found.row), self._stores[found.store].veil
            yield Hit(
                row,
                found.index,
                id_label("trace", found.span.trace_id, veil),
                id_label("span", found.span.span_id, veil),
                found.path,
                found.snippet,
                self._stores[found.store].name,
            )

    def count(self, query: str, stopped: Callable[[], bool]) -> int:
        return sum(1 for _ in self._found(query, stopped))

    def locate(self, hit: Hit) -> Hit:
        if hit.key.row >= 0 and hit.span >= 0:
            return hit
        from inspector.session.search import id_label

        row = self._stores[hit.key.store].index.find(str(hit.trace_id))
        if row is None:
            raise NotFound("The trace isn't in the list yet.", "Try again when the store is read.")
        key = TraceKey(hit.key.store, row)
        spans = self._load(key).trace.spans
        wanted = str(hit.span_id)
        for index, span in enumerate(spans):
            if str(id_label("span", span.span_id, self._stores[hit.key.store].veil)) == wanted:
                return replace(hit, key=key, span=index)
        raise NotFound("The trace has no such span any more.", "Reload the store.")

    def _found(self, query: str, stopped: Callable[[], bool]) -> Iterator[Found]:
        from inspector.session.search import Search
        from inspector.session.wanted import wanted

        sought = wanted(query)
        if not sought.words and sought.plain:
            return
        search = Search(self._stores, sought, stopped)
        for number, opened in enumerate(self._stores):
            opened.learn_names(stopped)
            if not opened.begun and search.needs_index(number):
                opened.scan(lambda: None, stopped)
        yield from search.run()

    def stream(
        self,
        store: int,
        rows: Sequence[int] | None,
        writer: Writer,
        read: Callable[[int], None] = lambda size: None,
    ) -> Stats | None:
        """Write the OTLP lines of a store's `rows`, or of all of it, redacted; none where it isn't kept so.

        Reads bytes rather than spans; `read` is told how many each time, and may raise to stop. Call `scan`
        first, so that people whom the store names are known.
        """
        from inspector.session import streaming

        opened = self._stores[store]
        if opened.store.info.format.id != streaming.OTLP:
            return None
        if not streaming.chosen_lines(opened):
            return None
        if rows is None and streaming.whole_text(opened):
            return streaming.stream_whole(opened, writer, read)
        every = range(opened.index.count)
        return streaming.stream_chosen(opened, every if rows is None else rows, writer, read)

    def copy(self, store: int, place: Path, *, packed: bool = False) -> Stats:
        """Write a redacted copy of a store in its own format into an empty file. Raises UsageError where its
        parts can't be told from others'."""
        from inspector.session.copying import copy

        return copy(self._stores[store], place, packed=packed)

    def reveal(self, request: Request, trail: Trail) -> Unlocked:
        """Open what a request names; see `Unveiling.reveal`."""
        if self.unveiling is None:
            raise Denied("Nothing can be opened here.", "Open the store with inspector STORE.")
        span = self._raw(request.key, request.index)
        veil = self._stores[request.key.store].veil
        path = self._stores[request.key.store].store.info.path
        of = trail.store(path, "trace", span.trace_id)
        return self.unveiling.reveal(request, span, veil, show_span(span, veil), trail, of)

    def _raw(self, key: TraceKey, index: int) -> Span:
        spans = self._load(key).trace.spans
        if not 0 <= index < len(spans):
            raise NotFound("The trace has no such span any more.", "Reload the store.")
        return spans[index]

    def stores(self) -> Sequence[Store]:
        """Raw: for those beside the view that lifecycle and audit serve."""
        return [opened.store for opened in self._stores]

    def identity(self, key: TraceKey) -> tuple[str, frozenset[str]]:
        """The trace's id and the ids of the persons in it, as stored: for keyed marks, never for showing."""
        trace = self._load(key).trace
        return trace.head.trace_id, frozenset(ref.id for span in trace.spans for ref in span.subjects)

    def close(self) -> None:
        self._closed = True
        if self.unveiling is not None:
            self.unveiling.close()
        for opened in self._stores:
            opened.close()

    def _load(self, key: TraceKey) -> Loaded:
        if not (0 <= key.store < len(self._stores) and 0 <= key.row < self._stores[key.store].index.count):
            raise NotFound("The trace isn't in the store any more.", "Reload the store.")
        return self._stores[key.store].load(key.row)


def _summary(opened: Opened) -> StoreSummary:
    info, totals = opened.store.info, opened.index.totals()
    return StoreSummary(
        name=opened.name,
        format=info.format.id,
        schema=info.schema,
        traces=totals.traces,
        spans=totals.spans,
        errors=totals.errors,
        oldest=totals.oldest,
        newest=totals.newest,
        bytes=info.bytes,
        writable=info.writable,
        side_records=totals.side,
        problems=tuple(
            ShownProblem(sanitise(where), sanitise(what), n) for where, what, n in opened.index.problems()
        ),
        banner=sanitise(info.banner),
    )
