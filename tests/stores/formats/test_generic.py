"""Spans one a line under names of one's own."""

from __future__ import annotations

import json

import pytest

from inspector.errors import NotAStore, UsageError
from inspector.model import Kind, Status, SubjectRef, Tokens
from inspector.stores import open_store
from inspector.stores.formats.base import Record
from inspector.stores.formats.generic import FORMAT, mapped

MAPPING = """
trace_id = "ctx.t"
span_id = "ctx.s"
parent_id = "p"
name = "what"
start = "began"
duration = "took"
time_unit = "us"
duration_unit = "ms"
status = "state"
error_values = ["broken"]
user = "who.id"
"""
LINE = {
    "ctx": {"t": "T1", "s": "S1"},
    "p": "S0",
    "what": "lookup",
    "began": 1_795_372_180_000_000,
    "took": 1.5,
    "state": "Broken",
    "who": {"id": "u1"},
    "note": "kept",
}


def span_of(value, chosen=FORMAT):
    (span,) = chosen.parse(Record(value, 0, 9, 1)).spans
    return span


@pytest.fixture
def mapping(tmp_path):
    path = tmp_path / "mapping.toml"
    path.write_text(MAPPING)
    return path


def test_a_mapping_says_where_the_fields_are(mapping, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(LINE) + "\n")
    with pytest.raises(NotAStore):
        open_store(path)
    store = open_store(path, mapping=mapping)
    (head,) = [head for batch in store.scan() for head in batch.spans]
    (span,) = store.load("T1", [head.place]).spans
    assert (span.trace_id, span.span_id, span.parent_id, span.name) == ("T1", "S1", "S0", "lookup")
    assert (span.start, span.end) == (1_795_372_180_000_000_000, 1_795_372_180_001_500_000)
    assert (span.status, span.time_unit) == (Status.ERROR, "us")
    assert span.subjects == (SubjectRef("u1", "field:who.id"),)
    assert [(a.key, a.value) for a in span.attributes] == [("note", "kept")]
    assert span.raw == LINE


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ('trace_idd = "x"', "`trace_id`"),
        ('duration_unit = "minutes"', "these"),
        ("trace_id = 3", "quotes"),
        ("trace_id = ", "Correct"),
        ('colour = "x"', "Fields are"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(tmp_path, text, fix):
    path = tmp_path / "m.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        mapped(path)
    assert fix in caught.value.fix
    with pytest.raises(UsageError):
        mapped(tmp_path / "missing.toml")


@pytest.mark.parametrize(
    ("value", "ids", "times", "status"),
    [
        (
            {
                "trace_id": "a",
                "span_id": "b",
                "start_time": "2026-11-22T18:29:40Z",
                "end_time": "2026-11-22T18:29:41Z",
                "status": "ERROR",
            },
            ("a", "b", None),
            (1_795_372_180_000_000_000, 1_795_372_181_000_000_000),
            Status.ERROR,
        ),
        (
            {
                "traceId": "A" * 32,
                "spanId": "B" * 16,
                "parentSpanId": "C" * 16,
                "start": 1_795_372_180_000,
                "duration_ms": 250,
                "status": "ok",
            },
            ("a" * 32, "b" * 16, "c" * 16),
            (1_795_372_180_000_000_000, 1_795_372_180_250_000_000),
            Status.OK,
        ),
        (
            {"context": {"trace_id": "a", "span_id": "b"}, "ts": 1_795_372_180, "error": "boom"},
            ("a", "b", None),
            (1_795_372_180_000_000_000, None),
            Status.ERROR,
        ),
    ],
)
def test_the_usual_names_need_no_mapping(value, ids, times, status):
    assert 0 < FORMAT.score([value]) < 50
    span = span_of(value)
    assert (span.trace_id, span.span_id, span.parent_id) == ids
    assert (span.start, span.end) == times
    assert span.status is status


def test_what_a_span_says_of_itself():
    span = span_of(
        {
            "trace_id": "a",
            "span_id": "b",
            "type": "llm",
            "model": "m",
            "usage": {"input_tokens": 3, "output_tokens": 4},
            "cost_usd": 0.25,
            "user_id": "u",
            "session_id": "s",
            "service": "shop",
            "env": "prod",
            "labels": ["x"],
            "input": {"q": 1},
            "output": "o",
            "attributes": {"user.email": "a@example.com"},
            "events": [{"name": "e", "time": "2026-11-22T18:29:40Z", "attributes": {"k": 1}}],
        }
    )
    assert (span.kind, span.kind_written, span.model) == (Kind.LLM, "llm", "m")
    assert (span.tokens, span.cost) == (Tokens(3, 4), 0.25)
    assert (span.user, span.session, span.service, span.environment) == ("u", "s", "shop", "prod")
    assert (span.input, span.output, span.tags) == ({"q": 1}, "o", ("x",))
    assert {ref.source for ref in span.subjects} == {"field:user_id", "attr:user.email"}
    assert span.events[0].time == 1_795_372_180_000_000_000


@pytest.mark.parametrize("value", [{"trace_id": "a"}, {"span_id": "a", "id": 3}, {"id": 1, "name": "x"}, {}])
def test_both_ids_are_needed(value):
    assert FORMAT.score([value]) == 0


def test_an_object_without_ids_is_a_problem_and_odd_types_are_none():
    assert FORMAT.parse(Record({"a": 1}, 0, 9, 4)).problems[0].where == "line 4, byte 0"
    span = span_of(
        {
            "trace_id": [],
            "span_id": {"a": 1},
            "start": [1],
            "duration_ms": "x",
            "tokens": {},
            "events": 3,
            "attributes": 7,
            "status": [],
            "labels": 3,
            "user": {"id": 3},
        }
    )
    assert (span.trace_id, span.span_id, span.start) == ("", "", None)
    assert "no span id" in span.flags
