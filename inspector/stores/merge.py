"""Several records that speak of one trace, as one."""

from __future__ import annotations

from msgspec.structs import replace

from inspector.model import NO_TOKENS, Trace, TraceHead, Value


def merged_head(first: TraceHead, second: TraceHead) -> TraceHead:
    """What the first says, and what it leaves open as the second says it."""
    missing = {
        name: getattr(second, name)
        for name in TraceHead.__struct_fields__
        if getattr(first, name) in (None, (), NO_TOKENS) and getattr(second, name) is not None
    }
    return replace(first, **missing) if missing else first


def merged_trace(first: Trace, second: Trace) -> Trace:
    """Both, in order: attributes and annotations of either, the raw records as a list where there are two."""
    return Trace(
        head=merged_head(first.head, second.head),
        spans=first.spans + second.spans,
        attributes=first.attributes + second.attributes,
        input=second.input if first.input is None else first.input,
        output=second.output if first.output is None else first.output,
        annotations=first.annotations + second.annotations,
        side=first.side + second.side,
        raw=_both(first.raw, second.raw),
    )


def _both(first: Value, second: Value) -> Value:
    if first is None or second is None:
        return second if first is None else first
    return [*first, second] if isinstance(first, list) else [first, second]
