"""How OpenAI Agents lines are edited. The SDK's own `turn` and `task` spans repeat the tokens of their model
calls: they lose what those do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.stores.edits import Unit
from inspector.stores.formats.parts import Change, FormatEdits, Gone, Part, numbers, reduced
from inspector.stores.formats.shape import object_at, text_at
from inspector.stores.formats.values import float_of

if TYPE_CHECKING:
    from inspector.stores.formats.base import Object, Record

_SUMS: Final = ("requests", "input_tokens", "output_tokens", "total_tokens")
MODEL_CALLS: Final = frozenset(("generation", "response", "transcription", "speech"))


def _parts(record: Record) -> list[Part]:
    value = record.value
    own = text_at(value, "id") or ""
    if value.get("object") == "trace":
        return [Part((), Unit.TRACE, own, "", "trace")]
    if value.get("object") != "trace.span":
        return []
    data = object_at(value, "span_data")
    usage = object_at(data, "usage") if text_at(data, "type") in MODEL_CALLS else {}
    counted = numbers(**{key: float_of(usage.get(key)) for key in _SUMS})
    above = text_at(value, "parent_id")
    return [Part((), Unit.SPAN, text_at(value, "trace_id") or "", own, "span", above, usage=counted)]


def _mended(value: Object, part: Part, gone: Gone) -> list[Change]:
    changes: list[Change] = []
    if part.unit is not Unit.SPAN:
        return changes
    if part.parent is not None and gone.span(part.trace_id, part.parent):
        changes.append((("parent_id",), gone.heir(part.trace_id, part.parent)))
    data = object_at(value, "span_data")
    if text_at(data, "type") not in MODEL_CALLS and (lost := gone.lost(part.trace_id, part.span_id)):
        keys = {key: key for key in _SUMS}
        for way in (("usage",), ("data", "usage")):
            held: Object = data
            for step in way:
                held = object_at(held, step)
            changes += reduced(held, lost, keys, ("span_data", *way))
    return changes


EDITS: Final = FormatEdits(_parts, _mended)
