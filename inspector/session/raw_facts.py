"""A span as it is stored, as the query language asks of it: for limits, which nothing hidden may get around.

What a rule hides can't be matched in the redacted view, so a limit that denies a value would let it through
there. Only whether a span exists for a role is told from these facts; nothing of them is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.model import Multimap, Span, Tokens
from inspector.query.tree import Term, leaves
from inspector.session.show import show_span
from inspector.session.span_facts import SpanSeen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from inspector.model import Attributes, SpanHead, TraceHead, Value
    from inspector.query.facts import Leaf, Scalar
    from inspector.query.tree import Node
    from inspector.session.veil import Veil

_IN_HEADS: Final = frozenset(
    "span kind status dur tokens cost name model service project environment session user tag trace start age "
    "errors spans store".split()
)
_DEEPEST: Final = 50


def tells_from_heads(node: Node) -> bool:
    """Whether a span's head is enough to judge a query."""
    return all(isinstance(leaf, Term) and leaf.field in _IN_HEADS for leaf in leaves(node))


class HeadFacts:
    """Implements `inspector.query.SpanFacts` of what lists know of a span."""

    def __init__(self, head: SpanHead | Span) -> None:
        self._head = head

    def values(self, field: str) -> Collection[Scalar] | None:
        head = self._head
        match field:
            case "span":
                return [head.span_id]
            case "kind":
                return [head.kind.value, head.kind_written]
            case "status":
                return [head.status.value]
            case "dur":
                return [] if head.start is None or head.end is None else [head.end - head.start]
            case "tokens":
                tokens = head.tokens.sum if isinstance(head.tokens, Tokens) else head.tokens
                return [] if tokens is None else [tokens]
            case "tag":
                return list(head.tags)
            case "name":
                return [head.name]
            case "cost" | "model" | "service" | "project" | "environment" | "session" | "user":
                value: Scalar = getattr(head, field)
                return [] if value is None else [value]
        return []

    def leaves(self) -> Iterable[Leaf]:
        return ()

    def texts(self) -> Iterable[str]:
        return ()


class RawFacts(HeadFacts):
    """The same of a whole span."""

    def __init__(self, span: Span, veil: Veil) -> None:
        super().__init__(span)
        self._span = span
        self._veil = veil

    def values(self, field: str) -> Collection[Scalar] | None:
        if field == "event":
            return [event.name for event in self._span.events]
        if field in ("pii", "level", "has"):
            return SpanSeen(show_span(self._span, self._veil, lean=True)).values(field)
        return super().values(field)

    def leaves(self) -> Iterator[Leaf]:
        span = self._span
        yield from attribute_leaves("attributes", span.attributes)
        yield from attribute_leaves("resource", span.resource)
        for event in span.events:
            yield from attribute_leaves("event", event.attributes)
        for link in span.links:
            yield from attribute_leaves("link", link.attributes)
        yield from value_leaves("input", (), span.input, 0)
        yield from value_leaves("output", (), span.output, 0)

    def texts(self) -> Iterator[str]:
        span = self._span
        yield from (span.trace_id, span.span_id, span.name, span.status_message)
        yield from (
            t
            for t in (span.model, span.service, span.project, span.environment, span.session, span.user)
            if t
        )
        yield from span.tags
        yield from (event.name for event in span.events)
        for _, keys, value in self.leaves():
            yield from (key for key in keys if isinstance(key, str))
            if value is not None:
                yield value if isinstance(value, str) else str(value)


class TraceOfSpan:
    """Implements `inspector.query.TraceFacts` for one span: what its trace is called is the trace's, times and
    counts are the span's own, so that what it may not see says nothing."""

    def __init__(self, span: SpanHead | Span, head: TraceHead | None, store: str) -> None:
        self._span = span
        self._head = head
        self._store = store

    def values(self, field: str) -> Collection[Scalar] | None:
        match field:
            case "trace":
                return [self._span.trace_id]
            case "store":
                return [self._store]
            case "start":
                return [] if self._span.start is None else [self._span.start]
            case "errors":
                return [int(self._span.status.value == "error")]
            case "spans":
                return [1]
            case "tag":
                return [] if self._head is None else list(self._head.tags)
            case "name" | "session" | "user" | "project" | "environment" | "service":
                value: Scalar = getattr(self._head, field, None)
                return [] if value is None else [value]
        return []

    def texts(self) -> Iterable[str]:
        return ()

    def spans(self) -> Iterable[HeadFacts]:
        return ()


def attribute_leaves(section: str, attributes: Attributes) -> Iterator[Leaf]:
    for attribute in attributes:
        yield from value_leaves(section, (attribute.key,), attribute.value, 0)


def value_leaves(section: str, keys: tuple[str | int, ...], value: Value, depth: int = 0) -> Iterator[Leaf]:
    """Every scalar; a text that holds JSON gives what is in it as well."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from value_leaves(section, (*keys, i), item, depth + 1)
    elif isinstance(value, dict | Multimap):
        for key, below in value.pairs if isinstance(value, Multimap) else value.items():
            yield from value_leaves(section, (*keys, key), below, depth + 1)
    elif isinstance(value, bytes):
        yield section, keys, value.decode("utf-8", "replace")
    else:
        yield section, keys, value
        if isinstance(value, str) and value[:1] in ("{", "["):
            yield from _inside(section, keys, value, depth)


def _inside(section: str, keys: tuple[str | int, ...], text: str, depth: int) -> Iterator[Leaf]:
    import orjson

    try:
        inner: Value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return
    yield from value_leaves(section, keys, inner, depth + 1)
