"""How Jaeger documents are edited: a trace goes with the last of its spans, a process with the last that ran
in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.stores.edits import Unit
from inspector.stores.formats.ids import normal_id, parent_id
from inspector.stores.formats.jaeger_references import parent_of, references
from inspector.stores.formats.parts import REMOVED, Change, FormatEdits, Gone, Part
from inspector.stores.formats.shape import object_at, objects_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.stores.formats.base import Object, Record
    from inspector.stores.formats.parts import Path


def _parts(record: Record) -> list[Part]:
    value = record.value
    if isinstance(value.get("data"), list):
        return [part for index, trace in objects_at(value, "data") for part in _trace(trace, ("data", index))]
    if isinstance(value.get("spans"), list):
        return list(_trace(value, ()))
    return [_span(value, (), "")] if "spanID" in value or "operationName" in value else []


def _trace(trace: Object, path: Path) -> Iterator[Part]:
    trace_id = normal_id(trace.get("traceID"))
    spans = list(objects_at(trace, "spans"))
    own = trace_id or next((found for _, span in spans if (found := normal_id(span.get("traceID")))), "")
    yield Part(path, Unit.TRACE, own, "", "trace")
    for index, span in spans:
        yield _span(span, (*path, "spans", index), trace_id)


def _span(span: Object, path: Path, trace_id: str) -> Part:
    own = normal_id(span.get("traceID")) or trace_id
    written = text_at(span, "spanID") or ""
    return Part(path, Unit.SPAN, own, normal_id(written), "span", parent_of(span, own), written)


def _mended(value: Object, part: Part, gone: Gone) -> list[Change]:
    if part.unit is Unit.TRACE:
        return _unused(value, part, gone)
    changes: list[Change] = []
    for index, _, trace, span in references(value):
        trace = trace or part.trace_id
        if span and gone.span(trace, span):
            heir = gone.heir(trace, span) if trace == part.trace_id and not gone.trace(trace) else None
            way: Path = ("references", index) if heir is None else ("references", index, "spanID")
            changes.append((way, REMOVED if heir is None else heir))
    above = parent_id(value.get("parentSpanID"))
    if above is not None and gone.span(part.trace_id, above):
        changes.append((("parentSpanID",), gone.heir(part.trace_id, above) or REMOVED))
    return changes


def _unused(trace: Object, part: Part, gone: Gone) -> list[Change]:
    """Processes in which only spans ran that go."""
    used: dict[str, bool] = {}
    for _, span in objects_at(trace, "spans"):
        name = text_at(span, "processID") or ""
        own = normal_id(span.get("traceID")) or part.trace_id
        used[name] = used.get(name, False) or not gone.span(own, normal_id(span.get("spanID")))
    return [
        (("processes", name), REMOVED) for name in object_at(trace, "processes") if used.get(name) is False
    ]


EDITS: Final = FormatEdits(_parts, _mended, prunes=True)
