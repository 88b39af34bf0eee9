"""What llm's turns (from 0.36 on) and responses (before) have in common as spans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.model import Kind, RowPlace, Span, SpanHead, Status, Tokens
from inspector.stores.formats.rows import number, text, text_or_none, time_in, undecoded, whole
from inspector.stores.formats.times import NS_PER, iso_with_unit
from inspector.stores.formats.values import attributes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.model import Value
    from inspector.stores.sqlite_db import Record, Row

AFTER_OWNER: Final = (
    "model", "resolved_model", "input_tokens", "output_tokens", "duration_ms", "datetime_utc",
)  # fmt: skip
"""The columns of a head, behind the key, the id and the owner (a thread or a conversation)."""


def head_of(row: Row, table: str, written: str) -> SpanHead:
    """llm keeps no status: what failed leaves no row. Without an owner it is a trace of its own."""
    key, span_id, owner, model, resolved, given, taken, duration, start = row
    begun = time_in(start)
    lasted = number(duration)
    return SpanHead(
        trace_id=text(owner) or text(span_id),
        span_id=text(span_id),
        parent_id=None,
        name=text(model),
        kind=Kind.LLM,
        kind_written=written,
        start=begun,
        end=None if begun is None or lasted is None or lasted < 0 else begun + round(lasted * NS_PER["ms"]),
        status=Status.UNSET,
        place=RowPlace(table, whole(key) or 0),
        model=text_or_none(resolved) or text_or_none(model),
        tokens=Tokens(whole(given), whole(taken)).sum,
    )


def span_of(
    head: SpanHead,
    record: Record,
    attributes: Mapping[str, Value],
    asked: list[Value],
    answered: list[Value],
    raw: dict[str, Value],
) -> Span:
    return Span(
        trace_id=head.trace_id,
        span_id=head.span_id,
        parent_id=None,
        name=head.name,
        kind=head.kind,
        kind_written=head.kind_written,
        start=head.start,
        end=head.end,
        status=head.status,
        status_message="",
        attributes=attributes_of(attributes),
        place=head.place,
        time_unit=iso_with_unit(record.get("datetime_utc"))[1],
        input=asked,
        output=answered,
        model=head.model,
        tokens=Tokens(whole(record.get("input_tokens")), whole(record.get("output_tokens"))),
        raw=raw,
        flags=undecoded(*record.values()),
    )
