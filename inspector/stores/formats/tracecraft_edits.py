"""How TraceCraft runs are edited: steps nest, and the run adds up their tokens, cost and errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.stores.edits import Unit
from inspector.stores.formats.parts import Change, FormatEdits, Gone, Part, numbers, reduced
from inspector.stores.formats.shape import objects_at, text_at
from inspector.stores.formats.values import float_of

if TYPE_CHECKING:
    from inspector.stores.formats.base import Object, Record
    from inspector.stores.formats.parts import Path

_TOTALS: Final = {"total_tokens": "tokens", "total_cost_usd": "cost", "error_count": "errors"}


def _parts(record: Record) -> list[Part]:
    run = record.value
    if not isinstance(run.get("steps"), list):
        return []
    own = text_at(run, "id") or ""
    found = [Part((), Unit.TRACE, own, "", "trace")]
    stack: list[tuple[Object, Path, str | None]] = [(run, (), None)]
    while stack:
        holder, path, parent = stack.pop()
        if path:
            found.append(_step(holder, path, own or text_at(holder, "trace_id") or "", parent))
        key = "children" if path else "steps"
        above = text_at(holder, "id") if path else None
        items = [(item, (*path, key, index), above) for index, item in objects_at(holder, key)]
        stack.extend(reversed(items))
    return found


def _step(step: Object, path: Path, trace_id: str, parent: str | None) -> Part:
    tokens = (float_of(step.get("input_tokens")) or 0) + (float_of(step.get("output_tokens")) or 0)
    usage = numbers(
        tokens=tokens,
        cost=float_of(step.get("cost_usd")),
        errors=0 if text_at(step, "error") is None else 1,
    )
    above = text_at(step, "parent_id") or parent
    return Part(path, Unit.SPAN, trace_id, text_at(step, "id") or "", "span", above, usage=usage)


def _mended(value: Object, part: Part, gone: Gone) -> list[Change]:
    if part.unit is Unit.TRACE:
        return reduced(value, gone.lost(part.trace_id, ""), _TOTALS)
    above = text_at(value, "parent_id")
    if above is None or not gone.span(part.trace_id, above):
        return []
    return [(("parent_id",), gone.heir(part.trace_id, above))]


EDITS: Final = FormatEdits(_parts, _mended, nested="children")
