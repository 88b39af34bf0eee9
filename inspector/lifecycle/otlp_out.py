"""A stored trace as one line of OTLP JSON, whatever format it came from: for archives that can be opened."""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING

import orjson

from inspector.model import Attribute, Multimap, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspector.lifecycle.sealed import Json, Object
    from inspector.model import Attributes, Span, Trace, Value

_CODES = {Status.OK: 1, Status.ERROR: 2}


def line(trace: Trace) -> bytes:
    """With its newline."""
    groups: dict[tuple[str, ...], list[Span]] = {}
    for span in trace.spans:
        groups.setdefault(tuple(map(repr, span.resource)), []).append(span)
    resources: list[Json] = []
    for spans in groups.values():
        resource = [*spans[0].resource, *(_about(trace) if not resources else ())]
        listed: list[Json] = [_span(span) for span in spans]
        resources.append(
            {
                "resource": {"attributes": _attributes(resource)},
                "scopeSpans": [{"scope": {}, "spans": listed}],
            }
        )
    return orjson.dumps({"resourceSpans": resources}) + b"\n"


def _about(trace: Trace) -> Iterable[Attribute]:
    """What the store says of the trace apart from its spans."""
    head = trace.head
    for name in ("name", "session", "user", "project", "environment"):
        value = getattr(head, name)
        if value is not None:
            yield Attribute(f"trace.{name}", str(value))
    yield from trace.attributes
    for name, found in (("trace.input", trace.input), ("trace.output", trace.output)):
        if found is not None:
            yield Attribute(name, found)
    for side in trace.side:
        yield Attribute(f"beside.{side.kind}", side.value)


def _span(span: Span) -> Json:
    out: Object = {"traceId": span.trace_id, "spanId": span.span_id, "name": span.name, "kind": 1}
    if span.parent_id:
        out["parentSpanId"] = span.parent_id
    for name, time in (("startTimeUnixNano", span.start), ("endTimeUnixNano", span.end)):
        if time is not None:
            out[name] = str(time)
    out["attributes"] = _attributes([*span.attributes, *_facts(span)])
    if span.events:
        out["events"] = [
            {"name": e.name, "timeUnixNano": str(e.time or 0), "attributes": _attributes(e.attributes)}
            for e in span.events
        ]
    if span.links:
        out["links"] = [
            {"traceId": k.trace_id, "spanId": k.span_id, "attributes": _attributes(k.attributes)}
            for k in span.links
        ]
    if span.status in _CODES:
        out["status"] = {"code": _CODES[span.status], "message": span.status_message}
    return out


def _facts(span: Span) -> Iterable[Attribute]:
    """What other formats keep outside attributes, under the names that are read back."""
    named = {attribute.key for attribute in span.attributes}
    for key, value in (
        ("openinference.span.kind", span.kind_written or None),
        ("input.value", span.input),
        ("output.value", span.output),
        ("session.id", span.session),
        ("user.id", span.user),
        ("gen_ai.request.model", span.model),
        ("gen_ai.usage.input_tokens", span.tokens.input),
        ("gen_ai.usage.output_tokens", span.tokens.output),
    ):
        if value is not None and key not in named:
            yield Attribute(key, value)


def _attributes(attributes: Iterable[Attribute] | Attributes) -> Json:
    return [{"key": each.key, "value": _value(each.value)} for each in attributes]


def _value(value: Value) -> Json:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            if math.isfinite(value):
                return {"doubleValue": value}
            return {"doubleValue": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
        case str():
            return {"stringValue": value.encode("utf-8", "replace").decode()}
        case bytes():
            return {"bytesValue": base64.b64encode(value).decode()}
        case list():
            return {"arrayValue": {"values": [_value(item) for item in value]}}
        case dict():
            return {"kvlistValue": {"values": [{"key": k, "value": _value(v)} for k, v in value.items()]}}
        case Multimap(pairs):
            return {"kvlistValue": {"values": [{"key": k, "value": _value(v)} for k, v in pairs]}}
    return {}
