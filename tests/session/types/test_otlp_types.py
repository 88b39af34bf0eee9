"""The types that are found in the spans of a line are those that their detail shows as hidden."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.index.typebits import Types
from inspector.redaction import Redactor
from inspector.redaction.policy import Keys, Policy
from inspector.redaction.rule import FieldRule
from inspector.session.redactions import texts_of
from inspector.session.show import show_span
from inspector.session.types.otlp import OtlpTypes
from inspector.session.types.sets import highest
from inspector.session.veil import Veil
from inspector.stores.formats.base import Record
from inspector.stores.formats.otlp import FORMAT
from inspector.stores.records import Piece, records

if TYPE_CHECKING:
    from pathlib import Path

LABELS = ("name", "kind_written", "service", "project", "environment", "session", "user", "model", "tags")
"""What the index tells by its tables of labels."""
STORES = (
    "otlp/genai_manual.otlp.jsonl",
    "otlp/openinference.otlp.jsonl",
    "langfuse/langfuse_sdk.otlp.jsonl",
)


@cache
def finder(name: str = "default") -> OtlpTypes:
    """Made once: compiling its scanner takes longer than any test."""
    redactor = Redactor(POLICIES[name], key=bytes(32), known_names=("Zofia Wrześniewska",))
    return OtlpTypes(Veil(redactor), redactor)


def shown(types: OtlpTypes, line: bytes) -> list[Types]:
    """The same by what is shown of each span, apart from labels."""
    out: list[Types] = []
    for record in records(Piece(line, 0, 1)):
        if not isinstance(record, Record):
            continue
        for span in FORMAT.parse(record).spans:
            seen = show_span(span, types._veil, lean=True)
            texts = [
                t for path, t in texts_of(seen) if not path.startswith(tuple(f"span.{n}" for n in LABELS))
            ]
            hidden = [s for text in texts for s in text.segments if s.state.value != "plain"]
            found = frozenset(s.type or s.state.value for s in hidden)
            out.append(Types(found, highest(s.level for s in hidden)) if found else Types(found, "public"))
    return out


def found(types: OtlpTypes, line: bytes) -> list[Types]:
    return [types.sets[code] for code in types.line(line, 0)]


@pytest.mark.parametrize("name", STORES)
def test_real_lines(stores: Path, name: str) -> None:
    types = finder()
    lines = (stores / name).read_bytes().splitlines()[:20]
    for line in [*lines, *lines[:3]]:  # again, from memory
        assert found(types, line) == shown(types, line)


def test_whole_lines_are_found_without_reading_spans_one_by_one(
    stores: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> list[int]:
        raise AssertionError("read span by span")

    types = finder()
    monkeypatch.setattr(OtlpTypes, "_shown", never)
    for line in (stores / STORES[0]).read_bytes().splitlines()[:8]:
        assert any(t.types for t in found(types, line))


TEXTS = st.sampled_from(
    [
        "hello", "mail ada@example.com now", "4242 4242 4242 4242", "card", "+48 601 555 019", "", "Ada", "12 Main St",
        '{"email": "a@b.io", "n": [1, {"ssn": "536-90-4399"}]}', '["x", "ghp_R8kX2mVq7LzT4nWc9YbD3sJfH6pA1uE0gQiZ"]',
        '{"a": 1, "a": "a@b.io"}', "{not json}", "[ERASED 2026-01-01 r1]", '{"__encrypted__": true, "v": "x"}',
        "Zofia Wrześniewska", "YWRhQGV4YW1wbGUuY29t", "ada%40example.com", "\\u0061da@example.com", "[REDACTED:email]",
    ]
)  # fmt: skip
VALUES = st.recursive(
    TEXTS.map(lambda t: {"stringValue": t})
    | st.sampled_from(
        [{"intValue": "4242424242424242"}, {"intValue": "5"}, {"doubleValue": "NaN"}, {"boolValue": True}, {}]
    ),
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda v: {"arrayValue": {"values": v}})
        | st.lists(st.tuples(st.sampled_from(["email", "name", "x"]), inner), max_size=2).map(
            lambda kv: {"kvlistValue": {"values": [{"key": k, "value": v} for k, v in kv]}}
        )
    ),
    max_leaves=3,
)
KEYS = st.sampled_from(
    [
        "input.value", "output.value", "gen_ai.input.messages", "llm.input_messages.0.message.content",
        "llm.input_messages.1.message.content", "gen_ai.completion.0.content", "user.email", "user.name", "name",
        "email", "http.request.header.authorization", "metadata", "card", "ssn", "password", "x", "chunks",
        "langfuse.observation.status_message", "langfuse.trace.input", "customer.name", "customer.email", "a@b.io",
    ]
)  # fmt: skip
PAIRS = st.lists(st.tuples(KEYS, VALUES).map(lambda kv: {"key": kv[0], "value": kv[1]}), max_size=6)
IDS = st.sampled_from(["a" * 16, "4242424242424242", "A" * 16, "", "odd"])
SPANS = st.fixed_dictionaries(
    {"traceId": st.sampled_from(["b" * 32, "c" * 32, "T"]), "spanId": IDS, "attributes": PAIRS},
    optional={
        "parentSpanId": IDS,
        "status": st.sampled_from(
            [{}, {"code": 2}, {"code": 2, "message": "for a@b.io"}, {"message": 5}, None]
        ),
        "events": st.lists(st.fixed_dictionaries({"name": TEXTS, "attributes": PAIRS}), max_size=2),
        "links": st.lists(
            st.fixed_dictionaries({"traceId": st.just("d" * 32), "spanId": IDS, "attributes": PAIRS}),
            max_size=1,
        ),
        "trace_id": st.just("e" * 32),
    },
)
LINES = st.builds(
    lambda spans, resource, scope: {
        "resourceSpans": [
            {"resource": {"attributes": resource}, "scopeSpans": [{"scope": scope, "spans": spans}]}
        ]
    },
    st.lists(SPANS, min_size=1, max_size=3),
    PAIRS,
    st.sampled_from([{}, {"name": "s"}, {"name": "a@b.io", "version": "1"}, None]),
)
POLICIES = {
    "default": Policy(),
    "of a section": Policy(field_rules=(FieldRule("input.email", name="mine"),)),
    "anchored": Policy(field_rules=(FieldRule("^email", name="mine"),)),
    "keys": Policy(keys=Keys(allow_all=False, allowed=("x", "metadata"))),
}


@pytest.mark.parametrize("name", POLICIES)
@given(line=LINES)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_lines_of_any_kind(name: str, line: dict[str, object]) -> None:
    types = finder(name)
    data = json.dumps(line, ensure_ascii=False).encode()
    assert found(types, data) == shown(types, data)


@pytest.mark.parametrize("line", [b"", b"no json", b"[]", b'{"resourceSpans":[{"scopeSpans":[]}]}', b"\xff"])
def test_lines_without_spans(line: bytes) -> None:
    assert found(finder(), line) == []
