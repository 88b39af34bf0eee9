"""OpenAI Agents: counts against the file itself, and the trace line's facts on its spans."""

import json

import pytest
from msgspec.structs import replace

from inspector.model import Kind, Status, SubjectRef, Trace, head_of
from inspector.stores.formats.openai_agents import FORMAT


@pytest.fixture
def file(stores):
    return stores / "openai_agents" / "traces.jsonl"


def parsed(records):
    found = [FORMAT.parse(record) for record in records]
    return [s for p in found for s in p.spans], [t for p in found for t in p.traces]


def loaded(records, trace_id):
    """One trace as a store puts it together."""
    spans, traces = parsed(records)
    [trace] = [t for t in traces if t.head.trace_id == trace_id]
    return FORMAT.finish(replace(trace, spans=tuple(s for s in spans if s.trace_id == trace_id)), [])


def test_counts_are_those_of_the_file(file, records, stores):
    truth = json.loads((stores / "truth.json").read_text())["openai_agents/traces.jsonl"]
    spans, traces = parsed(records(file))
    assert (len(traces), len(spans)) == (truth["traces"], truth["spans"]) == (60, 639)
    assert {s.trace_id for s in spans} == {t.head.trace_id for t in traces}
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert sum(s.status is Status.ERROR for s in spans) == sum(bool(x.get("error")) for x in lines) > 0


def test_every_span_has_times_in_ns_and_a_known_kind(file, records):
    spans, _ = parsed(records(file))
    assert all(s.start and s.end and s.start <= s.end for s in spans)
    assert not [s for s in spans if s.kind is Kind.UNKNOWN or s.flags]
    first = spans[0]
    # 2026-11-22T18:37:24.734415+00:00
    assert (first.start, first.time_unit) == (1795372644734415000, "iso")


def test_tokens_are_those_of_the_calls_counted_once(file, records):
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    calls = [
        x["span_data"] for x in lines if x["object"] == "trace.span" and x["span_data"]["type"] == "response"
    ]
    spans, _ = parsed(records(file))
    assert sum(s.tokens.sum or 0 for s in spans) == sum(
        c["usage"]["total_tokens"] for c in calls if c["usage"]
    )


def test_user_and_session_come_from_the_trace_line(file, records):
    trace = loaded(records(file), "trace_35db5386280f4c5687727d4e3bb78134")
    assert trace.head.name == "Support workflow"
    for span in trace.spans:
        assert (span.user, span.session) == ("usr_7f3a91c2d4", "sess-zofia-01")
        assert SubjectRef("usr_7f3a91c2d4", "trace.metadata:user_id") in span.subjects
        assert SubjectRef("zofia.wrzesniewska84@nordhaven.example", "trace.metadata:email") in span.subjects


def test_a_span_keeps_everything_its_line_holds(file, records):
    for record in records(file):
        for span in FORMAT.parse(record).spans:
            assert span.raw == record.value
            assert (span.place.start, span.place.end, span.place.path) == (record.start, record.end, ())


def test_error_message_and_its_data(file, records):
    spans, _ = parsed(records(file))
    for span in (s for s in spans if s.status is Status.ERROR):
        error = span.raw["error"]
        assert span.status_message == error["message"]
        assert [a.value for a in span.attributes if a.key == "error.data"] == [error["data"]]


KINDS = [
    ({"type": "generation", "model": "gpt-4o", "input": [], "output": []}, Kind.LLM, "gpt-4o"),
    ({"type": "function", "name": "look_up"}, Kind.TOOL, "look_up"),
    ({"type": "handoff", "from_agent": "Triage", "to_agent": "Billing"}, Kind.AGENT, "Triage → Billing"),
    ({"type": "guardrail", "name": "abuse", "triggered": True}, Kind.GUARDRAIL, "abuse"),
    ({"type": "mcp_tools", "server": "files", "result": ["read"]}, Kind.TOOL, "files"),
    ({"type": "speech", "model": "tts-1", "input": "hello"}, Kind.LLM, "tts-1"),
    ({"type": "transcription", "output": "hello"}, Kind.LLM, "transcription"),
    ({"type": "speech_group", "input": "hello"}, Kind.CHAIN, "speech_group"),
    ({"type": "custom", "name": "turn", "data": {"sdk_span_type": "turn"}}, Kind.AGENT, "turn"),
    ({"type": "custom", "name": "mine", "data": {}}, Kind.CHAIN, "mine"),
    ({"type": "next_year"}, Kind.UNKNOWN, "next_year"),
]


@pytest.mark.parametrize(("data", "kind", "name"), KINDS)
def test_kinds_and_names(record, data, kind, name):
    value = {"object": "trace.span", "id": "span_1", "trace_id": "trace_1", "span_data": data}
    [span] = FORMAT.parse(record(value)).spans
    assert (span.kind, span.name, span.kind_written) == (kind, name, data["type"])


def test_a_span_that_has_not_ended_is_in_progress(record):
    value = {
        "object": "trace.span",
        "id": "span_1",
        "trace_id": "trace_1",
        "started_at": "2026-01-01T00:00:00Z",
        "ended_at": None,
        "span_data": {"type": "agent", "name": "a"},
        "error": None,
    }
    [span] = FORMAT.parse(record(value)).spans
    assert (span.status, span.end) == (Status.IN_PROGRESS, None)
    assert head_of(span).start == 1767225600 * 10**9


def test_a_trace_without_a_line_of_its_own_is_left_as_it_is(file, records):
    spans, _ = parsed(records(file))
    trace = Trace(
        replace(loaded(records(file), spans[0].trace_id).head, user=None, session=None), (spans[0],)
    )
    assert FORMAT.finish(trace, []).spans == (spans[0],)
