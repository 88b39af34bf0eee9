"""What lies outside a role's limits leaves no trace: not in rows, counts, totals, search, columns or trees."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from inspector.access.limits import Limit
from inspector.errors import Denied, NotFound
from inspector.model import Kind, Status, Tokens, TraceHead
from inspector.query import parse
from inspector.redaction import DEFAULT, Redactor
from inspector.session import Session
from inspector.stores import open_store
from inspector.view import Badge
from tests.session.fakes import Engine, FakeStore, span

if TYPE_CHECKING:
    from inspector.view import TraceKey

BADGE = Badge("viewer", proved=False)
SPANS = [
    span("t1", "a", name="agent", kind=Kind.AGENT, start=10, end=90, service="front", attributes={"who": "x"}),
    span("t1", "b", "a", name="secretword", kind=Kind.TOOL, start=20, end=80, status=Status.ERROR, service="hr",
         model="hidden-model", tokens=Tokens(5, 5), tags=("hush",), attributes={"customer": "acme"}),
    span("t1", "c", "b", name="llm", kind=Kind.LLM, start=30, end=40, service="front", tokens=Tokens(1, 2)),
    span("t2", "d", name="only hr", kind=Kind.TOOL, start=5, end=6, service="hr", user="jo@example.org"),
]  # fmt: skip


def opened(query: str, *, store: FakeStore | None = None, services: tuple[str, ...] = ()) -> Session:
    limit = Limit(parse(query), (services,) if services else ())
    session = Session([store or FakeStore(SPANS)], Engine(), BADGE, limit=limit)
    session.scan(lambda progress: None, lambda: False)
    return session


def rows(session: Session, query: str = "") -> list[str]:
    found = session.rows(query)
    return [str(row.trace_id) for row in found.page(0, found.count)]


def key(session: Session, trace: str) -> TraceKey:
    found = session.find(trace)
    assert found is not None
    return found


@pytest.mark.parametrize("query", ["service:front", "-service:hr", "-attr.customer:* -user:jo@example.org"])
def test_a_trace_is_the_spans_that_exist(query: str) -> None:
    session = opened(query)
    assert rows(session) == ["t1"]
    row = session.rows().page(0, 1)[0]
    assert (row.spans, row.errors, row.tokens, row.status, row.model) == (2, 0, 3, "ok", None)
    assert (row.start, row.duration) == (10, 80)
    trace = session.trace(row.key)
    assert [str(node.name) for node in trace.nodes] == ["agent", "llm"]
    assert all("secret" not in str(session.span(row.key, node.index)) for node in trace.nodes)
    summary = session.summaries()[0]
    assert (summary.traces, summary.spans, summary.errors, summary.side_records) == (1, 2, 0, 0)
    assert session.find("t2") is None


def test_queries_and_searches_know_nothing_of_the_rest() -> None:
    session = opened("service:front")
    for query in (
        "secretword",
        "status:error",
        "service:hr",
        "model:hidden-model",
        "tag:hush",
        "attr.customer:acme",
    ):
        assert rows(session, query) == []
        assert list(session.search(query, lambda: False)) == []
        assert session.count(query, lambda: False) == 0
    assert [str(hit.span_id) for hit in session.search("llm", lambda: False)] == ["c"]


def test_what_a_trace_says_of_all_its_spans_is_left_out() -> None:
    head = TraceHead(
        "t1",
        name="of hr",
        tokens=Tokens(500),
        cost=9.5,
        status=Status.ERROR,
        end=9_999,
        user="u-1",
        tags=("hush",),
    )
    session = opened("service:front", store=FakeStore(SPANS, heads=[head]))
    row = session.rows().page(0, 1)[0]
    assert (str(row.name), row.tokens, row.cost, row.status, row.tags) == ("agent", 3, None, "ok", ())
    assert str(row.user) == "u-1"
    assert row.duration == 80


def test_a_head_counts_for_its_spans() -> None:
    head = TraceHead("t1", environment="production")
    session = opened("environment:production", store=FakeStore(SPANS, heads=[head]))
    assert rows(session) == ["t1"]
    assert rows(opened("-environment:production", store=FakeStore(SPANS, heads=[head]))) == ["t2"]


def test_a_store_in_which_nothing_exists() -> None:
    session = opened("service:nobody")
    assert rows(session) == []
    assert session.summaries()[0].traces == 0


def test_asking_for_a_foreign_service_is_denied() -> None:
    session = opened("service:front", services=("front",))
    session.permits("service:front")
    with pytest.raises(Denied):
        session.permits("service:hr")


STORES = (
    *("openai_agents/traces.jsonl", "otlp/openinference.otlp.jsonl", "otlp/genai_manual.otlp.jsonl"),
    *("tracecraft/runs.db", "tracecraft/runs.jsonl", "phoenix/phoenix.db", "mlflow/mlflow.db", "llm/logs.db"),
    *("langfuse/langfuse_sdk.otlp.jsonl", "langsmith/runs_merged.jsonl", "zipkin/zipkin_v2.jsonl"),
)


CASES = [(name, "kind:llm") for name in STORES] + [
    *(("tracecraft/runs.db", "-kind:llm"), ("openai_agents/traces.jsonl", "has:output")),
    *(("langsmith/runs_merged.jsonl", "has:output"), ("zipkin/zipkin_v2.jsonl", "-kind:llm")),
]


@pytest.mark.parametrize(("name", "query"), CASES)
def test_real_stores_show_exactly_the_spans_that_match(stores: Path, name: str, query: str) -> None:
    """Against the spans of the unlimited view, asked one by one."""
    engine = Redactor(DEFAULT)
    whole = Session([open_store(stores / name)], engine, BADGE)
    part = Session([open_store(stores / name)], engine, BADGE, limit=Limit(parse(query), ()))
    for session in (whole, part):
        session.scan(lambda progress: None, lambda: False)
    wanted: dict[str, list[str]] = {}
    for row in whole.rows().page(0, 500):
        for node in whole.trace(row.key).nodes:
            span = whole.span(row.key, node.index)
            holds = (
                (span.kind == "llm") == (query == "kind:llm") if "kind" in query else span.output is not None
            )
            if holds:
                wanted.setdefault(str(row.trace_id), []).append(str(span.span_id))
    found: dict[str, list[str]] = {}
    for row in part.rows().page(0, 500):
        nodes = part.trace(row.key).nodes
        assert row.spans == len(nodes)
        found[str(row.trace_id)] = [str(node.span_id) for node in nodes]
    assert {t: sorted(ids) for t, ids in found.items()} == {t: sorted(ids) for t, ids in wanted.items()}
    assert part.summaries()[0].spans == sum(map(len, wanted.values()))
    for session in (whole, part):
        session.close()


def test_a_trace_outside_is_not_loaded_by_its_place() -> None:
    session = opened("service:front")
    with pytest.raises(NotFound):
        session.trace(type(key(session, "t1"))(0, 1))
