"""A stored trace as the query language asks of it: the exact engine on which every plan rests.

Unlike lists and searches it looks at what is stored, not at what is shown; only what a detector has to say
(`pii`, `level`, `has:locked`) comes from the redacted span.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from inspector.model import Status
from inspector.session import raw_facts
from inspector.session.raw_facts import attribute_leaves
from inspector.session.show import show_span
from inspector.session.span_facts import SpanSeen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from inspector.model import SpanHead, Trace, TraceHead
    from inspector.query.facts import Scalar
    from inspector.session.veil import Veil

_SHOWN: Final = frozenset(("pii", "level"))
_SPAN_HEADS: Final = frozenset(
    "span kind status dur tokens cost name service project environment session user tag".split()
)
"""What a head says as the loaded span does."""


class RawSpan(raw_facts.RawFacts):
    """Implements `inspector.query.SpanFacts`: of what `has` asks for, what is stored counts."""

    @cached_property
    def _seen(self) -> SpanSeen:
        return SpanSeen(show_span(self._span, self._veil, self._span.flags, lean=True))

    def values(self, field: str) -> Collection[Scalar] | None:
        if field == "has":
            return self._has()
        return self._seen.values(field) if field in _SHOWN else super().values(field)

    def _has(self) -> set[str]:
        span = self._span
        given = {
            "events": bool(span.events),
            "error": span.status is Status.ERROR,
            "exception": any(event.name == "exception" for event in span.events),
            "links": bool(span.links),
            "input": span.input is not None,
            "output": span.output is not None,
            "model": span.model is not None,
            "tokens": span.tokens.sum is not None,
            "cost": span.cost is not None,
            "session": span.session is not None,
            "user": span.user is not None,
            "tags": bool(span.tags),
            "annotations": bool(span.annotations),
            "parent": span.parent_id is not None,
            "problems": bool(span.flags),
        }
        shown = self._seen.values("has") or ()
        return {name for name, yes in given.items() if yes} | {
            str(name) for name in shown if name not in given
        }


class RawTrace:
    """Implements `inspector.query.TraceFacts` of a trace that is loaded whole."""

    def __init__(self, trace: Trace, heads: Heads, veil: Veil, store: str) -> None:
        self._trace = trace
        self._heads = heads
        self._veil = veil
        self._store = store

    def values(self, field: str) -> Collection[Scalar] | None:
        return self._heads.values(field, self._store)

    def texts(self) -> Iterable[str]:
        head = self._heads
        yield from (head.trace_id, *head.texts())
        for _, keys, value in attribute_leaves("attributes", self._trace.attributes):
            yield from (str(key) for key in keys)
            yield "" if value is None else str(value)

    def spans(self) -> Sequence[RawSpan]:
        return [RawSpan(span, self._veil) for span in self._trace.spans]


class Heads:
    """What a scan says of one trace: enough for most rules, so that few traces are loaded."""

    __slots__ = ("spans", "trace_id", "traces")

    def __init__(self, trace_id: str) -> None:
        self.trace_id = trace_id
        self.spans: list[SpanHead] = []
        self.traces: list[TraceHead] = []

    @property
    def start(self) -> int | None:
        """The trace's own start where the store gives one, else its first span's."""
        own = [head.start for head in self.traces if head.start is not None]
        starts = own or [span.start for span in self.spans if span.start is not None]
        return min(starts, default=None)

    @property
    def end(self) -> int | None:
        ends = [head.end for head in self.traces] + [span.end for span in self.spans]
        return max((end for end in ends if end is not None), default=None)

    @property
    def newest(self) -> int | None:
        """The latest moment that any part of it speaks of."""
        times = [t for span in self.spans for t in (span.start, span.end) if t is not None]
        return max([*times, *([self.start] if self.start is not None else [])], default=None)

    @property
    def in_progress(self) -> bool:
        return any(span.status is Status.IN_PROGRESS or (span.start is not None and span.end is None)
                   for span in self.spans)  # fmt: skip

    def values(self, field: str, store: str = "") -> Collection[Scalar] | None:
        match field:
            case "trace":
                return [self.trace_id]
            case "start":
                return _given(self.start)
            case "dur":
                start, end = self.start, self.end
                return [] if start is None or end is None else [end - start]
            case "errors":
                return [sum(span.status is Status.ERROR for span in self.spans)]
            case "spans":
                return [len(self.spans)]
            case "tokens":
                return _given(self._tokens())
            case "cost":
                costs = [x.cost for x in (self.traces or self.spans) if x.cost is not None]
                return [sum(costs)] if costs else []
            case "store":
                return [store]
            case "tag":
                return list(
                    {t for h in self.traces for t in h.tags} | {t for s in self.spans for t in s.tags}
                )
            case "name":
                return _given(self._name())
            case "session" | "user" | "project" | "environment" | "service":
                return list({v for x in (*self.traces, *self.spans) if (v := getattr(x, field)) is not None})
        return []

    def _name(self) -> str | None:
        own = next((head.name for head in self.traces if head.name), None)
        ids = {span.span_id for span in self.spans}
        root = next((s for s in self.spans if not s.parent_id or s.parent_id not in ids), None)
        return own or (root.name if root is not None else None)

    def _tokens(self) -> int | None:
        own = [head.tokens.sum for head in self.traces if head.tokens.sum is not None]
        counts = own or [span.tokens for span in self.spans if span.tokens is not None]
        return sum(counts) if counts else None

    def texts(self) -> Iterable[str]:
        for field in ("name", "session", "user", "project", "environment", "service", "tag"):
            yield from (str(value) for value in self.values(field) or ())


class HeadFacts:
    """Implements `TraceFacts` by heads alone: what only a loaded trace could say is not known."""

    def __init__(self, heads: Heads, store: str) -> None:
        self._heads = heads
        self._store = store

    def values(self, field: str) -> Collection[Scalar] | None:
        return self._heads.values(field, self._store)

    def texts(self) -> Iterable[str]:
        return ()

    def spans(self) -> Iterable[HeadSpan]:
        return [HeadSpan(span) for span in self._heads.spans]


class HeadSpan(raw_facts.HeadFacts):
    """Implements `SpanFacts` by a head, which doesn't know all."""

    def values(self, field: str) -> Collection[Scalar] | None:
        return super().values(field) if field in _SPAN_HEADS else None


def _given(value: Scalar) -> list[Scalar]:
    return [] if value is None else [value]
