"""Zipkin v2: microseconds, the error tag, and what OpenTelemetry's exporter hides in tags and annotations."""

import json

import pytest

from inspector.model import Kind, Status, SubjectRef
from inspector.stores.formats.zipkin import FORMAT


@pytest.fixture
def spans(stores, records):
    return [s for r in records(stores / "zipkin" / "zipkin_v2.jsonl") for s in FORMAT.parse(r).spans]


@pytest.fixture
def written(stores):
    lines = (stores / "zipkin" / "zipkin_v2.jsonl").read_text().splitlines()
    return [span for line in lines for span in json.loads(line)]


def test_counts_are_those_of_the_file(spans, written, stores):
    truth = json.loads((stores / "truth.json").read_text())["zipkin/zipkin_v2.jsonl"]
    assert (len({s.trace_id for s in spans}), len(spans)) == (truth["traces"], truth["spans"]) == (50, 100)
    assert sum(s.status is Status.ERROR for s in spans) == sum("error" in w["tags"] for w in written) > 0
    assert all(s.status_message == w["tags"].get("error", "") for s, w in zip(spans, written, strict=True))


def test_times_are_ns_and_places_point_into_the_list(spans, written):
    for span, value in zip(spans, written, strict=True):
        assert span.start == value["timestamp"] * 1000
        assert span.end == (value["timestamp"] + value["duration"]) * 1000
        assert (span.place.line, len(span.place.path)) in ((1, 1), (2, 1))


def test_service_kind_user_and_scope(spans):
    assert {s.service for s in spans} == {"checkout"}
    assert {s.kind for s in spans} == {Kind.CLIENT, Kind.SERVER}
    server = next(s for s in spans if s.kind is Kind.SERVER)
    assert server.subjects == (SubjectRef(server.user, "attr:enduser.id"),)
    assert server.scope.name == "z"


def test_an_exception_is_an_event(spans):
    failed = next(s for s in spans if s.status is Status.ERROR)
    [event] = failed.events
    assert event.name == "exception"
    assert "exception.message" in {a.key for a in event.attributes}


def span_of(record, **fields):
    base = {
        "traceId": "463ac35c9f6413ad48485a3953bb6124",
        "id": "a2fb4a1d1a96d312",
        "timestamp": 1,
        "duration": 2,
    }
    [span] = FORMAT.parse(record(base | fields)).spans
    return span


@pytest.mark.parametrize(
    ("tags", "status", "message"),
    [
        ({}, Status.UNSET, ""),
        ({"error": ""}, Status.ERROR, ""),
        ({"error": "true"}, Status.ERROR, ""),
        ({"error": "false"}, Status.UNSET, ""),
        ({"error": "timeout"}, Status.ERROR, "timeout"),
        ({"otel.status_code": "OK"}, Status.OK, ""),
        ({"otel.status_code": "ERROR", "otel.status_description": "broken"}, Status.ERROR, "broken"),
    ],
)
def test_status(record, tags, status, message):
    span = span_of(record, tags=tags)
    assert (span.status, span.status_message) == (status, message)


def test_genai_tags_and_plain_annotations(record):
    span = span_of(
        record,
        kind="CLIENT",
        tags={
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.input_tokens": "12",
            "gen_ai.usage.output_tokens": "5",
            "gen_ai.input.messages": '[{"role":"user"}]',
        },
        annotations=[{"timestamp": 5, "value": "ws"}],
        remoteEndpoint={"serviceName": "db", "port": 5432},
        shared=True,
    )
    assert (span.kind, span.model, span.tokens.sum) == (Kind.LLM, "gpt-4o", 17)
    assert span.input == '[{"role":"user"}]'
    assert [(e.name, e.time) for e in span.events] == [("ws", 5000)]
    assert {a.key: a.value for a in span.attributes}["remoteEndpoint"] == {"serviceName": "db", "port": 5432}
    assert span.flags == ("span id shared with its caller",)
