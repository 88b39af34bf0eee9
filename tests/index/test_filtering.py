"""Sets over columns select what the evaluation of the query selects, trace by trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.index.column_index import ColumnIndex
from inspector.index.filtering import choose
from inspector.index.memory import MemoryIndex
from inspector.model import Batch, SpanHead, Status
from inspector.query import Matcher, parse
from inspector.redaction.result import Finding, Piece, RedactedText
from tests.index.test_column_index import BATCHES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from inspector.index import TraceFacts
    from inspector.query.facts import Leaf, Scalar

NOW = 20


def plain(field: str, text: str) -> RedactedText:
    return RedactedText((Piece(text),)) if text else RedactedText(())


class SpanOracle:
    def __init__(self, head: SpanHead) -> None:
        self.head = head

    def values(self, field: str) -> Collection[Scalar]:
        head = self.head
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
                return [] if head.tokens is None else [head.tokens]
            case "cost":
                return [] if head.cost is None else [head.cost]
            case "tag":
                return list(head.tags)
            case "name":
                return [head.name]
            case "has":
                given = {
                    "error": head.status is Status.ERROR,
                    "model": bool(head.model),
                    "user": bool(head.user),
                    "parent": bool(head.parent_id),
                }
                return [name for name, yes in given.items() if yes]
        text = getattr(head, field, None)
        return [text] if text else []

    def leaves(self) -> Iterable[Leaf]:
        return ()

    def texts(self) -> Iterable[str]:
        return ()


class TraceOracle:
    def __init__(self, facts: TraceFacts, heads: list[SpanHead]) -> None:
        self.facts = facts
        self.heads = heads

    def values(self, field: str) -> Collection[Scalar]:
        facts = self.facts
        match field:
            case "trace":
                return [str(facts.trace_id)]
            case "store":
                return ["shop.db"]
            case "dur":
                return [] if facts.duration is None else [facts.duration]
            case "tag":
                return [str(tag) for tag in facts.tags]
            case "start" | "errors" | "spans" | "tokens" | "cost":
                number = getattr(facts, field)
                return [] if number is None else [number]
        text = getattr(facts, field)
        return [] if text is None else [str(text)]

    def texts(self) -> Iterable[str]:
        return ()

    def spans(self) -> Iterable[SpanOracle]:
        return [SpanOracle(head) for head in self.heads]


TERMS = st.sampled_from(
    "kind:llm kind:LLM status:error status:ok model:x model:* name:n name:* user:x user:y session:* service:x"
    " project:y tag:p tag:r* store:shop* store:other errors>0 errors:0 spans>=2 spans:0 tokens>1 tokens:0"
    " cost>0.1 dur>3ns dur:0ns age>15ns start:1970-01-01 trace:t-1 trace:1* has:error has:parent"
    " has:model,user span:aaaaaaaaaaaaaaaa span:c environment:é name:''".replace("''", '""').split()
)


def joined(inner: st.SearchStrategy[str], *more: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("-({})".format, inner),
        *more,
    )


IN_SPAN = st.recursive(TERMS, joined, max_leaves=4)
QUERIES = st.recursive(
    TERMS | st.builds("span({})".format, IN_SPAN), lambda inner: joined(inner), max_leaves=6
)


def oracle(batches: list[Batch], query: str) -> list[int]:
    simple = MemoryIndex(plain)
    heads: dict[str, list[SpanHead]] = {}
    for batch in batches:
        simple.feed(batch)
        for span in batch.spans:
            heads.setdefault(span.trace_id, []).append(span)
    matcher = Matcher(parse(query), now=NOW)
    return [
        row
        for row in range(simple.traces)
        if matcher.trace(TraceOracle(simple.facts(row), heads.get(simple.source(row)[0], [])))
    ]


@settings(max_examples=150, deadline=None)
@given(BATCHES, QUERIES)
def test_any_query_selects_the_same(batches: list[Batch], query: str) -> None:
    packed = ColumnIndex(plain)
    for batch in batches:
        packed.feed(batch)
    chosen = choose(packed, parse(query), "shop.db", NOW)
    assert not len(chosen.open)
    assert list(chosen.sure) == oracle(batches, query)


@settings(max_examples=60, deadline=None)
@given(BATCHES, QUERIES)
def test_what_text_must_tell_is_left_open(batches: list[Batch], query: str) -> None:
    packed = ColumnIndex(plain)
    for batch in batches:
        packed.feed(batch)
    with_word = choose(packed, parse(f"({query}) word"), "shop.db", NOW)
    assert not len(with_word.sure)
    assert set(with_word.open) >= set(oracle(batches, query)) or "span(" in query or "-" in query
    either = choose(packed, parse(f"({query}) OR word"), "shop.db", NOW)
    assert set(either.sure) == set(oracle(batches, query))
    assert len(either.sure) + len(either.open) == packed.count


def test_a_hidden_value_can_not_be_asked_for() -> None:
    def hiding(field: str, text: str) -> RedactedText:
        if field == "user":
            return RedactedText((Piece("[email:0123456789abcdef]", Finding("email", "x", "hash", "r")),))
        return plain(field, text)

    packed = ColumnIndex(hiding)
    from inspector.model import head_of
    from tests.session.fakes import span

    packed.feed(Batch(spans=[head_of(span(user="ada@example.com"))]))
    for query in ("user:ada@example.com", "user:ada*", "span(user:*ada*)", "user:/ada/"):
        assert not len(choose(packed, parse(query), "s").sure), query
    assert list(choose(packed, parse('user:"[email:0123456789abcdef]"'), "s").sure) == [0]


@pytest.mark.parametrize("descending", [False, True])
def test_a_long_list_is_sorted_as_a_short_one(descending: bool) -> None:
    from inspector.index.sorting import sorted_rows

    keys = [(i * 7919) % 1000 for i in range(50_000)]
    rows = list(range(50_000))
    assert sorted_rows(rows, keys.__getitem__, descending) == sorted(
        rows, key=keys.__getitem__, reverse=descending
    )
