"""How Zipkin spans are edited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.stores.edits import Unit
from inspector.stores.formats.ids import normal_id, parent_id
from inspector.stores.formats.parts import REMOVED, Change, FormatEdits, Gone, Part
from inspector.stores.formats.shape import text_at

if TYPE_CHECKING:
    from inspector.stores.formats.base import Object, Record


def _parts(record: Record) -> list[Part]:
    value = record.value
    if "traceId" not in value and "id" not in value:
        return []
    written = text_at(value, "id") or ""
    trace_id, above = normal_id(value.get("traceId")), parent_id(value.get("parentId"))
    return [Part((), Unit.SPAN, trace_id, normal_id(written), "span", above, written)]


def _mended(span: Object, part: Part, gone: Gone) -> list[Change]:
    if part.parent is None or not gone.span(part.trace_id, part.parent):
        return []
    # A root has no such member: the Zipkin API knows no null.
    return [(("parentId",), gone.heir(part.trace_id, part.parent) or REMOVED)]


EDITS: Final = FormatEdits(_parts, _mended)
