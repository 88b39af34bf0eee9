"""A store of which only those spans exist that a role may see.

It stands before the index, so lists, counts, totals, completion and search can't know of the others. It has
none of the fast ways into a store: those read bytes of which nobody has asked whose they are. The query
language is imported where there is a limit: most who look have none.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from inspector.errors import NotFound
from inspector.model import Batch, Trace, TraceHead
from inspector.stores.base import HasWindows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.access.limits import Limit
    from inspector.model import Place, SideRecord, Span, SpanHead
    from inspector.session.veil import Veil
    from inspector.stores.base import Store, StoreInfo

BANNER: Final = "This role sees a part of the store; what lies outside is not counted."


class LimitedStore:
    """Implements `inspector.stores.base.Store` over another."""

    def __init__(self, inner: Store, limit: Limit, veil: Veil) -> None:
        from inspector.query.evaluation import Matcher
        from inspector.session.raw_facts import tells_from_heads

        self.inner = inner
        self.limit = limit
        self._veil = veil
        self._matcher = Matcher(limit.node, now=time.time_ns())
        self._shallow = tells_from_heads(limit.node)
        self._name = str(inner.info.path)
        self._heads: dict[str, TraceHead] = {}

    @property
    def info(self) -> StoreInfo:
        info = self.inner.info
        return replace(info, writable=False, banner=f"{info.banner} {BANNER}".strip())

    def scan(self) -> Iterator[Batch]:
        if self.inner.info.format.container == "sqlite":
            # What is said of a trace may lie in another table than its spans, and be read after them.
            for batch in self.inner.scan():
                self._note(batch.traces)
        for batch in self.inner.scan():
            yield self.permitted(batch)

    def permitted(self, batch: Batch) -> Batch:
        """The part of a batch that exists. What a trace says of all its spans together is left out."""
        self._note(batch.traces)
        spans = self._of_heads(batch.spans) if self._shallow else self._of_spans(batch.spans)
        traces = [_bare(self._heads[s.trace_id]) for s in spans if s.trace_id in self._heads]
        return Batch(spans=spans, traces=traces, problems=batch.problems, done=batch.done)

    def _note(self, heads: Sequence[TraceHead]) -> None:
        for head in heads:
            self._heads[head.trace_id] = head

    def _of_heads(self, heads: Sequence[SpanHead]) -> list[SpanHead]:
        from inspector.session.raw_facts import HeadFacts, TraceOfSpan

        return [
            head
            for head in heads
            if self._matcher.span(
                HeadFacts(head), TraceOfSpan(head, self._heads.get(head.trace_id), self._name)
            )
        ]

    def _of_spans(self, heads: Sequence[SpanHead]) -> list[SpanHead]:
        """What only the whole span tells: each trace of the batch is loaded, as far as the batch has it."""
        places: dict[str, list[Place]] = {}
        for head in heads:
            places.setdefault(head.trace_id, []).append(head.place)
        seen = {
            (span.trace_id, span.span_id, span.place)
            for trace_id, some in places.items()
            for span in self._loaded(trace_id, some)
        }
        return [head for head in heads if (head.trace_id, head.span_id, head.place) in seen]

    def _loaded(self, trace_id: str, places: Sequence[Place]) -> list[Span]:
        try:
            return self._visible(self.inner.load(trace_id, places))
        except NotFound:
            return []

    def _visible(self, trace: Trace) -> list[Span]:
        """A head that a scan has met says more than one that is put together from some places."""
        from inspector.session.raw_facts import RawFacts, TraceOfSpan

        head = self._heads.get(trace.head.trace_id, trace.head)
        return [
            span
            for span in trace.spans
            if self._matcher.span(RawFacts(span, self._veil), TraceOfSpan(span, head, self._name))
        ]

    def load(self, trace_id: str, places: Sequence[Place]) -> Trace:
        """The trace with the spans that exist; what it holds beside spans may be about the others."""
        trace = self.inner.load(trace_id, places)
        spans = self._visible(trace)
        if not spans:
            raise NotFound("This trace is no longer where it was.", "Reload the store: it has changed.")
        return Trace(_bare(trace.head), tuple(spans))

    def side_records(self) -> Iterator[SideRecord]:
        return iter(())

    def close(self) -> None:
        self.inner.close()


class LimitedWindows(LimitedStore):
    """The same over a store that gives its bytes: for nothing but the names that some field of it states."""

    def windows(self, overlap: int) -> Iterator[bytes]:
        assert isinstance(self.inner, HasWindows)
        return self.inner.windows(overlap)


def _bare(head: TraceHead) -> TraceHead:
    """Whose trace it is and where it ran; sums and names that the hidden spans are part of are left out."""
    return TraceHead(
        head.trace_id,
        session=head.session,
        user=head.user,
        project=head.project,
        environment=head.environment,
    )


def limited(store: Store, limit: Limit | None, veil: Veil) -> Store:
    """The store as far as it exists under a limit; itself where there is none."""
    if limit is None:
        return store
    return (
        LimitedWindows(store, limit, veil)
        if isinstance(store, HasWindows)
        else LimitedStore(store, limit, veil)
    )
