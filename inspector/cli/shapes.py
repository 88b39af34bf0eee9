"""JSON shapes as reports write them, under the name that commands know."""

from inspector.reports.shapes import (
    attributes_json,
    hit_json,
    messages_json,
    number,
    row_json,
    span_json,
    summary_json,
    text,
    trace_json,
    value_json,
)

__all__ = [
    "attributes_json",
    "hit_json",
    "messages_json",
    "number",
    "row_json",
    "span_json",
    "summary_json",
    "text",
    "trace_json",
    "value_json",
]
