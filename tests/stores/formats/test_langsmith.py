"""LangSmith: runs one a line and batch bodies; post and patch are one span however they are stored."""

import json

import pytest
from msgspec.structs import replace

from inspector.model import Event, Kind, Status, SubjectRef, Trace, TraceHead
from inspector.stores.formats.base import Record
from inspector.stores.formats.langsmith import FORMAT

# What the SDK sends first, and what it sends when the run has ended (langsmith client.update_run).
AT_END = (
    "id",
    "trace_id",
    "parent_run_id",
    "dotted_order",
    "end_time",
    "outputs",
    "error",
    "events",
    "extra",
)
AT_START = ("end_time", "outputs", "error")


@pytest.fixture
def runs(stores):
    lines = (stores / "langsmith" / "runs_merged.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def as_post(run):
    return {key: value for key, value in run.items() if key not in AT_START}


def as_patch(run):
    return {key: value for key, value in run.items() if key in AT_END}


def read(*values):
    parsed = [FORMAT.parse(Record(value, 0, 1, n)) for n, value in enumerate(values, 1)]
    assert not [p for x in parsed for p in x.problems]
    return [s for x in parsed for s in x.spans], [s for x in parsed for s in x.patches]


def said(span):
    """All that a span says but where it stands and how it was stored."""
    return replace(span, place=None, raw=None, annotations=())


def test_counts_are_those_of_the_file(runs, stores):
    truth = json.loads((stores / "truth.json").read_text())["langsmith/runs_merged.jsonl"]
    spans, patches = read(*runs)
    assert (len({s.trace_id for s in spans}), len(spans)) == (truth["traces"], truth["spans"]) == (40, 216)
    assert patches == []
    assert sum(s.status is Status.ERROR for s in spans) == sum(bool(r.get("error")) for r in runs) > 0
    assert all(s.status_message == r["error"] for s, r in zip(spans, runs, strict=True) if r.get("error"))


def test_project_session_and_user_are_told_apart(runs):
    spans, _ = read(*runs)
    first = spans[0]
    assert (first.project, first.session, first.user) == ("support-bot", "sess-zofia-01", "usr_7f3a91c2d4")
    assert first.subjects == (SubjectRef("usr_7f3a91c2d4", "extra.metadata:user_id"),)
    assert (first.start, first.tags) == (1795372651805418000, ("prod",))


def test_a_project_id_is_not_a_session(record):
    [span] = FORMAT.parse(
        record(
            {
                "id": "a",
                "trace_id": "a",
                "run_type": "llm",
                "start_time": "2026-01-01T00:00:00",
                "session_id": "p",
            }
        )
    ).spans
    assert (span.project, span.session, span.time_unit) == ("p", None, "naive-utc")


def test_only_model_calls_have_tokens(runs):
    spans, _ = read(*runs)
    calls = [r for r in runs if r["run_type"] == "llm" and (r.get("outputs") or {}).get("usage_metadata")]
    assert sum(s.tokens.sum or 0 for s in spans) == sum(
        r["outputs"]["usage_metadata"]["total_tokens"] for r in calls
    )
    assert {s.kind for s in spans} == {Kind.CHAIN, Kind.TOOL, Kind.LLM}


def test_post_and_patch_in_one_body_are_one_span(runs):
    body = {"post": [as_post(r) for r in runs], "patch": [as_patch(r) for r in reversed(runs)]}
    spans, patches = read(body)
    whole, _ = read(*runs)
    assert [said(s) for s in spans] == [said(s) for s in whole]
    assert patches == []
    assert [s.place.path for s in spans[:2]] == [("post", 0), ("post", 1)]
    assert spans[0].raw["patch"] == [as_patch(runs[0])]


@pytest.mark.parametrize("wrap", [True, False])
def test_a_patch_in_a_later_record_is_applied_when_the_trace_is_loaded(runs, wrap):
    posts = [{"post": [as_post(r)]} if wrap else as_post(r) for r in runs]
    later = [{"patch": [as_patch(r)]} if wrap else as_patch(r) for r in runs]
    spans, patches = read(*posts, *later)
    assert (len(spans), len(patches)) == (216, 216)
    assert {s.status for s in spans} == {Status.IN_PROGRESS}
    whole, _ = read(*runs)
    for trace_id in {s.trace_id for s in spans}:
        own = tuple(s for s in spans if s.trace_id == trace_id)
        trace = FORMAT.finish(Trace(TraceHead(trace_id), own), [p for p in patches if p.trace_id == trace_id])
        assert [said(s) for s in trace.spans] == [said(s) for s in whole if s.trace_id == trace_id]
        assert [s.place for s in trace.spans] == [s.place for s in own]


def test_a_patch_without_its_post_is_shown_as_what_it_is(runs):
    _, patches = read(as_patch(runs[0]), as_patch(runs[0]))
    trace = FORMAT.finish(Trace(TraceHead(runs[0]["trace_id"]), ()), patches)
    [span] = trace.spans
    assert (span.span_id, span.output) == (runs[0]["id"], runs[0]["outputs"])
    assert "patch without its post" in span.flags and "no start" in span.flags


def test_null_in_a_patch_takes_nothing_away(record):
    post = {
        "id": "a",
        "trace_id": "a",
        "run_type": "llm",
        "start_time": "2026-01-01T00:00:00Z",
        "inputs": {"q": 1},
    }
    patch = {"id": "a", "trace_id": "a", "dotted_order": "x", "inputs": None, "outputs": {"a": 2}}
    [span] = FORMAT.parse(record({"post": [post], "patch": [patch]})).spans
    assert (span.input, span.output) == ({"q": 1}, {"a": 2})


def test_events_feedback_and_cost(record):
    value = {
        "id": "a",
        "trace_id": "a",
        "run_type": "llm",
        "start_time": "2026-01-01T00:00:00+00:00",
        "events": [{"name": "new_token", "time": "2026-01-01T00:00:01+00:00", "kwargs": {"token": "x"}}],
        "extra": {"metadata": {"ls_model_name": "gpt-4o"}},
        "prompt_tokens": 7,
        "completion_tokens": 3,
        "total_cost": "0.0012",
        "feedback_stats": {"correct": {"n": 1, "avg": 1.0}},
    }
    [span] = FORMAT.parse(record(value)).spans
    [event] = span.events
    assert isinstance(event, Event) and event.name == "new_token" and event.time == 1767225601 * 10**9
    assert (span.model, span.tokens.sum, span.cost) == ("gpt-4o", 10, 0.0012)
    assert [(a.name, a.value) for a in span.annotations] == [("correct", {"n": 1, "avg": 1.0})]


def test_feedback_rows_become_annotations_of_their_run(record, runs):
    feedback = {
        "id": "f1",
        "run_id": runs[0]["id"],
        "trace_id": runs[0]["trace_id"],
        "key": "thumbs",
        "score": 1,
    }
    [side] = FORMAT.parse(record(feedback)).side
    spans, _ = read(runs[0])
    trace = FORMAT.finish(Trace(TraceHead(side.trace_id), tuple(spans), side=(side,)), [])
    assert [(a.name, a.value) for a in trace.spans[0].annotations] == [("thumbs", {"score": 1})]


def test_a_root_is_known_from_dotted_order_alone(runs):
    root = runs[0]["trace_id"]
    child = next(r for r in runs[1:] if r["trace_id"] == root)
    spans, _ = read({key: value for key, value in child.items() if key != "trace_id"})
    assert spans[0].trace_id == root


def test_nested_child_runs_are_spans(record):
    child = {"id": "b", "trace_id": "a", "run_type": "tool", "name": "t", "start_time": "2026-01-01T00:00:00"}
    value = {
        "id": "a",
        "trace_id": "a",
        "run_type": "chain",
        "start_time": "2026-01-01T00:00:00",
        "child_runs": [child],
    }
    spans = FORMAT.parse(record(value)).spans
    assert [(s.span_id, s.parent_id, s.place.path) for s in spans] == [
        ("a", None, ()),
        ("b", "a", ("child_runs", 0)),
    ]
