"""How OTLP records are edited: spans, log records, metrics and their exemplars go one by one; a scope or a
resource goes with the last of its records; links to what is gone are taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.stores.edits import Unit
from inspector.stores.formats.ids import normal_id, parent_id
from inspector.stores.formats.otlp_values import time_of
from inspector.stores.formats.otlp_walk import groups, side
from inspector.stores.formats.parts import REMOVED, Change, FormatEdits, Gone, Part
from inspector.stores.formats.shape import objects_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.model import Problem
    from inspector.stores.formats.base import Object, Record

_PARENTS: Final = ("parentSpanId", "parent_span_id")
_DATA: Final = ("gauge", "sum", "histogram", "exponentialHistogram", "exponential_histogram", "summary")
_POINTS: Final = ("dataPoints", "data_points")


def _parts(record: Record) -> list[Part]:
    problems: list[Problem] = []
    found: list[Part] = []
    for group in groups(record, problems):
        for index, span in enumerate(group.spans):
            if isinstance(span, dict):
                path = (*group.path, index) if group.path[-1:] == ("spans",) else group.path
                found.append(_span(span, path))
    for kind, item, path in side(record, problems):
        found.append(Part(path, Unit.RECORD, _trace(item), _id(item), kind))
        if kind == "metric":
            found += _exemplars(item, path)
    return found


def _span(span: Object, path: tuple[str | int, ...]) -> Part:
    written = span.get("spanId") or span.get("span_id")
    return Part(
        path,
        Unit.SPAN,
        _trace(span),
        normal_id(written),
        "span",
        parent_id(span.get("parentSpanId") or span.get("parent_span_id")),
        written if isinstance(written, str) else "",
        start=time_of(span, "startTimeUnixNano", "start_time_unix_nano"),
    )


def _exemplars(metric: Object, path: tuple[str | int, ...]) -> Iterator[Part]:
    """Single measurements that name the span they were made in."""
    for kind in _DATA:
        data = metric.get(kind)
        if not isinstance(data, dict):
            continue
        for key in _POINTS:
            for index, point in objects_at(data, key):
                for number, item in objects_at(point, "exemplars"):
                    where = (*path, kind, key, index, "exemplars", number)
                    yield Part(where, Unit.RECORD, _trace(item), _id(item), "exemplar")


def _mended(span: Object, part: Part, gone: Gone) -> list[Change]:
    changes: list[Change] = []
    if part.unit is not Unit.SPAN:
        return changes
    if part.parent is not None and gone.span(part.trace_id, part.parent):
        key = next(key for key in _PARENTS if span.get(key))
        changes.append(((key,), gone.heir(part.trace_id, part.parent) or ""))
    for index, link in objects_at(span, "links"):
        if gone.span(_trace(link), _id(link)):
            changes.append((("links", index), REMOVED))
    return changes


def _trace(item: Object) -> str:
    return normal_id(item.get("traceId") or item.get("trace_id"))


def _id(item: Object) -> str:
    return normal_id(item.get("spanId") or item.get("span_id"))


EDITS: Final = FormatEdits(_parts, _mended, prunes=True)
