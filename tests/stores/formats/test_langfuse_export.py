"""Langfuse exports: enriched rows, older rows joined with their trace, and what the API answers.

The rows are made from a real SDK's spans by tests/data/make_langfuse_export.py, after Langfuse's published
field reference and its package's models.
"""

import json

import pytest
from msgspec.structs import replace

from inspector.model import Kind, Status, SubjectRef
from inspector.stores.formats.base import Record
from inspector.stores.formats.langfuse_export import FORMAT


@pytest.fixture
def exports(stores):
    return stores.parent / "langfuse_export"


def parse_all(records):
    parsed = [FORMAT.parse(r) for r in records]
    assert not [p for x in parsed for p in x.problems]
    spans = [s for x in parsed for s in x.spans]
    return spans, [t for x in parsed for t in x.traces], [s for x in parsed for s in x.side]


def loaded(records):
    """Every trace as a store puts it together."""
    spans, traces, side = parse_all(records)
    for trace in traces:
        own = trace.head.trace_id
        yield FORMAT.finish(
            replace(
                trace,
                spans=tuple(s for s in spans if s.trace_id == own),
                side=tuple(s for s in side if s.trace_id == own),
            ),
            [],
        )


@pytest.mark.parametrize("name", ["observations_v2.jsonl", "legacy.jsonl", "api.json"])
def test_counts_errors_and_roots(exports, records, name):
    rows = [r.value for r in records(exports / name)]
    rows = [r for r in rows if "type" in r]
    spans, traces, _ = parse_all(records(exports / name))
    trace_ids = {r.get("trace_id", r.get("traceId")) for r in rows}
    assert (len(spans), {s.trace_id for s in spans}) == (len(rows), trace_ids)
    assert (len(spans), len(trace_ids)) == (36, 12)
    assert sum(s.status is Status.ERROR for s in spans) == sum(r["level"] == "ERROR" for r in rows) > 0
    assert sum(s.parent_id is None for s in spans) == 12
    assert {t.head.trace_id for t in traces} == trace_ids


def test_the_three_exports_say_the_same(exports, records):
    def told(name):
        found = {}
        for trace in loaded(records(exports / name)):
            for s in trace.spans:
                said = (s.trace_id, s.parent_id, s.name, s.kind, s.start, s.end, s.status, s.status_message)
                about = (s.user, s.session, s.environment, s.tags, s.model, s.tokens.sum, s.cost)
                found[s.span_id] = (*said, *about, s.input, s.output or None)
        return found

    enriched = told("observations_v2.jsonl")
    assert len(enriched) == 36
    assert told("legacy.jsonl") == enriched
    assert told("api.json") == enriched


def test_an_enriched_row_names_its_user(exports, records):
    spans, _, _ = parse_all(records(exports / "observations_v2.jsonl"))
    assert {s.time_unit for s in spans} == {"naive-utc"}
    first = spans[0]
    assert first.subjects[0] == SubjectRef("usr_7f3a91c2d4", "observation:user_id")
    assert SubjectRef("zofia.wrzesniewska84@nordhaven.example", "metadata:email") in first.subjects
    assert {s.kind for s in spans} == {Kind.AGENT, Kind.LLM, Kind.TOOL}


def test_an_older_row_gets_its_user_from_the_trace_row(exports, records):
    spans, _, side = parse_all(records(exports / "legacy.jsonl"))
    assert {s.user for s in spans} == {None} and len(side) == 4
    traces = list(loaded(records(exports / "legacy.jsonl")))
    for trace in traces:
        for span in trace.spans:
            assert SubjectRef(trace.head.user, "trace:user_id") in span.subjects
    annotated = [a for t in traces for s in t.spans for a in s.annotations]
    on_traces = [a for t in traces for a in t.annotations]
    assert (len(annotated), len(on_traces)) == (2, 2)
    assert annotated[0].name == "helpfulness" and annotated[0].value["source"] == "EVAL"


def test_a_trace_download_and_an_api_page(exports, records):
    rows = [r.value for r in records(exports / "api.json")]
    own = [r for r in rows if r["traceId"] == rows[0]["traceId"]]
    download = {"trace": {"id": own[0]["traceId"], "timestamp": own[0]["startTime"]}, "observations": own}
    parsed = FORMAT.parse(Record(download, 0, 1, 1))
    assert [s.place.path for s in parsed.spans] == [("observations", n) for n in range(3)]
    page = FORMAT.parse(Record({"data": rows, "meta": {"cursor": None}}, 0, 1, 1))
    assert (len(page.spans), page.spans[4].place.path) == (36, ("data", 4))
    assert FORMAT.score([download]) > 0 and FORMAT.score([{"data": rows, "meta": {}}]) > 0


def test_latency_is_seconds_and_an_event_has_no_end(record):
    base = {
        "id": "a",
        "trace_id": "t",
        "parent_observation_id": "",
        "start_time": "2026-01-01 00:00:00.000000",
    }
    [timed] = FORMAT.parse(record(base | {"type": "SPAN", "end_time": None, "latency": 1.25})).spans
    assert timed.end - timed.start == 1_250_000_000
    [event] = FORMAT.parse(record(base | {"type": "EVENT", "end_time": None})).spans
    assert (event.end, event.status, event.kind) == (None, Status.UNSET, Kind.INTERNAL)
    [running] = FORMAT.parse(record(base | {"type": "SPAN", "end_time": None})).spans
    assert running.status is Status.IN_PROGRESS


def test_rows_may_lack_field_groups(exports, records):
    core = ("id", "trace_id", "start_time", "end_time", "project_id", "parent_observation_id", "type")
    rows = [{k: r.value[k] for k in core} for r in records(exports / "observations_v2.jsonl")]
    assert FORMAT.score(rows) > 0
    assert (
        len([s for r in rows for s in FORMAT.parse(Record(json.loads(json.dumps(r)), 0, 1, 1)).spans]) == 36
    )
