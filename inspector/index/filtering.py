"""A query over the columns: which traces it selects, and which only their text can tell.

Says what `query.Matcher` says of the same traces. Each node becomes two sets, where it is true and where it
may be (a trace without a start has no age: neither). Trace terms are sets of traces, span terms sets of
spans; terms joined by AND meet in one span before spans are taken for their traces.
"""

from __future__ import annotations

import time
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inspector.index.columns import HAS_PARENT, NO_ID, NONE, ODD_ID
from inspector.index.masks import all_of, at_least, between, by_table, collapsed, mask_of, rows_of, spread
from inspector.index.words import visible
from inspector.query.fields import TRACES, Is
from inspector.query.match import term_test
from inspector.query.plan import plan
from inspector.query.stretch import stretches
from inspector.query.tree import All, And, InSpan, Literal, Not, Or, Term, leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.index.column_index import ColumnIndex
    from inspector.index.columns import SpanColumns, TraceColumns
    from inspector.query.facts import Scalar
    from inspector.query.tree import Node

COLUMNS: Final = frozenset(
    [
        "trace",
        "name",
        "start",
        "age",
        "dur",
        "errors",
        "spans",
        "tokens",
        "cost",
        "session",
        "user",
        "project",
        "environment",
        "service",
        "tag",
        "store",
        "span",
        "kind",
        "status",
        "model",
    ]
)
"""Fields that columns answer; `has` too, where it asks for one of these."""
HAS: Final = frozenset(["error", "model", "tokens", "cost", "session", "user", "tags", "parent"])
TYPES: Final = frozenset(["pii", "level"])
"""Fields that type bits answer, where somebody has looked into the spans."""
_BEYOND: Final = 1 << 66
"""Longer than any span."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Rows that a query selects, and rows of which only their text can tell."""

    sure: array[int]
    open: array[int]


@dataclass(frozen=True, slots=True)
class _Traces:
    """A set of traces: where true, and where true or unknown."""

    yes: int
    maybe: int


@dataclass(frozen=True, slots=True)
class _Spans:
    """A set of spans; `alone`: of traces, where it holds without looking at a span. `within` is a condition
    on the trace that has yet to be met."""

    yes: int
    maybe: int
    alone: _Traces
    within: _Traces | None = None


_Set = _Traces | _Spans


def choose(index: ColumnIndex, node: Node, store: str, now: int | None = None) -> Chosen:
    """The rows of an index that a query selects. `store` is the store's name as shown."""
    when = time.time_ns() if now is None else now
    with index.lock:
        if not (asks_types(node) and index.types.any):
            return _choose(index, node, store, when, COLUMNS, HAS)
        index.types.grow(index.span_count)
        found = _choose(index, node, store, when, COLUMNS | TYPES, HAS | {"pii"})
        unscanned = index.types.unscanned(index.spans.trace)
        if not unscanned:
            return found
        other = _choose(index, node, store, when, COLUMNS, HAS)
        return Chosen(_mixed(found.sure, other.sure, unscanned), _mixed(found.open, other.open, unscanned))


def asks_types(node: Node) -> bool:
    """Whether a query asks what is hidden in spans."""
    return any(
        isinstance(leaf, Term)
        and (leaf.field in TYPES or (leaf.field == "has" and not _asks_only(leaf, HAS)))
        for leaf in leaves(node)
    )


def _mixed(scanned: Sequence[int], other: Sequence[int], unscanned: set[int]) -> array[int]:
    """Rows of traces that are scanned whole from one answer, those of the rest from another."""
    rows = [row for row in scanned if row not in unscanned]
    return array("I", sorted([*rows, *(row for row in other if row in unscanned)]))


def _choose(
    index: ColumnIndex, node: Node, store: str, now: int, columns: frozenset[str], has: frozenset[str]
) -> Chosen:
    told = all(
        _asks_only(leaf, has) for leaf in leaves(node) if isinstance(leaf, Term) and leaf.field == "has"
    )
    bounds = plan(node, columns | {"has"} if told else columns)
    with index.lock:
        asked = _Asked(index, store, now)
        sure = asked.rows(bounds.surely)
        if bounds.exact:
            return Chosen(sure, array("I"))
        known = set(sure)
        return Chosen(sure, array("I", [row for row in asked.rows(bounds.maybe) if row not in known]))


def _asks_only(term: Term, known: frozenset[str]) -> bool:
    return all(
        isinstance(operand, Literal) and operand.plain is not None and operand.plain.casefold() in known
        for operand in term.operands
    )


class _Asked:
    def __init__(self, index: ColumnIndex, store: str, now: int) -> None:
        self._index = index
        self._store = store
        self._now = now
        self._of = index.spans.trace
        self._count = len(index.traces)
        self._every = all_of(self._count)
        self._every_span = all_of(len(self._of))
        self._none = _Traces(0, 0)

    def rows(self, node: Node) -> array[int]:
        return rows_of(self._exists(self._set(node, in_span=False)).yes, self._count)

    def _set(self, node: Node, *, in_span: bool) -> _Set:
        match node:
            case All():
                return _Traces(self._every, self._every)
            case Term():
                return self._term(node, in_span=in_span)
            case Not(inner):
                return self._denied(self._set(inner, in_span=in_span), in_span=in_span)
            case InSpan(inner):
                found = self._set(inner, in_span=True)
                if in_span:
                    return found
                found = self._as_spans(found)
                return self._exists(_Spans(found.yes, found.maybe, self._none))
            case And(nodes):
                out = self._set(nodes[0], in_span=in_span)
                for other in nodes[1:]:
                    out = self._and(out, self._set(other, in_span=in_span))
                return out
            case Or(nodes):
                out = self._set(nodes[0], in_span=in_span)
                for other in nodes[1:]:
                    out = self._or(out, self._set(other, in_span=in_span))
                return out
        raise TypeError(node)  # words need text: the plan left them out

    # combining

    def _and(self, one: _Set, two: _Set) -> _Set:
        if isinstance(one, _Traces) and isinstance(two, _Traces):
            return _meet(one, two)
        if isinstance(one, _Traces):
            one, two = two, one
        assert isinstance(one, _Spans)
        if isinstance(two, _Traces):
            within = two if one.within is None else _meet(one.within, two)
            return _Spans(one.yes, one.maybe, _meet(one.alone, two), within)
        parts = [w for w in (one.within, two.within) if w is not None]
        within2 = None if not parts else parts[0] if len(parts) == 1 else _meet(parts[0], parts[1])
        return _Spans(one.yes & two.yes, one.maybe & two.maybe, _meet(one.alone, two.alone), within2)

    def _or(self, one: _Set, two: _Set) -> _Set:
        if isinstance(one, _Traces) and isinstance(two, _Traces):
            return _Traces(one.yes | two.yes, one.maybe | two.maybe)
        a, b = self._as_spans(one), self._as_spans(two)
        alone = _Traces(a.alone.yes | b.alone.yes, a.alone.maybe | b.alone.maybe)
        return _Spans(a.yes | b.yes, a.maybe | b.maybe, alone)

    def _denied(self, found: _Set, *, in_span: bool) -> _Set:
        if in_span and isinstance(found, _Spans):
            found = self._as_spans(found)
            alone = _Traces(self._every ^ found.alone.maybe, self._every ^ found.alone.yes)
            return _Spans(self._every_span ^ found.maybe, self._every_span ^ found.yes, alone)
        there = self._exists(found)
        return _Traces(self._every ^ there.maybe, self._every ^ there.yes)

    def _exists(self, found: _Set) -> _Traces:
        if isinstance(found, _Traces):
            return found
        sizes = self._index.traces.spans
        yes = collapsed(found.yes, self._of, sizes)
        maybe = yes if found.maybe == found.yes else collapsed(found.maybe, self._of, sizes)
        if found.within is not None:
            yes, maybe = yes & found.within.yes, maybe & found.within.maybe
        return _Traces(yes | found.alone.yes, maybe | found.alone.maybe)

    def _as_spans(self, found: _Set) -> _Spans:
        """The same with every condition on the trace met span by span."""
        condition = found if isinstance(found, _Traces) else found.within
        if condition is None:
            assert isinstance(found, _Spans)
            return found
        yes = spread(condition.yes, self._of, self._count)
        maybe = yes if condition.maybe == condition.yes else spread(condition.maybe, self._of, self._count)
        if isinstance(found, _Traces):
            return _Spans(yes, maybe, found)
        return _Spans(yes & found.yes, maybe & found.maybe, found.alone)

    # terms

    def _term(self, term: Term, *, in_span: bool) -> _Set:
        field = TRACES[term.field]
        test = term_test(term, field.type)
        if field.span and (in_span or not field.trace):
            spans = self._of_span(term, test)
            return _Spans(spans, spans, self._none)
        of_trace = self._of_trace(term, test)
        if not in_span or field.type is not Is.TEXT:
            return of_trace
        own, has_own = self._own(term.field, test)
        spans = own
        if of_trace.yes:
            spans |= spread(of_trace.yes, self._of, self._count) & (self._every_span ^ has_own)
        return _Spans(spans, spans, of_trace)

    def _of_trace(self, term: Term, test: Callable[[Scalar], bool]) -> _Traces:
        traces = self._index.traces
        match term.field:
            case "start" | "age":
                return self._time(term)
            case "dur":
                yes = _durations(traces, term)
            case "errors":
                yes = _numbers(traces.errors, term)
            case "spans":
                yes = _numbers(traces.spans, term)
            case "tokens":
                yes = _numbers(traces.tokens, term)
            case "cost":
                yes = mask_of(bytes([n == n and test(n) for n in traces.cost]))
            case "name" | "session" | "user":
                yes = by_table(getattr(traces, term.field), self._table(term.field, test, shown=True))
            case "tag":
                tags = self._table("tag", test, shown=True)
                yes = self._by_group_of_trace([any(tags[t] for t in g.tags) for g in self._index.groups])
            case "trace":
                yes = self._ids(test)
            case "store":
                yes = self._every if test(self._store) else 0
            case field:
                table = self._table(field, test, shown=True)
                yes = self._by_group_of_trace([table[getattr(g, field)] for g in self._index.groups])
        return _Traces(yes, yes)

    def _time(self, term: Term) -> _Traces:
        starts = self._index.traces.start
        yes = _numbers(starts, term, self._now if term.field == "age" else None)
        return _Traces(yes, yes | self._every ^ at_least(starts, NONE + 1))

    def _ids(self, test: Callable[[Scalar], bool]) -> int:
        """Ids are tried as stored; what matches counts if it is shown so."""
        index = self._index
        out = bytearray(self._count)
        for row in range(self._count):
            raw = index.raw_id(row)
            if test(raw) and test(str(index.shown_id(row))):
                out[row] = 1
        return mask_of(out)

    def _of_span(self, term: Term, test: Callable[[Scalar], bool]) -> int:
        index, spans, groups = self._index, self._index.spans, self._index.groups
        match term.field:
            case "kind":
                written = self._table("kind", test)
                return self._by_group([test(g.kind) or written[g.written] for g in groups])
            case "status":
                return self._by_group([test(g.status) for g in groups])
            case "model":
                models = self._table("model", test)
                return self._by_group([models[g.model] for g in groups])
            case "name":
                return by_table(spans.name, self._table("name", test))
            case "dur":
                return _durations(spans, term)
            case "tokens":
                return _numbers(spans.tokens, term)
            case "cost":
                return mask_of(bytes([n == n and test(n) for n in spans.cost]))
            case "span":
                return self._span_ids(test)
            case "pii":
                return self._by_types([any(map(test, each.types)) for each in index.types.sets])
            case "level":
                return self._by_types([test(each.level) for each in index.types.sets])
            case "has":
                out = 0
                for operand in term.operands:
                    if isinstance(operand, Literal) and operand.plain is not None:
                        out |= self._has(operand.plain.casefold())
                return out
        raise AssertionError(index)

    def _span_ids(self, test: Callable[[Scalar], bool]) -> int:
        index, spans = self._index, self._index.spans
        out = bytearray(len(spans))
        for i, (flags, number) in enumerate(zip(spans.flags, spans.id, strict=True)):
            raw = "" if flags & NO_ID else index.odd[number] if flags & ODD_ID else f"{number:016x}"
            if test(raw) and test(str(index.label("span", raw))):
                out[i] = 1
        return mask_of(out)

    def _has(self, what: str) -> int:
        spans, groups = self._index.spans, self._index.groups
        match what:
            case "error":
                return self._by_group([g.status == "error" for g in groups])
            case "model":
                return self._by_group([g.model != 0 for g in groups])
            case "pii":
                return self._by_types([bool(each.types) for each in self._index.types.sets])
            case "tags":
                return self._by_group([bool(g.tags) for g in groups])
            case "tokens":
                return at_least(spans.tokens, NONE + 1)
            case "cost":
                return mask_of(bytes([n == n for n in spans.cost]))
            case "parent":
                return by_table(spans.flags, [flags & HAS_PARENT != 0 for flags in range(256)])
        return at_least(getattr(spans, what), 1)

    def _own(self, field: str, test: Callable[[Scalar], bool]) -> tuple[int, int]:
        """Where a span's own value satisfies the test, and where it has one."""
        spans, groups = self._index.spans, self._index.groups
        if field in ("trace", "store"):
            return 0, 0
        table = self._table(field, test)
        if field in ("session", "user"):
            column: array[int] = getattr(spans, field)
            return by_table(column, table), at_least(column, 1)
        if field == "tag":
            tagged = [any(table[t] for t in g.tags) for g in groups]
            return self._by_group(tagged), self._by_group([bool(g.tags) for g in groups])
        codes = [getattr(g, field) for g in groups]
        return self._by_group([table[c] for c in codes]), by_table(spans.group, [c != 0 for c in codes])

    def _by_group(self, table: Sequence[int]) -> int:
        return by_table(self._index.spans.group, table)

    def _by_types(self, table: Sequence[int]) -> int:
        return by_table(self._index.types.column, table)

    def _by_group_of_trace(self, table: Sequence[int]) -> int:
        return by_table(self._index.traces.group, table)

    def _table(self, field: str, test: Callable[[Scalar], bool], *, shown: bool = False) -> bytearray:
        """Which codes satisfy the test: a trace's by the whole text, a span's by what is plain in it."""
        texts = self._index.judged(field)
        out = bytearray(len(texts))
        for code in range(1, len(texts)):
            text = texts.clean(code)
            if text is None:
                hidden = texts.shown(code)
                text = str(hidden) if shown else "".join(visible(hidden))
            out[code] = test(text)
        if field == "name":
            out[0] = test("")
        return out


def _meet(one: _Traces, two: _Traces) -> _Traces:
    return _Traces(one.yes & two.yes, one.maybe & two.maybe)


def _numbers(column: array[int], term: Term, before: int | None = None) -> int:
    """Where a column has a number that satisfies a term; or, with `before`, that minus the number does."""
    out = 0
    for stretch in stretches(term):
        low, high = stretch.integers()
        if before is not None:
            low, high = None if high is None else before - high + 1, None if low is None else before - low + 1
        out |= between(column, NONE + 1 if low is None else max(low, NONE + 1), high)
    return out


def _durations(columns: SpanColumns | TraceColumns, term: Term) -> int:
    out = 0
    for stretch in stretches(term):
        low, high = stretch.integers()
        least, after = -_BEYOND if low is None else low, _BEYOND if high is None else high
        pairs = zip(columns.start, columns.end, strict=True)
        out |= mask_of(bytes([least <= e - s < after and s != NONE != e for s, e in pairs]))
    return out
