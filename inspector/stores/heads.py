"""Heads of one record, whatever its format: what a list needs of the spans and traces in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from inspector.model import BytePlace, SpanHead, Status, TraceHead, head_of
from inspector.stores.formats.base import HasHeads, Heads
from inspector.stores.formats.ids import synthetic_trace_id

if TYPE_CHECKING:
    from inspector.stores.formats.base import JsonFormat, Parsed, Record


def heads_in(chosen: JsonFormat, record: Record) -> Heads:
    """By the format's fast way if it has one. Spans without a trace get one of their own."""
    heads = chosen.heads(record) if isinstance(chosen, HasHeads) else _heads_of(chosen.parse(record))
    for index, head in enumerate(heads.spans):
        if not head.trace_id and isinstance(head.place, BytePlace):
            heads.spans[index] = replace(head, trace_id=synthetic_trace_id(head.place))
    return heads


def _heads_of(parsed: Parsed) -> Heads:
    spans: list[SpanHead] = [head_of(span) for span in parsed.spans]
    traces = [trace.head for trace in parsed.traces]
    # A later half of a run tells the list that the run has ended, and how.
    traces += [
        TraceHead(span.trace_id, end=span.end, status=span.status if span.status is Status.ERROR else None)
        for span in parsed.patches
    ]
    return Heads(spans, traces, len(parsed.side), [side.trace_id for side in parsed.side], parsed.problems)
