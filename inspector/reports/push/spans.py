"""A shown span as the OpenTelemetry SDK's, from the same OTLP shape that files are written in."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.status import Status, StatusCode

from inspector.reports.otlp.spans import resource_json, scope_json, span_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.util.types import AttributeValue

    from inspector.reports.json import Json
    from inspector.view import ShownSpan, ShownTrace

_KINDS = (
    SpanKind.INTERNAL,
    SpanKind.INTERNAL,
    SpanKind.SERVER,
    SpanKind.CLIENT,
    SpanKind.PRODUCER,
    SpanKind.CONSUMER,
)
_CODES = {1: StatusCode.OK, 2: StatusCode.ERROR}


def sdk_span(shown: ShownSpan, trace: ShownTrace | None = None) -> ReadableSpan:
    made = span_json(shown, trace)
    scope = scope_json(shown)
    return ReadableSpan(
        name=str(made["name"]),
        context=_context(made, "traceId", "spanId"),
        parent=_context(made, "traceId", "parentSpanId") if "parentSpanId" in made else None,
        resource=Resource(_attributes(resource_json(shown))),
        attributes=_attributes(made["attributes"]),
        events=[
            Event(str(e["name"]), _attributes(e["attributes"]), int(str(e["timeUnixNano"])))
            for e in _objects(made.get("events"))
        ],
        links=[
            Link(_context(x, "traceId", "spanId"), _attributes(x["attributes"]))
            for x in _objects(made.get("links"))
        ],
        kind=_KINDS[int(str(made["kind"]))],
        status=_status(made["status"]),
        start_time=int(str(made["startTimeUnixNano"])) if "startTimeUnixNano" in made else None,
        end_time=int(str(made["endTimeUnixNano"])) if "endTimeUnixNano" in made else None,
        instrumentation_scope=InstrumentationScope(str(scope.get("name", "")), str(scope.get("version", ""))),
    )


def _context(of: Mapping[str, Json], trace: str, span: str) -> SpanContext:
    return SpanContext(
        int(str(of[trace]), 16),
        int(str(of[span]), 16),
        is_remote=False,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )


def _status(status: Json) -> Status:
    held = status if isinstance(status, dict) else {}
    code = _CODES.get(int(str(held.get("code", 0))), StatusCode.UNSET)
    message = held.get("message")
    # The SDK keeps a description with an error alone.
    return Status(code, str(message) if message and code is StatusCode.ERROR else None)


def _objects(items: Json) -> list[dict[str, Json]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _attributes(pairs: Json) -> dict[str, AttributeValue]:
    """The last value of each key, as SDKs have it; an empty value is left out."""
    out: dict[str, AttributeValue] = {}
    for each in _objects(pairs):
        value = _value(each["value"])
        if value is not None:
            out[str(each["key"])] = cast("AttributeValue", value)
    return out


def _value(value: Json) -> Json:
    held = value if isinstance(value, dict) else {}
    for key, inner in held.items():
        if key == "intValue":
            return int(str(inner))
        if key == "doubleValue":
            return float(str(inner))
        if key == "arrayValue":
            values = inner["values"] if isinstance(inner, dict) else []
            return _same(
                [v for v in map(_value, values if isinstance(values, list) else []) if v is not None]
            )
        return inner
    return None


def _same(items: list[Json]) -> list[Json]:
    """A sequence attribute holds values of one type: mixed ones become texts."""
    return items if len({type(item) for item in items}) <= 1 else [str(item) for item in items]
