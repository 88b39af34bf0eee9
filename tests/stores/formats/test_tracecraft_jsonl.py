"""TraceCraft JSONL: a run a line; heads and whole spans agree, and the run's facts are on its steps."""

import json

import pytest

from inspector.model import Kind, Status, SubjectRef, head_of
from inspector.stores.formats.tracecraft_jsonl import FORMAT


@pytest.fixture
def file(stores):
    return stores / "tracecraft" / "runs.jsonl"


def steps(holder, key="steps"):
    for step in holder[key]:
        yield step
        yield from steps(step, "children")


def test_counts_are_those_of_the_file(file, records):
    runs = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    parsed = [FORMAT.parse(r) for r in records(file)]
    spans = [s for p in parsed for s in p.spans]
    assert (len(parsed), sum(len(p.traces) for p in parsed), len(spans)) == (60, 60, 723)
    assert [s.span_id for s in spans] == [step["id"] for run in runs for step in steps(run)]
    assert (
        sum(s.status is Status.ERROR for s in spans)
        == sum(step["error"] is not None for run in runs for step in steps(run))
        == sum(run["error_count"] for run in runs)
        > 0
    )


def test_heads_equal_whole_spans(file, records):
    for record in records(file):
        heads, parsed = FORMAT.heads(record), FORMAT.parse(record)
        assert heads.spans == [head_of(s) for s in parsed.spans]
        assert heads.traces == [t.head for t in parsed.traces]


def test_a_step_stands_where_its_place_says(file, records):
    for record in records(file):
        for span in FORMAT.parse(record).spans:
            found = record.value
            for step in span.place.path:
                found = found[step]
            assert (found["id"], found["name"]) == (span.span_id, span.name)


def test_what_the_run_says_is_on_the_trace_and_on_its_steps(file, records):
    first = records(file)[0]
    [trace], spans = FORMAT.parse(first).traces, FORMAT.parse(first).spans
    run = first.value
    assert (trace.input, trace.output) == (run["input"], run["output"])
    kept = {a.key: a.value for a in trace.attributes}
    for key in ("agent_name", "agent_id", "description", "git.sha", "client.ip"):
        assert key in kept
    assert "steps" not in trace.raw and trace.raw["agent_name"] == run["agent_name"]
    assert {s.session for s in spans} == {run["session_id"]}
    assert trace.head.tags == tuple(run["tags"])


def test_a_run_without_a_user_still_names_the_person_of_its_input(file, records):
    silent = [r for r in records(file) if r.value["user_id"] is None and "customer_id" in r.value["input"]]
    assert silent
    for record in silent:
        person = record.value["input"]["customer_id"]
        for span in FORMAT.parse(record).spans:
            assert span.user is None
            assert SubjectRef(person, "run.input:customer_id") in span.subjects


def test_streamed_chunks_are_kept(file, records):
    spans = [s for r in records(file) for s in FORMAT.parse(r).spans]
    streamed = [a.value for s in spans for a in s.attributes if a.key == "streaming_chunks" and a.value]
    assert len(streamed) == 22


def test_an_open_step_is_in_progress_and_a_duration_makes_an_end(record):
    run = {
        "id": "r",
        "start_time": "2026-01-01T00:00:00Z",
        "total_tokens": 0,
        "steps": [
            {"id": "a", "type": "llm", "start_time": "2026-01-01T00:00:00Z", "end_time": None, "error": None},
            {
                "id": "b",
                "type": "error",
                "start_time": "2026-01-01T00:00:00Z",
                "duration_ms": 1.5,
                "children": [7],
            },
        ],
    }
    parsed = FORMAT.parse(record(run))
    first, second = parsed.spans
    assert (first.status, second.end - second.start, second.kind) == (
        Status.IN_PROGRESS,
        1_500_000,
        Kind.INTERNAL,
    )
    assert [(p.what, p.count) for p in parsed.problems] == [("a step that is no object", 1)]
    assert FORMAT.heads(record(run)).problems == parsed.problems


def test_depth_is_not_python_s(record):
    step: dict[str, object] = {"id": "0", "children": []}
    for number in range(1, 3000):
        step = {"id": str(number), "children": [step]}
    spans = FORMAT.parse(record_of(step)).spans
    assert len(spans) == 3000 and spans[-1].parent_id == "1"


def record_of(step):
    from inspector.stores.formats.base import Record

    return Record({"id": "r", "start_time": None, "total_tokens": 0, "steps": [step]}, 0, 1, 1)
