"""Bounds that columns can answer, and texts that a hit must hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.query import Matcher, Node, parse, unparse
from inspector.query.plan import needles, plan, sorts_by, trace_only
from inspector.query.tree import ALL, InSpan, Literal, Not, Term, Word, all_of, any_of

from .facts import FakeTrace, span, trace

COLUMNS = {"kind", "status", "environment"}


@pytest.mark.parametrize(
    ("query", "maybe", "surely"),
    [
        ("kind:llm", "kind:llm", "kind:llm"),
        ("kind:llm refund", "kind:llm", "-*"),
        ("kind:llm OR refund", "", "kind:llm"),
        ("-refund kind:llm", "kind:llm", "-*"),
        ("-(refund kind:llm)", "", "-kind:llm"),
        ("-(refund OR kind:llm)", "-kind:llm", "-*"),
        ("span(kind:llm refund) status:error", "span(kind:llm) status:error", "-*"),
        ("span(refund)", "", "-*"),
        ("attr.kind:llm kind:llm", "kind:llm", "-*"),
        ("environment:dev (refund OR pii:any)", "environment:dev", "-*"),
        ("", "", ""),
    ],
)
def test_bounds(query: str, maybe: str, surely: str) -> None:
    found = plan(parse(query), COLUMNS)
    assert (unparse(found.maybe), unparse(found.surely)) == (maybe, surely)
    assert found.exact == (maybe == surely)


TERMS = st.sampled_from(
    [
        *(Term("kind", ":", (Literal((k,)),)) for k in ("llm", "tool")),
        *(Term("status", ":", (Literal((s,)),)) for s in ("ok", "error")),
        *(Term("environment", ":", (Literal((e,)),)) for e in ("dev", "prod")),
        *(Term("pii", ":", (Literal((p,)),)) for p in ("any", "email")),
        *(Word(Literal((w,))) for w in ("alpha", "beta")),
        parse("age>1d"),
        parse("span(kind:llm -status:ok)"),
    ]
)
TREES = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(all_of),
        st.lists(inner, min_size=2, max_size=3).map(any_of),
        inner.map(Not),
    ),
    max_leaves=7,
)
SPANS = st.builds(
    lambda kind, status, text, pii: span(kind, status, text, pii=pii),
    st.sampled_from(["llm", "tool"]),
    st.sampled_from(["ok", "error"]),
    st.sampled_from(["", "alpha", "alpha beta"]),
    st.sampled_from([None, (), ("email",), ("card",)]),
)
TRACES = st.builds(
    lambda spans, text, **fields: trace(
        *spans, text=text, **{k: v for k, v in fields.items() if v is not None}
    ),
    st.lists(SPANS, max_size=3),
    st.sampled_from(["", "beta"]),
    environment=st.sampled_from(["dev", "prod"]),
    start=st.sampled_from([None, 0, 2 * 86_400 * 10**9]),
)


def truth(node: Node, what: FakeTrace, one: object, *, inside: bool) -> bool | None:
    """The definition, word by word: no order, no memory, no short cut."""
    kind = type(node).__name__
    if kind in ("And", "Or"):
        answers = [truth(n, what, one, inside=inside) for n in node.nodes]  # type: ignore[union-attr]
        decides = kind == "Or"
        return decides if decides in answers else None if None in answers else not decides
    if isinstance(node, Not):
        answer = (
            truth(node.node, what, one, inside=True) if inside else anywhere(node.node, what, inside=False)
        )
        return None if answer is None else not answer
    if isinstance(node, InSpan):
        return truth(node.node, what, one, inside=True) if inside else anywhere(node.node, what, inside=True)
    if isinstance(node, Word):
        texts = [*(() if inside else what.text), *(one.text if one else ())]  # type: ignore[attr-defined]
        return any(node.pattern.pieces[0] in t for t in texts)  # type: ignore[union-attr]
    assert isinstance(node, Term)
    if node.field == "age":
        start = what.fields.get("start")
        return None if not start else 3 * 86_400 * 10**9 - start[0] > 86_400 * 10**9  # type: ignore[index]
    if node.field == "environment":
        return node.operands[0].plain in what.fields["environment"]  # type: ignore
    if one is None:
        return False
    values = one.fields[node.field]  # type: ignore[attr-defined]
    wanted = node.operands[0].plain  # type: ignore[union-attr]
    return None if values is None else bool(values) if wanted == "any" else wanted in values


def anywhere(node: Node, what: FakeTrace, *, inside: bool) -> bool | None:
    cases = [
        truth(node, what, s, inside=inside) for s in ([*what.children] if inside else [None, *what.children])
    ]
    return True if True in cases else None if None in cases else False


@settings(max_examples=1_000)
@given(TREES, TRACES)
def test_evaluation_is_the_definition_and_lies_between_the_bounds(node: Node, what: FakeTrace) -> None:
    def judge(query: Node) -> bool | None:
        return Matcher(query, now=3 * 86_400 * 10**9).judge(what)

    answer = judge(node)
    assert answer == anywhere(node, what, inside=False)
    bounds = plan(node, COLUMNS | {"age"})
    if answer:
        assert judge(bounds.maybe)
    if judge(bounds.surely):
        assert answer
    for one in what.children:
        assert Matcher(node, now=3 * 86_400 * 10**9).judge_span(one, what) == truth(
            node, what, one, inside=True
        )


@pytest.mark.parametrize(
    ("query", "sets"),
    [
        ("Refund", [{"refund"}]),
        ("refund kind:llm order", [{"refund"}, {"order"}]),
        ("refund OR order", [{"refund", "order"}]),
        ("refund OR kind:llm", []),
        ("(a longest) OR short", [{"longest", "short"}]),
        ("re*fund", [{"fund"}]),
        ("-refund", []),
        ("/refund/", []),
        ("*", []),
        ("span(refund kind:llm)", [{"refund"}]),
        ("", []),
    ],
)
def test_needles(query: str, sets: list[set[str]]) -> None:
    assert [set(s) for s in needles(parse(query))] == sets


@settings(max_examples=300)
@given(TREES, TRACES)
def test_a_hit_holds_its_needles(node: Node, what: FakeTrace) -> None:
    if Matcher(node, now=0).trace(what):
        text = " ".join([*what.text, *(t for s in what.children for t in s.text)])
        assert all(any(n in text for n in group) for group in needles(node))


def test_scope() -> None:
    assert trace_only(parse("environment:dev -age>5d dur>1s"))
    assert trace_only(ALL)
    for query in ("kind:llm", "refund", "attr.a:b", "span(dur>1s)", "-(span(dur>1s) OR user:x)"):
        assert not trace_only(parse(query))


def test_traces_sort_by_trace_fields() -> None:
    assert sorts_by("start")
    assert sorts_by("dur")
    assert not sorts_by("kind")
    assert not sorts_by("nothing")
