"""Shown values as JSON: the shapes that the contract fixes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from inspector.reports.units import milliseconds, rfc3339
from inspector.view import ShownList, ShownMap, ShownText

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspector.reports.json import Json
    from inspector.view import (
        Hit,
        ShownAttribute,
        ShownMessage,
        ShownSpan,
        ShownTrace,
        ShownValue,
        StoreSummary,
        TraceRow,
    )


def text(value: ShownText | None) -> str | None:
    return None if value is None else str(value)


def value_json(value: ShownValue) -> Json:
    """NaN and the infinities as strings; a repeated key of an object gets a number behind it."""
    if isinstance(value, ShownText):
        return str(value)
    if isinstance(value, ShownList):
        return [value_json(item) for item in value.items]
    if isinstance(value, ShownMap):
        out: dict[str, Json] = {}
        for shown, item in value.pairs:
            key, n = str(shown), 2
            while key in out:
                key, n = f"{shown}#{n}", n + 1
            out[key] = value_json(item)
        return out
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def attributes_json(attributes: Iterable[ShownAttribute]) -> Json:
    return [{"key": str(a.key), "value": value_json(a.value)} for a in attributes]


def summary_json(summary: StoreSummary) -> dict[str, Json]:
    return {
        "format": summary.format,
        "schema": summary.schema,
        "traces": summary.traces,
        "spans": summary.spans,
        "errors": summary.errors,
        "oldest": rfc3339(summary.oldest),
        "newest": rfc3339(summary.newest),
        "bytes": summary.bytes,
        "writable": summary.writable,
        "problems": [{"where": p.where, "what": p.what, "count": p.count} for p in summary.problems],
        "side_records": summary.side_records,
        "banner": summary.banner,
        "store": str(summary.name),
    }


def row_json(row: TraceRow) -> dict[str, Json]:
    return {
        "trace_id": str(row.trace_id),
        "name": str(row.name),
        "kind": row.kind,
        "start": rfc3339(row.start),
        "duration_ms": milliseconds(row.duration),
        "spans": row.spans,
        "errors": row.errors,
        "status": row.status,
        "service": text(row.service),
        "project": text(row.project),
        "environment": text(row.environment),
        "session": text(row.session),
        "user": text(row.user),
        "model": text(row.model),
        "tokens": row.tokens,
        "cost": number(row.cost),
        "tags": [str(t) for t in row.tags],
        "store": str(row.store),
    }


def number(value: float | None) -> Json:
    return value_json(value)


def trace_json(trace: ShownTrace, spans: Iterable[dict[str, Json]]) -> dict[str, Json]:
    """The row, what the store says of the trace itself, and the spans in display order."""
    head = row_json(trace.row)
    head["span_count"] = head.pop("spans")
    return {
        **head,
        "attributes": attributes_json(trace.attributes),
        "input": value_json(trace.input),
        "output": value_json(trace.output),
        "annotations": attributes_json(trace.annotations),
        "side_records": trace.side,
        "spans": list(spans),
    }


def span_json(span: ShownSpan) -> dict[str, Json]:
    return {
        "span_id": str(span.span_id),
        "parent_id": text(span.parent_id),
        "name": str(span.name),
        "kind": span.kind,
        "kind_written": str(span.kind_written),
        "start": rfc3339(span.start),
        "end": rfc3339(span.end),
        "duration_ms": milliseconds(span.duration),
        "status": span.status,
        "status_message": str(span.status_message),
        "attributes": attributes_json(span.attributes),
        "events": [
            {"name": str(e.name), "time": rfc3339(e.time), "attributes": attributes_json(e.attributes)}
            for e in span.events
        ],
        "links": [
            {
                "trace_id": str(x.trace_id),
                "span_id": str(x.span_id),
                "attributes": attributes_json(x.attributes),
            }
            for x in span.links
        ],
        "input": value_json(span.input),
        "output": value_json(span.output),
        "model": text(span.model),
        "tokens": span.tokens,
        "tokens_input": span.tokens_input,
        "tokens_output": span.tokens_output,
        "cost": number(span.cost),
        "service": text(span.service),
        "project": text(span.project),
        "environment": text(span.environment),
        "session": text(span.session),
        "user": text(span.user),
        "tags": [str(t) for t in span.tags],
        "annotations": attributes_json(span.annotations),
        "resource": attributes_json(span.resource),
        "scope": {
            "name": str(span.scope_name),
            "version": str(span.scope_version),
            "attributes": attributes_json(span.scope_attributes),
        },
        "flags": list(span.flags),
        "redactions": [{"path": r.path, "type": r.type, "operator": r.operator} for r in span.redactions],
    }


def messages_json(messages: Iterable[ShownMessage]) -> Json:
    return [
        {
            "direction": m.direction,
            "role": str(m.role),
            "parts": [
                {
                    "kind": p.kind,
                    "text": str(p.text),
                    "name": str(p.name),
                    "arguments": value_json(p.arguments),
                    "call_id": str(p.call_id),
                }
                for p in m.parts
            ],
        }
        for m in messages
    ]


def hit_json(hit: Hit) -> dict[str, Json]:
    return {
        "trace_id": str(hit.trace_id),
        "span_id": str(hit.span_id),
        "path": hit.path,
        "snippet": str(hit.snippet),
        "store": str(hit.store),
    }
