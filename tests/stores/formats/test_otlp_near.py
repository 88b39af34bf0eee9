"""The spans around some bytes are the spans that the whole line would give, in any writer's order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest
from msgspec.structs import replace

from inspector.model import BytePlace
from inspector.stores.formats.base import Record
from inspector.stores.formats.otlp import FORMAT
from inspector.stores.formats.otlp_partly import PartlyRead

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.model import Span
    from inspector.stores.formats.base import SpanTexts

PLACE = BytePlace(0, 0)
NAMES = (
    "trace_id", "span_id", "parent_id", "name", "status_message", "service", "project", "environment", "session",
    "user", "model", "tags", "scope", "resource", "events", "links", "input", "output", "annotations",
)  # fmt: skip


def span(n: int, text: str = "") -> dict[str, object]:
    return {
        "traceId": f"{n + 1:032x}",
        "spanId": f"{n + 1:016x}",
        "name": f"n{n}",
        "startTimeUnixNano": "1700000000000000000",
        "attributes": [{"key": "k", "value": {"stringValue": text}}],
        "links": [{"traceId": "ab" * 16, "spanId": "cd" * 8, "attributes": []}],
    }


def line_of(*groups: tuple[str | None, list[dict[str, object]]]) -> bytes:
    made = []
    for service, spans in groups:
        scope = {"scope": {"name": f"scope of {service}"}, "spans": spans}
        resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
        made.append({**({"resource": resource} if service else {}), "scopeSpans": [scope]})
    return json.dumps({"resourceSpans": made}, separators=(",", ":")).encode()


def whole(line: bytes) -> dict[str, Span]:
    record = Record(json.loads(line), 0, len(line), 1)
    return {s.span_id: replace(s, place=PLACE) for s in FORMAT.parse(record).spans}


def ends_of(line: bytes, text: bytes) -> list[int]:
    out, at = [], line.find(text)
    while at >= 0:
        out.append(at + len(text))
        at = line.find(text, at + 1)
    return out


def near(line: bytes, text: str) -> list[Span]:
    """The spans, each held against what was read of it before."""
    found = FORMAT.near(line, 0, ends_of(line, text.encode()), lambda held: text in held)
    return [replace(_same(part, text), place=PLACE) for part in found]


def _same(part: SpanTexts, text: str) -> Span:
    if not isinstance(part, PartlyRead):
        return cast("Span", part)
    for name in NAMES:
        assert getattr(part, name) == getattr(part.whole, name)
    for one, other in zip(part.attributes, part.whole.attributes, strict=True):
        assert one == other or (one.key == other.key and one.value is None and text not in repr(other))
    return part.whole


@pytest.mark.parametrize(
    "groups",
    [
        (
            ("a", [span(0), span(1, "needle"), span(2)]),
            ("b", [span(3, "needle"), span(4, "\U0001f600 needle")]),
        ),
        (("a", [span(0, "needle")]), (None, [span(1, "needle")])),  # a group without a resource of its own
        ((None, [span(0, "needle")]),),
        (("needle", [span(0), span(1)]), ("b", [span(2)])),  # in the resource: of all its spans
        (("a", [span(0, '{"traceId":"x","spans":[needle"')]),),
    ],
)
def test_spans_are_those_of_the_whole_line(
    groups: tuple[tuple[str | None, list[dict[str, object]]], ...],
) -> None:
    line = line_of(*groups)
    expected = whole(line)
    wanted = {sid for sid, s in expected.items() if "needle" in repr(s)}
    found = {s.span_id: s for s in near(line, "needle")}
    assert wanted <= set(found)
    assert all(found[sid] == expected[sid] for sid in found)


def test_real_lines_give_the_same_spans(stores: Path) -> None:
    for name in (
        "otlp/genai_manual.otlp.jsonl",
        "otlp/openinference.otlp.jsonl",
        "langfuse/langfuse_sdk.otlp.jsonl",
    ):
        for line in (stores / name).read_bytes().splitlines()[:40]:
            expected = whole(line)
            found = near(line, "model")
            assert all(s == expected[s.span_id] for s in found)
            ids = {s.span_id for s in found}
            assert all(sid in ids for sid, s in expected.items() if "model" in repr(s.attributes))
