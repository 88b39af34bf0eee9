"""OTLP in the variants that tools write, and everything in a span kept."""

from __future__ import annotations

import json
import math

import pytest

from inspector.model import Attribute, Kind, Status, SubjectRef, Tokens, head_of
from inspector.stores.formats.base import Record
from inspector.stores.formats.otlp import FORMAT

TRACE, SPAN = "a9d9b1c7da89c000c4719fb55cb32655", "3a8eda9787b871c8"
PLAIN = {"traceId": TRACE, "spanId": SPAN, "name": "n", "kind": 2, "startTimeUnixNano": "1795372180000000000",
         "endTimeUnixNano": "1795372181000000000", "status": {"code": 2, "message": "m"}}  # fmt: skip


def parse(value):
    """Spans, side records and problems; that heads say the same is checked each time."""
    record = Record(value, 0, 10, 1)
    parsed, heads = FORMAT.parse(record), FORMAT.heads(record)
    assert heads.spans == [head_of(span) for span in parsed.spans]
    assert heads.side == len(parsed.side)
    assert heads.side_of == [side.trace_id for side in parsed.side]
    assert heads.problems == parsed.problems
    for found in (*parsed.spans, *parsed.side):
        inside = value
        for step in found.place.path:
            inside = inside[step]
        assert inside == getattr(found, "raw", getattr(found, "value", None))
    for span in parsed.spans:
        assert FORMAT.some(record, frozenset([span.place.path])).spans == [span]
    return parsed.spans, parsed.side, parsed.problems


def batch(*spans, **resource):
    return {"resourceSpans": [{**resource, "scopeSpans": [{"scope": {"name": "s"}, "spans": list(spans)}]}]}


NAMES = {
    "traceId": "qdmxx9qJwADEcZ+1XLMmVQ==",
    "spanId": "Oo7al4e4ccg=",
    "kind": "SPAN_KIND_SERVER",
    "status": {"code": "STATUS_CODE_ERROR", "message": "m"},
}
NUMBERS = {
    "traceId": TRACE.upper(),
    "spanId": SPAN.upper(),
    "startTimeUnixNano": 1795372180000000000,
    "endTimeUnixNano": 1.795372181e18,
}
SNAKE = {
    "trace_id": TRACE,
    "span_id": SPAN,
    "name": "n",
    "kind": 2,
    "start_time_unix_nano": "1795372180000000000",
    "end_time_unix_nano": "1795372181000000000",
    "status": {"code": 2, "message": "m"},
}
VARIANTS = {
    "plain": batch(PLAIN),
    "result": {"result": batch(PLAIN)},
    "bare resource": batch(PLAIN, resource={})["resourceSpans"][0],
    "bare span": PLAIN,
    "old": {"resourceSpans": [{"instrumentationLibrarySpans": [{"spans": [PLAIN]}]}]},
    "protobuf names": batch(PLAIN | NAMES),
    "upper case and numbers": batch(PLAIN | NUMBERS),
    "snake": {"resource_spans": [{"scope_spans": [{"spans": [SNAKE]}]}]},
}


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_is_the_same_span(name):
    value = json.loads(json.dumps(VARIANTS[name]))
    assert FORMAT.score([value]) >= 60
    (span,), side, problems = parse(value)
    assert (span.trace_id, span.span_id, span.parent_id) == (TRACE, SPAN, None)
    assert (span.name, span.kind, span.kind_written) == ("n", Kind.SERVER, "SERVER")
    assert (span.start, span.end) == (1795372180000000000, 1795372181000000000)
    assert (span.status, span.status_message) == (Status.ERROR, "m")
    assert not span.flags
    assert not side
    assert not problems


def test_nothing_of_the_odd_span_is_lost(stores):
    lines = (stores / "hostile" / "types.jsonl").read_bytes().split(b"\n")
    (span,), _, _ = parse(json.loads(lines[0]))
    assert (span.kind, span.status) == (Kind.SERVER, Status.ERROR)
    values = [(a.key, a.value) for a in span.attributes]
    assert values[:-1] == [
        ("n", None),
        ("null", None),
        ("empty", None),
        ("i", 2**63 - 1),
        ("istr", -5),
        ("kv", {"user": "usr_7f3a91c2d4"}),
        ("dup", "1"),
        ("dup", "2"),
        ("b", b"zzofia.wrzesniewska84@nordhaven.example"),
    ]
    assert values[-1][0] == "d"
    assert math.isnan(values[-1][1])
    assert span.raw["unknownField"] == {"x": 1}
    assert (span.events, span.links, span.resource) == ((), (), ())
    assert "no start" in span.flags
    (log,) = parse(json.loads(lines[4]))[1]
    assert log.kind == "log"
    assert log.trace_id == "1" * 32


@pytest.mark.parametrize(
    ("name", "start", "end", "status", "flags"),
    [
        ("negative", 1795372181000000000, 1795372180000000000, "unset", ("ends before it starts",)),
        ("epoch0", None, None, "unset", ("no start", "no end")),
        ("u64max", None, None, "unset", ("bad start", "bad end")),
        ("unfinished", 1795372180000000000, None, "in_progress", ("no end",)),
        ("int times", 1795372180000000001, 1795372181000000000, "unset", ()),
        ("no times", None, None, "unset", ("no start", "no end")),
        ("iso time", 1767225600000000000, None, "in_progress", ("no end",)),
    ],
)
def test_times(stores, name, start, end, status, flags):
    lines = (stores / "hostile" / "weird_times.jsonl").read_bytes().splitlines()
    spans = {span.name: span for line in lines for span in parse(json.loads(line))[0]}
    span = spans[name]
    assert (span.start, span.end, span.status, span.flags) == (start, end, status, flags)
    assert span.time_unit == ("iso" if name == "iso time" else "ns")


def test_ids(stores):
    (line,) = (stores / "hostile" / "weird_ids.jsonl").read_bytes().splitlines()
    spans = {span.name: span for span in parse(json.loads(line))[0]}
    assert spans["UPPERCASE"].trace_id == "a" * 32
    assert spans["base64 ids"].trace_id == TRACE
    assert spans["0x ids"].span_id == "0000000000000009"
    assert spans["uuid"].trace_id == "550e8400-e29b-41d4-a716-446655440000"
    assert spans["path/newline"].span_id == "x\ny"
    assert spans["all zero"].trace_id == spans["empty ids"].trace_id == spans["no ids"].trace_id == ""
    assert all("no span id" in spans[name].flags for name in ("all zero", "empty ids", "no ids"))


def test_a_whole_genai_span(stores):
    path = stores / "otlp" / "genai_manual.otlp.jsonl"
    spans = [s for line in path.read_bytes().splitlines() for s in parse(json.loads(line))[0]]
    chat = next(s for s in spans if s.name == "chat gpt-5.5")
    assert (chat.kind, chat.model, chat.tokens) == (Kind.LLM, "gpt-5.5", Tokens(120, 7))
    assert (chat.service, chat.environment, chat.project) == ("agent-runtime", "staging", "default")
    assert chat.scope.name == "acme.support"
    assert chat.input.startswith('[{"role": "user"')
    assert chat.events[0].name == "gen_ai.client.inference.operation.details"
    assert chat.events[0].attributes
    root = next(s for s in spans if s.user)
    assert SubjectRef(root.user, "attr:user.id") in root.subjects
    assert {ref.source for ref in root.subjects} >= {"attr:user.id", "attr:enduser.id", "attr:user.email"}
    assert root.session
    assert any(math.isnan(v) for s in spans for a in s.attributes if a.key == "float.attr" for v in a.value)
    assert any(isinstance(a.value, bytes) and len(a.value) >= 256 for s in spans for a in s.attributes)
    assert Attribute("int.attr", 2**53) in root.attributes or any(
        Attribute("int.attr", 2**53) in s.attributes for s in spans
    )
    assert sum(len(s.links) for s in spans) >= 23
    tools = [s for s in spans if s.kind is Kind.TOOL]
    assert len(tools) == 120
    assert all(isinstance(s.input, str) and s.output for s in tools)


def test_a_whole_langfuse_span(stores):
    line = (stores / "langfuse" / "langfuse_sdk.otlp.jsonl").read_bytes()
    spans, _, _ = parse(json.loads(line))
    generation = next(s for s in spans if s.kind_written == "generation")
    assert (generation.kind, generation.model, generation.tokens) == (Kind.LLM, "gpt-5.5", Tokens(5, 6))
    assert generation.tags == ("prod",)
    assert generation.user
    assert generation.session
    assert '"kwargs"' in generation.input
    sources = {ref.source for s in spans for ref in s.subjects}
    assert sources == {"attr:user.id", "attr:langfuse.trace.metadata.email"}
    assert sum(s.status is Status.ERROR for s in spans) == 8
    assert all(s.status_message for s in spans if s.status is Status.ERROR)


def test_a_langfuse_level_is_a_status():
    level = {"key": "langfuse.observation.level", "value": {"stringValue": "ERROR"}}
    why = {"key": "langfuse.observation.status_message", "value": {"stringValue": "quota"}}
    (span,), _, _ = parse(batch({**PLAIN, "status": {}, "attributes": [level, why]}))
    assert (span.status, span.status_message) == (Status.ERROR, "quota")


def test_shared_resource_and_scope_reach_every_span():
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}},
                               {"key": "user.id", "value": {"stringValue": "u"}}]}  # fmt: skip
    spans, _, _ = parse(batch(PLAIN, {**PLAIN, "spanId": "b" * 16}, resource=resource))
    assert [s.service for s in spans] == ["shop", "shop"]
    assert [s.subjects for s in spans] == [(SubjectRef("u", "resource:user.id"),)] * 2


def test_wrong_types_are_named_by_their_place():
    value = {
        "resourceSpans": [
            3,
            {"scopeSpans": {}},
            {"scopeSpans": [{"spans": "x"}, {"spans": [1, PLAIN, None]}]},
        ]
    }
    spans, _, problems = parse(value)
    assert len(spans) == 1
    assert [(p.where, p.what) for p in problems] == [
        ("line 1, byte 0, resourceSpans[0]", "no object"),
        ("line 1, byte 0, resourceSpans[1].scopeSpans", "no list"),
        ("line 1, byte 0, resourceSpans[2].scopeSpans[0].spans", "no list"),
        ("line 1, byte 0, resourceSpans[2].scopeSpans[1].spans[0]", "no object"),
        ("line 1, byte 0, resourceSpans[2].scopeSpans[1].spans[2]", "no object"),
    ]


@pytest.mark.parametrize("key", ["attributes", "events", "links"])
def test_wrong_types_inside_a_span_are_flagged(key):
    for odd in (3, "x", [1, 2]):
        (span,), _, _ = parse(batch({**PLAIN, key: odd}))
        assert span.flags == (f"bad {key}",)
        assert span.raw[key] == odd


def test_logs_and_metrics_are_side_records_beside_spans():
    value = {
        **batch(PLAIN),
        "resourceLogs": [{"scopeLogs": [{"logRecords": [{"traceId": TRACE.upper()}, {"body": 1}, 5]}]}],
        "resource_metrics": [{"scope_metrics": [{"metrics": [{"name": "m"}]}]}],
        "resourceProfiles": [{"scopeProfiles": [{"profiles": [{"profileId": "p"}]}]}],
    }
    spans, side, problems = parse(value)
    assert len(spans) == 1
    assert [(s.kind, s.trace_id) for s in side] == [
        ("log", TRACE),
        ("log", ""),
        ("metric", ""),
        ("profile", ""),
    ]
    assert len(problems) == 1


@pytest.mark.parametrize(
    "value",
    [{}, {"resourceSpans": 3}, {"resourceSpans": [{"a": 1}]}, {"traceId": "a"},
     {"spanId": "a", "traceId": "b"},
     {"result": 3}, {"result": {"a": 1}}, {"resource": {}, "name": "x"}],
)  # fmt: skip
def test_what_is_not_otlp_scores_nothing(value):
    assert FORMAT.score([value]) == 0
