"""How Langfuse exports are edited: rows, and the observations and scores inside a trace's own object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.stores.edits import Unit
from inspector.stores.formats.langfuse_rows import Row, camel, cost_of, is_observation, is_score, is_trace
from inspector.stores.formats.parts import REMOVED, Change, FormatEdits, Gone, Part, numbers, reduced
from inspector.stores.formats.shape import objects_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.stores.formats.base import Object, Record
    from inspector.stores.formats.parts import Path

_PARENT: Final = "parent_observation_id"


def _parts(record: Record) -> list[Part]:
    value = record.value
    inner = value.get("trace")
    if isinstance(inner, dict) and isinstance(value.get("observations"), list):
        return list(_trace(Row(inner), value, ()))
    if "meta" in value and isinstance(value.get("data"), list):
        return [part for index, item in objects_at(value, "data") for part in _row(item, ("data", index))]
    return list(_row(value, ()))


def _row(value: Object, path: Path) -> Iterator[Part]:
    row = Row(value)
    if is_observation(row):
        yield _observation(row, path)
    elif is_score(row):
        yield _score(row, path)
    elif is_trace(row):
        yield from _trace(row, value, path)


def _trace(row: Row, holder: Object, path: Path) -> Iterator[Part]:
    """`holder` has the lists; in the UI's download it isn't the trace's own object."""
    yield Part(path, Unit.TRACE, row.text("id") or "", "", "trace")
    for index, item in objects_at(holder, "observations"):
        yield _observation(Row(item), (*path, "observations", index))
    for index, item in objects_at(holder, "scores"):
        yield _score(Row(item), (*path, "scores", index))


def _observation(row: Row, path: Path) -> Part:
    own, trace_id = row.text("id") or "", row.text("trace_id") or ""
    return Part(path, Unit.SPAN, trace_id, own, "span", row.text(_PARENT), usage=numbers(cost=cost_of(row)))


def _score(row: Row, path: Path) -> Part:
    return Part(path, Unit.RECORD, row.text("trace_id") or "", row.text("observation_id") or "", "score")


def _mended(value: Object, part: Part, gone: Gone) -> list[Change]:
    if part.unit is Unit.TRACE:
        return _of_trace(value, part, gone)
    above = Row(value).text(_PARENT)
    if part.unit is not Unit.SPAN or above is None or not gone.span(part.trace_id, above):
        return []
    key = _PARENT if value.get(_PARENT) is not None else camel(_PARENT)
    # A root has an empty string in the export's spelling and null in the API's.
    return [((key,), gone.heir(part.trace_id, above) or ("" if key == _PARENT else None))]


def _of_trace(value: Object, part: Part, gone: Gone) -> list[Change]:
    changes: list[Change] = []
    listed = value.get("observations")
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, str) and gone.span(part.trace_id, item):
            changes.append((("observations", index), REMOVED))
    lost = gone.lost(part.trace_id, "")
    sums = {"total_cost": "cost", "totalCost": "cost"}
    inner = value.get("trace")
    if isinstance(inner, dict):
        changes += reduced(inner, lost, sums, ("trace",))
    return changes + reduced(value, lost, sums)


EDITS: Final = FormatEdits(_parts, _mended)
