"""The console exporter's output, as the Python SDK really prints it."""

from __future__ import annotations

import gzip
import json

import pytest

from inspector.model import Kind, Status, SubjectRef, Tokens
from inspector.stores import open_store
from inspector.stores.formats.base import Record
from inspector.stores.formats.console import FORMAT


@pytest.fixture
def console(stores):
    return stores.parent / "otel" / "console.json"


def spans_of(path):
    store = open_store(path)
    assert store.info.format.id == "otel-console"
    places = {}
    problems = []
    for batch in store.scan():
        problems += batch.problems
        for head in batch.spans:
            places.setdefault(head.trace_id, []).append(head.place)
    assert not problems
    return [span for trace_id, wanted in places.items() for span in store.load(trace_id, wanted).spans]


def test_every_object_is_a_span_at_its_own_bytes(console):
    data = console.read_bytes()
    spans = spans_of(console)
    names = ["chat test", "execute_tool lookup", "chat test", "invoke_agent support", "POST /ask", "refund"]
    assert [s.name for s in spans] == names
    assert len({s.trace_id for s in spans}) == 2
    for span in spans:
        assert json.loads(data[span.place.start : span.place.end]) == span.raw
        assert data[: span.place.start].count(b"\n") + 1 == span.place.line
        assert not span.flags


def test_what_an_agent_of_pydantic_ai_says(console):
    chat, tool, _, agent, server, refund = spans_of(console)
    assert [s.kind for s in (chat, tool, agent, server)] == [Kind.LLM, Kind.TOOL, Kind.AGENT, Kind.SERVER]
    assert (chat.model, chat.tokens) == ("test", Tokens(61, 5))
    assert chat.parent_id == agent.span_id
    assert agent.parent_id == server.span_id
    assert server.parent_id is None
    assert (server.user, server.session) == ("user-1", "session-1")
    assert server.subjects == (SubjectRef("user-1", "attr:user.id"),)
    assert tool.input == '{"order":"a"}'
    assert tool.output == "order a of ada@example.com"
    assert agent.output == '{"lookup":"order a of ada@example.com"}'
    assert (server.service, server.environment, server.time_unit) == ("shop", "staging", "iso")
    assert server.start < agent.start < chat.start < chat.end <= agent.end
    assert (refund.status, refund.status_message) == (
        Status.ERROR,
        "ValueError: no such order: ada@example.com",
    )
    assert [(e.name, {a.key: a.value for a in e.attributes}) for e in refund.events] == [
        ("attempt", {"number": 1})
    ]
    assert (refund.links[0].trace_id, refund.links[0].span_id) == (server.trace_id, server.span_id)


def test_packed_and_among_other_lines(console, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(gzip.compress(console.read_bytes()))
    assert len(spans_of(path)) == 6
    compact = tmp_path / "y"
    values = [span.raw for span in spans_of(console)]
    compact.write_text("".join(json.dumps(value) + "\n" for value in values))
    assert [s.raw for s in spans_of(compact)] == values


@pytest.mark.parametrize(
    "value",
    [{"context": 3}, {"context": {"trace_id": [], "span_id": {}}, "status": 3, "events": [1], "links": {}},
     {"context": {}, "attributes": [], "resource": "x", "start_time": 5, "name": []}],
)  # fmt: skip
def test_odd_types(value):
    (span,) = FORMAT.parse(Record(value, 0, 9, 1)).spans
    assert "no span id" in span.flags
    assert FORMAT.parse(Record({"a": 1}, 0, 9, 1)).problems
