"""Whether a trace, or one span of it, satisfies a query.

A query selects traces. Read it as: there is a span for which it holds. Terms on span fields are about that
span, terms on trace fields about the trace; so all span terms that are joined by AND hold in one and the
same span. A NOT asks anew: no span of the trace satisfies what it denies. `span(...)` asks anew too, and
inside it NOT is about its span.

Logic has three values. What isn't known (a trace without a start has no age) stays unknown when it is
denied, and an unknown query doesn't select.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeAlias

from inspector.query.fields import TRACES, Field, Fields, Is
from inspector.query.match import Kleene, any_value, encodable, term_test
from inspector.query.pathmatch import segments
from inspector.query.regex import compiled
from inspector.query.tree import All, And, InSpan, Literal, Node, Not, Or, Regex, Term, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from inspector.query.facts import Scalar, SpanFacts, TraceFacts
    from inspector.query.pathmatch import Segment

    Test: TypeAlias = Callable[["_Case"], Kleene]
    Cost: TypeAlias = int


class Matcher:
    """A query made ready to be asked of many traces. `now` (ns since the epoch) is what ages count from."""

    __slots__ = ("_fields", "_in_span", "_in_trace", "_node", "_now")

    def __init__(self, node: Node, *, fields: Fields = TRACES, now: int | None = None) -> None:
        self._node = node
        self._fields = fields
        self._now = time.time_ns() if now is None else now
        self._in_trace: Test | None = None
        self._in_span: Test | None = None

    def trace(self, trace: TraceFacts) -> bool:
        return self.judge(trace) is True

    def judge(self, trace: TraceFacts) -> Kleene:
        """As `trace`, but None where what is known yet doesn't decide."""
        if self._in_trace is None:
            self._in_trace = _Compiler(self._fields, in_span=False).compile(self._node)[0]
        return _exists(self._in_trace, _Asked(trace, self._now))

    def span(self, span: SpanFacts, trace: TraceFacts) -> bool:
        """Whether the query holds for this very span: for limits, and for what a search hits."""
        return self.judge_span(span, trace) is True

    def judge_span(self, span: SpanFacts, trace: TraceFacts) -> Kleene:
        if self._in_span is None:
            self._in_span = _Compiler(self._fields, in_span=True).compile(self._node)[0]
        return self._in_span(_Case(_Asked(trace, self._now), _Seen(span)))


def evaluate(node: Node, trace: TraceFacts, *, now: int | None = None, fields: Fields = TRACES) -> bool:
    """One question; for many traces make a Matcher."""
    return Matcher(node, fields=fields, now=now).trace(trace)


def matches_span(node: Node, span: SpanFacts, trace: TraceFacts, *, now: int | None = None) -> bool:
    return Matcher(node, now=now).span(span, trace)


class _Seen:
    """A span, with what was computed of it."""

    __slots__ = ("_folded", "_leaves", "facts")

    def __init__(self, facts: SpanFacts) -> None:
        self.facts = facts
        self._folded: list[str] | None = None
        self._leaves: list[tuple[str, list[Segment], Scalar]] | None = None

    def folded(self) -> list[str]:
        if self._folded is None:
            self._folded = [t.casefold() for t in self.facts.texts()]
        return self._folded

    def leaves(self) -> list[tuple[str, list[Segment], Scalar]]:
        if self._leaves is None:
            self._leaves = [(section, segments(keys), value) for section, keys, value in self.facts.leaves()]
        return self._leaves


class _Asked:
    """A trace, with what was computed of it: the answer of each term that is the same for all its spans."""

    __slots__ = ("_folded", "_spans", "facts", "known", "now")

    def __init__(self, facts: TraceFacts, now: int) -> None:
        self.facts = facts
        self.now = now
        self.known: dict[int, Kleene] = {}
        self._spans: list[_Seen] | None = None
        self._folded: list[str] | None = None

    def spans(self) -> Iterable[_Seen]:
        if self._spans is None:
            self._spans = [_Seen(s) for s in self.facts.spans()]
        return self._spans

    def folded(self) -> list[str]:
        if self._folded is None:
            self._folded = [t.casefold() for t in self.facts.texts()]
        return self._folded


class _Case:
    """The trace and the span that a test is about. `span` None: no span; `blind`: any, not looked at."""

    __slots__ = ("asked", "blind", "span")

    def __init__(self, asked: _Asked, span: _Seen | None, *, blind: bool = False) -> None:
        self.asked = asked
        self.span = span
        self.blind = blind


def _exists(test: Test, asked: _Asked) -> Kleene:
    """Whether the test holds for the trace alone or for a span of it; spans are fetched only if need be."""
    blind = test(_Case(asked, None, blind=True))
    if blind is not None:
        return blind
    found = test(_Case(asked, None))
    return found or _among(test, asked, found)


def _among(test: Test, asked: _Asked, found: Kleene = False) -> Kleene:
    for span in asked.spans():
        answer = test(_Case(asked, span))
        if answer:
            return True
        if answer is None:
            found = None
    return found


_TRACE, _SPAN, _TEXT, _DEEP = range(4)


class _Compiler:
    """Tree -> one test, with its cost. `in_span`: the whole is about one given span."""

    __slots__ = ("fields", "in_span")

    def __init__(self, fields: Fields, *, in_span: bool) -> None:
        self.fields = fields
        self.in_span = in_span

    def compile(self, node: Node) -> tuple[Test, Cost]:
        match node:
            case All():
                return (lambda case: True), _TRACE
            case Word(pattern):
                return self.word(pattern), _TEXT
            case Term():
                return self.term(node)
            case Not(inner):
                return self.denied(inner)
            case InSpan(inner):
                if self.in_span:
                    return self.compile(inner)
                test, _ = _Compiler(self.fields, in_span=True).compile(inner)
                return _once(lambda asked: _among(test, asked)), _DEEP
            case And(nodes):
                return self.joined(nodes, decides=False)
            case Or(nodes):
                return self.joined(nodes, decides=True)

    def joined(self, nodes: tuple[Node, ...], *, decides: bool) -> tuple[Test, Cost]:
        """AND is decided by the first False, OR by the first True; the cheap are asked first."""
        parts = sorted((self.compile(n) for n in nodes), key=lambda part: part[1])
        tests = tuple(test for test, _ in parts)

        def test(case: _Case) -> Kleene:
            answer: Kleene = not decides
            for one in tests:
                found = one(case)
                if found is decides:
                    return decides
                if found is None:
                    answer = None
            return answer

        return test, parts[-1][1]

    def denied(self, node: Node) -> tuple[Test, Cost]:
        test, cost = self.compile(node)
        if self.in_span or cost == _TRACE:
            return (lambda case: None if (found := test(case)) is None else not found), cost

        def ask(asked: _Asked) -> Kleene:
            found = _exists(test, asked)
            return None if found is None else not found

        return _once(ask), _DEEP

    def word(self, pattern: Literal | Regex) -> Test:
        found = _finder(pattern)

        def test(case: _Case) -> Kleene:
            if not self.in_span and found(case.asked.folded(), case.asked.facts.texts):
                return True
            if case.blind:
                return None
            return case.span is not None and found(case.span.folded(), case.span.facts.texts)

        return test

    def term(self, term: Term) -> tuple[Test, Cost]:
        field = self.fields[term.field]
        if field.type is Is.ATTRIBUTE:
            return _attribute(term), _TEXT
        if field.span and (self.in_span or not field.trace):
            return _of_span(field, term_test(term, field.type)), _SPAN
        of_trace = _of_trace(field, term_test(term, field.type))
        if not self.in_span or field.type is not Is.TEXT:
            return of_trace, _TRACE
        return _own_or_trace(field, term_test(term, field.type), of_trace), _SPAN


def _once(ask: Callable[[_Asked], Kleene]) -> Test:
    """A test whose answer is the same for all spans of a trace; not asked while spans aren't looked at."""

    def test(case: _Case) -> Kleene:
        known = case.asked.known
        if id(ask) in known:
            return known[id(ask)]
        if case.blind:
            return None
        answer = known[id(ask)] = ask(case.asked)
        return answer

    return test


def _of_trace(field: Field, test: Callable[[Scalar], bool]) -> Test:
    def ask(asked: _Asked) -> Kleene:
        if field.type not in (Is.AGE, Is.TIME):
            return any_value(test, asked.facts.values(field.name))
        starts = asked.facts.values("start")
        if not starts:
            return None
        if field.type is Is.AGE:
            return any_value(test, [asked.now - s for s in starts if isinstance(s, int)])
        return any_value(test, starts)

    def answer(case: _Case) -> Kleene:
        known = case.asked.known
        if id(ask) not in known:
            known[id(ask)] = ask(case.asked)
        return known[id(ask)]

    return answer


def _of_span(field: Field, test: Callable[[Scalar], bool]) -> Test:
    def answer(case: _Case) -> Kleene:
        if case.blind:
            return None
        return case.span is not None and any_value(test, case.span.facts.values(field.name))

    return answer


def _own_or_trace(field: Field, test: Callable[[Scalar], bool], of_trace: Test) -> Test:
    def answer(case: _Case) -> Kleene:
        own = case.span.facts.values(field.name) if case.span is not None else ()
        return any_value(test, own) if own or own is None else of_trace(case)

    return answer


def _attribute(term: Term) -> Test:
    path = term.path
    test = term_test(term, Is.ATTRIBUTE)
    exists = term.op == ":" and any(isinstance(o, Literal) and o.pieces == ("", "") for o in term.operands)

    def answer(case: _Case) -> Kleene:
        if case.blind:
            return None
        if case.span is None or path is None:
            return False
        if exists:
            return any(path.covers_segments(data, section) for section, data, _ in case.span.leaves())
        return any(
            path.matches_segments(data, section) and test(value)
            for section, data, value in case.span.leaves()
        )

    return answer


def _finder(pattern: Literal | Regex) -> Callable[[list[str], Callable[[], Iterable[str]]], bool]:
    """Whether a pattern occurs in one of the texts, given case-folded and, on request, as they are."""
    if isinstance(pattern, Regex):
        regex = compiled(pattern.source)
        return lambda folded, texts: any(regex.search(encodable(t)) is not None for t in texts())
    pieces = tuple(p.casefold() for p in pattern.pieces)
    if not any(pieces):
        return lambda folded, texts: True
    if len(pieces) == 1:
        return lambda folded, texts: any(pieces[0] in t for t in folded)
    return lambda folded, texts: any(_in_order(pieces, t) for t in folded)


def _in_order(pieces: tuple[str, ...], text: str) -> bool:
    at = 0
    for piece in pieces:
        found = text.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return True
