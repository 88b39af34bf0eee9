"""Langfuse's exports: rows of observations, traces and scores, one a line or in one list.

Field names: the blob storage export reference of langfuse.com (snake_case: `observations_v2/`,
`observations/`, `traces/`, `scores/`) and langfuse 5 `api/commons/types/observation_v2.py` (camelCase, as API
and UI write them). An enriched row (v2) carries the user and the session of its trace; an older one needs its
trace row, which may stand anywhere in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from inspector.model import (
    Annotation,
    Attribute,
    Attributes,
    BytePlace,
    Kind,
    Problem,
    SideRecord,
    Span,
    Status,
    SubjectRef,
    Trace,
    TraceHead,
)
from inspector.stores.base import FormatInfo
from inspector.stores.formats import semconv
from inspector.stores.formats.base import Object, Parsed, Record, scored
from inspector.stores.formats.kinds import kind_of
from inspector.stores.formats.langfuse_edits import EDITS
from inspector.stores.formats.langfuse_rows import (
    Row,
    cost_of,
    either,
    is_observation,
    is_score,
    is_trace,
    tokens_of,
)
from inspector.stores.formats.shape import objects_at, odd_items, rest_of, with_user
from inspector.stores.formats.times import NS_PER, guess
from inspector.stores.formats.values import as_value, float_of, object_in, texts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OBSERVATION_KEYS: Final = either(
    "id trace_id project_id environment type parent_observation_id start_time end_time name level "
    "status_message input output provided_model_name model usage_details usage cost_details "
    "total_cost user_id session_id tags"
)
_TRACE_KEYS: Final = either(
    "id timestamp name environment project_id user_id session_id tags input output metadata "
    "observations scores"
)
_NESTED: Final = ("observations", "scores")
_NEEDED: Final = (
    frozenset(("id", "trace_id", "parent_observation_id", "type")),
    frozenset(("id", "traceId", "parentObservationId", "type")),
    frozenset(("id", "trace_id", "type", "level", "start_time")),
    frozenset(("id", "traceId", "type", "level", "startTime")),
    frozenset(("id", "timestamp", "bookmarked", "public", "tags")),
    frozenset(("id", "timestamp", "observations", "scores")),
    frozenset(("id", "trace_id", "observation_id", "data_type", "value")),
    frozenset(("id", "traceId", "dataType", "value", "source")),
    frozenset(("trace", "observations")),
)


class LangfuseExport:
    info = FormatInfo(
        id="langfuse-export",
        title="Langfuse export",
        container="json",
        writers="Langfuse (blob storage export, API and UI downloads as JSON or JSONL)",
        editable=True,
    )
    edits = EDITS

    def score(self, samples: Sequence[Object]) -> int:
        rows = [s for s in samples if "trace" not in s or isinstance(s.get("observations"), list)]
        rows += [row for s in samples if "meta" in s for _, row in objects_at(s, "data")]
        return scored(rows, _NEEDED, _OBSERVATION_KEYS | {"completion_start_time", "model_id", "bookmarked"})

    def parse(self, record: Record) -> Parsed:
        parsed = Parsed()
        value = record.value
        inner = value.get("trace")
        if isinstance(inner, dict) and isinstance(value.get("observations"), list):
            _take_trace(parsed, record, inner, ("trace",))
            _take_nested(parsed, record, Row(value))
        elif "meta" in value and isinstance(value.get("data"), list):
            for index, item in objects_at(value, "data"):
                part = replace(record, value=item, path=(*record.path, "data", index))
                _take_row(parsed, part)
        else:
            _take_row(parsed, record)
        return parsed

    def finish(self, trace: Trace, patches: Sequence[Span]) -> Trace:
        """The trace row's user, session, environment and tags for its observations; scores as annotations."""
        metadata = next((a.value for a in trace.attributes if a.key == "metadata"), None)
        named = tuple(semconv.subjects_in(object_in(metadata), "trace.metadata"))
        told: dict[str, list[Annotation]] = {}
        for side in trace.side:
            if side.kind == "score" and isinstance(side.value, dict):
                row = Row(side.value)
                told.setdefault(row.text("observation_id") or "", []).append(_annotation(row, side))
        spans = tuple(_carried(span, trace.head, named, told.pop(span.span_id, [])) for span in trace.spans)
        rest = tuple(annotation for group in told.values() for annotation in group)
        return replace(trace, spans=spans, annotations=(*trace.annotations, *rest))


def _take_row(parsed: Parsed, record: Record) -> None:
    row = Row(record.value)
    if is_observation(row):
        _take_observation(parsed, row, record.place())
    elif is_score(row):
        parsed.side.append(_score(row, record.place()))
    elif is_trace(row):
        _take_trace(parsed, record, record.value, ())
        _take_nested(parsed, record, row)
    else:
        parsed.problems.append(Problem(record.where(), "no observation, trace or score of Langfuse"))


def _carried(span: Span, head: TraceHead, named: tuple[SubjectRef, ...], told: Sequence[Annotation]) -> Span:
    user = () if span.user is not None or head.user is None else (SubjectRef(head.user, "trace:user_id"),)
    return replace(
        span,
        user=span.user or head.user,
        session=span.session or head.session,
        environment=span.environment or head.environment,
        tags=span.tags or head.tags,
        subjects=tuple(dict.fromkeys((*span.subjects, *user, *named))),
        annotations=(*span.annotations, *told),
    )


def _take_trace(
    parsed: Parsed, record: Record, value: Mapping[str, object], path: tuple[str | int, ...]
) -> None:
    row = Row(value)
    head = TraceHead(
        trace_id=row.text("id") or "",
        name=row.text("name"),
        start=guess(row.get("timestamp"))[0],
        session=row.text("session_id"),
        user=row.text("user_id"),
        project=row.text("project_id"),
        environment=row.text("environment"),
        tags=texts_of(row.get("tags")),
        place=record.place(*path),
    )
    metadata = row.get("metadata")
    extra = (Attribute("metadata", as_value(metadata)),) if metadata else ()
    stored = {key: part for key, part in value.items() if key not in _NESTED}
    parsed.traces.append(
        Trace(
            head,
            (),
            attributes=(*extra, *rest_of(value, _TRACE_KEYS)),
            input=as_value(row.get("input")),
            output=as_value(row.get("output")),
            raw=as_value(stored),
        )
    )


def _take_nested(parsed: Parsed, record: Record, row: Row) -> None:
    """Observations and scores inside a trace's own object (the UI's download)."""
    for key in _NESTED:
        items = row.value.get(key)
        if not isinstance(items, list) or all(isinstance(item, str) for item in items):
            continue
        for index, item in enumerate(items):
            if not isinstance(item, dict):
                continue
            inner, place = Row(item), record.place(key, index)
            if key == "observations":
                _take_observation(parsed, inner, place)
            else:
                parsed.side.append(_score(inner, place))
        if odd := odd_items(row.value, key):
            parsed.problems.append(Problem(record.where(key), "a row that is no object", odd))


def _take_observation(parsed: Parsed, row: Row, place: BytePlace) -> None:
    span = _span(row, place)
    parsed.spans.append(span)
    name = row.text("trace_name")
    if name is not None and span.parent_id is None and span.trace_id:
        # An enriched row says what a trace row would; its root says it for all.
        head = TraceHead(
            span.trace_id,
            name=name,
            session=span.session,
            user=span.user,
            project=span.project,
            environment=span.environment,
            tags=span.tags,
        )
        parsed.traces.append(Trace(head, ()))


def _span(row: Row, place: BytePlace) -> Span:
    written = row.text("type") or ""
    kind = Kind.INTERNAL if written == "EVENT" else kind_of(written)
    start, unit = guess(row.get("start_time"))
    end = _end(row, start)
    user = row.text("user_id")
    metadata = object_in(row.get("metadata"))
    return Span(
        trace_id=row.text("trace_id") or "",
        span_id=row.text("id") or "",
        parent_id=row.text("parent_observation_id"),
        name=row.text("name") or "",
        kind=kind,
        kind_written=written,
        start=start,
        end=end,
        status=_status(row, written, ended=end is not None),
        status_message=row.text("status_message") or "",
        attributes=_attributes(row),
        place=place,
        time_unit=unit,
        project=row.text("project_id"),
        environment=row.text("environment"),
        session=row.text("session_id"),
        user=user,
        subjects=with_user(user, "observation:user_id", semconv.subjects_in(metadata, "metadata")),
        input=as_value(row.get("input")),
        output=as_value(row.get("output")),
        model=row.text("provided_model_name", "model"),
        tokens=tokens_of(row),
        cost=cost_of(row),
        tags=texts_of(row.get("tags")),
        raw=as_value(row.value),
        flags=_flags(row, start, end),
    )


def _attributes(row: Row) -> Attributes:
    """Level, details of usage and cost, and all that has no field of its own."""
    kept = ("level", "usage_details", "cost_details", "model_parameters")
    used = _OBSERVATION_KEYS - either(" ".join(kept))
    return tuple(a for a in rest_of(row.value, used) if a.value not in ({}, []))


def _end(row: Row, start: int | None) -> int | None:
    """The end, or the start and the latency in seconds."""
    end = guess(row.get("end_time"))[0]
    latency = float_of(row.get("latency"))
    if end is None and start is not None and latency is not None and 0 < latency < 1e9:
        return start + round(latency * NS_PER["s"])
    return end


def _status(row: Row, written: str, *, ended: bool) -> Status:
    if (row.text("level") or "").upper() == "ERROR":
        return Status.ERROR
    return Status.UNSET if ended or written == "EVENT" else Status.IN_PROGRESS


def _score(row: Row, place: BytePlace) -> SideRecord:
    return SideRecord("score", row.text("trace_id") or "", as_value(row.value), place)


def _annotation(row: Row, side: SideRecord) -> Annotation:
    """A categorical or text score is its string; every score keeps its comment and source."""
    told = {
        key: as_value(value)
        for key in ("value", "string_value", "comment", "source", "data_type")
        if (value := row.get(key)) is not None
    }
    return Annotation(row.text("name") or "score", told, side.place)


def _flags(row: Row, start: int | None, end: int | None) -> tuple[str, ...]:
    found = []
    if row.text("id") is None:
        found.append("no span id")
    if start is None:
        found.append("no start" if row.get("start_time") is None else "bad start")
    if end is None and row.get("end_time") is not None:
        found.append("bad end")
    return tuple(found)


FORMAT = LangfuseExport()
