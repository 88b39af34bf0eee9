"""A shown span as the query language asks of it: only plain runs of text, and the types of what is hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.session.redactions import texts_of
from inspector.view import ShownList, ShownMap, ShownText, State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from inspector.index import TraceFacts
    from inspector.query.facts import Leaf, Scalar
    from inspector.view import ShownSpan, ShownValue

_LEVELS: Final = ("public", "internal", "confidential", "restricted")


def visible(text: ShownText | None) -> str:
    """What stands there as it was."""
    return "" if text is None else "".join(s.text for s in text.segments if s.state is State.PLAIN)


class SpanSeen:
    """Implements `inspector.query.SpanFacts`."""

    def __init__(self, span: ShownSpan) -> None:
        self._span = span

    def values(self, field: str) -> Collection[Scalar] | None:
        span = self._span
        match field:
            case "span":
                return [visible(span.span_id)]
            case "kind":
                return [span.kind, visible(span.kind_written)]
            case "status":
                return [span.status]
            case "dur":
                return _given(span.duration)
            case "tokens":
                return _given(span.tokens)
            case "cost":
                return _given(span.cost)
            case "event":
                return [visible(event.name) for event in span.events]
            case "tag":
                return [visible(tag) for tag in span.tags]
            case "pii":
                return {r.type for r in span.redactions}
            case "level":
                return [max(self._levels(), key=_LEVELS.index, default="public")]
            case "has":
                return self._has()
            case "name" | "model" | "service" | "project" | "environment" | "session" | "user":
                text: ShownText | None = getattr(span, field)
                return [] if text is None else [visible(text)]
        return []

    def _levels(self) -> Iterator[str]:
        for _, text in texts_of(self._span):
            yield from (s.level for s in text.segments if s.level in _LEVELS)

    def _has(self) -> set[str]:
        span = self._span
        given = {
            "locked": any(s.state is State.LOCKED for _, t in texts_of(span) for s in t.segments),
            "events": bool(span.events),
            "error": span.status == "error",
            "exception": any(visible(e.name) == "exception" for e in span.events),
            "links": bool(span.links),
            "input": span.input is not None,
            "output": span.output is not None,
            "conversation": bool(span.conversation),
            "model": span.model is not None,
            "tokens": span.tokens is not None,
            "cost": span.cost is not None,
            "session": span.session is not None,
            "user": span.user is not None,
            "tags": bool(span.tags),
            "annotations": bool(span.annotations),
            "parent": span.parent_id is not None,
            "pii": bool(span.redactions),
            "problems": bool(span.flags),
        }
        return {name for name, yes in given.items() if yes}

    def leaves(self) -> Iterable[Leaf]:
        span = self._span
        for attribute in span.attributes:
            yield from _leaves("attributes", (visible(attribute.key),), attribute.value)
        for attribute in span.resource:
            yield from _leaves("resource", (visible(attribute.key),), attribute.value)
        for event in span.events:
            for attribute in event.attributes:
                yield from _leaves("event", (visible(attribute.key),), attribute.value)
        for link in span.links:
            for attribute in link.attributes:
                yield from _leaves("link", (visible(attribute.key),), attribute.value)
        yield from _leaves("input", (), span.input)
        yield from _leaves("output", (), span.output)

    def texts(self) -> Iterable[str]:
        for path, text in texts_of(self._span):
            if path != "span.kind_written":
                yield from (s.text for s in text.segments if s.state is State.PLAIN)


class TraceSeen:
    """Implements `inspector.query.TraceFacts` of a row of the list; its spans are asked one by one."""

    def __init__(self, facts: TraceFacts, store: ShownText) -> None:
        self._facts = facts
        self._store = visible(store)

    def values(self, field: str) -> Collection[Scalar] | None:
        facts = self._facts
        match field:
            case "trace":
                return [str(facts.trace_id)]
            case "start":
                return _given(facts.start)
            case "dur":
                return _given(facts.duration)
            case "errors" | "spans" | "tokens" | "cost":
                number: int | float | None = getattr(facts, field)
                return _given(number)
            case "store":
                return [self._store]
            case "tag":
                return [str(tag) for tag in facts.tags]
            case "name" | "session" | "user" | "project" | "environment" | "service":
                text = getattr(facts, field)
                return [] if text is None else [str(text)]
        return []

    def texts(self) -> Iterable[str]:
        return ()

    def spans(self) -> Sequence[SpanSeen]:
        return ()


def _given(value: Scalar) -> list[Scalar]:
    return [] if value is None else [value]


def _leaves(section: str, keys: tuple[str | int, ...], value: ShownValue) -> Iterator[Leaf]:
    if isinstance(value, ShownText):
        yield section, keys, visible(value)
    elif isinstance(value, ShownList):
        for i, item in enumerate(value.items):
            yield from _leaves(section, (*keys, i), item)
    elif isinstance(value, ShownMap):
        for key, below in value.pairs:
            yield from _leaves(section, (*keys, visible(key)), below)
    else:
        yield section, keys, value
