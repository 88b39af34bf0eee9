"""Jaeger: the project's own sample (duplicate ids and all), and the shapes it can have."""

import json
from collections import Counter

import pytest

from inspector.model import Kind, Status
from inspector.stores.formats.base import Record
from inspector.stores.formats.jaeger import FORMAT


@pytest.fixture
def sample(stores):
    return json.loads((stores / "jaeger" / "ui_01.json").read_text())


def parse(value):
    return FORMAT.parse(Record(value, 0, 1, 1))


def test_counts_are_those_of_the_file(sample):
    parsed = parse(sample)
    written = sample["spans"]
    assert len(parsed.spans) == len(written) == 5
    assert (
        {s.trace_id for s in parsed.spans} == {sample["traceID"]} == {t.head.trace_id for t in parsed.traces}
    )
    failed = [w for w in written if {"key": "error", "type": "bool", "value": True} in w["tags"]]
    assert sum(s.status is Status.ERROR for s in parsed.spans) == len(failed) == 1
    ids = Counter(s.span_id for s in parsed.spans)
    assert ids == Counter(w["spanID"] for w in written) and max(ids.values()) == 2


def test_only_the_spans_that_are_wanted_are_built(sample):
    record = Record({"data": [sample, sample]}, 0, 1, 1, (3,))
    wanted = frozenset([(3, "data", 1, "spans", 2)])
    some = FORMAT.some(record, wanted)
    assert [s.place.path for s in some.spans] == list(wanted)
    assert some.spans == [s for s in FORMAT.parse(record).spans if s.place.path in wanted]
    assert len(some.traces) == 2


def test_tags_have_their_types(sample):
    span = parse(sample).spans[1]
    found = {a.key: a.value for a in span.attributes}
    assert found["javascript_limit"] == 9223372036854775222
    assert (found["error"], found["temperature"], found["peer.ipv4"]) == (True, 72.5, 23456)
    assert found["blob"] == b"\x00\x00\x30\x39"


def test_references_make_a_parent_and_links(sample):
    by_id = {s.name: s for s in parse(sample).spans}
    many = by_id["reference-test"]
    assert many.parent_id == "0000000000000002"
    assert [(link.trace_id, link.span_id, link.attributes[0].value) for link in many.links] == [
        ("00000000000000ff", "00000000000000ff", "CHILD_OF"),
        ("0000000000000001", "0000000000000002", "FOLLOWS_FROM"),
    ]
    assert by_id["preserveParentID-test"].parent_id == "0000000000000004"


def test_services_logs_warnings_and_times(sample):
    parsed = parse(sample)
    services = [sample["processes"][w["processID"]]["serviceName"] for w in sample["spans"]]
    assert [s.service for s in parsed.spans] == services
    assert set(services) == {"service-x", "service-y"}
    first = parsed.spans[0]
    assert [(e.name, e.time) for e in first.events] == [
        ("some-event", 1485467191639875000),
        ("log", 1485467191639875000),
    ]
    assert (first.start, first.end) == (1485467191639875000, 1485467191639880000)
    warned = [s for s in parsed.spans if "warnings" in s.flags]
    assert len(warned) == sum(bool(w["warnings"]) for w in sample["spans"]) == 2
    assert ("warnings", ["some trace warning"]) in [(a.key, a.value) for a in parsed.traces[0].attributes]


def test_the_three_shapes_give_the_same_spans(sample):
    bare = parse(sample).spans
    enveloped = parse({"data": [sample], "total": 0, "limit": 0, "offset": 0, "errors": None}).spans
    assert [s.place.path for s in enveloped] == [("data", 0, "spans", n) for n in range(5)]
    inline = [s | {"process": sample["processes"][s["processID"]]} for s in sample["spans"]]
    alone = [parse(span).spans[0] for span in inline]
    for one, two, three in zip(bare, enveloped, alone, strict=True):
        assert (one.span_id, one.attributes, one.resource) == (two.span_id, two.attributes, two.resource)
        assert (one.name, one.service, one.parent_id) == (three.name, three.service, three.parent_id)


def test_genai_tags(record):
    span = {
        "traceID": "1" * 32,
        "spanID": "2" * 16,
        "operationName": "chat",
        "startTime": 1,
        "duration": 1,
        "processID": "p9",
        "tags": [
            {"key": "span.kind", "type": "string", "value": "client"},
            {"key": "gen_ai.request.model", "type": "string", "value": "gpt-4o"},
            {"key": "gen_ai.usage.input_tokens", "type": "int64", "value": "12"},
            {"key": "user.id", "type": "string", "value": "u1"},
        ],
    }
    parsed = FORMAT.parse(record({"data": [{"traceID": "1" * 32, "spans": [span], "processes": {}}]}))
    [found] = parsed.spans
    assert (found.kind, found.model, found.tokens.input, found.user) == (Kind.LLM, "gpt-4o", 12, "u1")
    assert found.flags == ("unknown process",)
