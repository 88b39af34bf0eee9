"""One MLflow trace, whole. A span's `content` is JSON whose ids are base64 and whose attribute values are
each JSON-encoded once more (mlflow.entities.span, `Span.to_dict`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.model import Attribute, Event, Link, RowPlace, SideRecord, Span, SubjectRef, Trace, TraceHead
from inspector.stores.formats import content, mlflow_heads
from inspector.stores.formats.ids import normal_id
from inspector.stores.formats.mlflow_tables import ARTIFACTS, SPANS_LOCATION
from inspector.stores.formats.rows import (
    annotation,
    decoded,
    members,
    raw,
    side_of,
    text,
    undecoded,
    whole,
)
from inspector.stores.formats.semconv import subjects
from inspector.stores.formats.shape import object_at, objects_at, text_at, with_user
from inspector.stores.formats.times import from_number
from inspector.stores.formats.values import as_value, attributes_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.model import Annotation, Attributes, SpanHead, Value
    from inspector.stores.sqlite_db import Cell, Database, Record

_USAGE: Final = "mlflow.chat.tokenUsage"
_INPUT: Final = "mlflow.traceInputs"
_OUTPUT: Final = "mlflow.traceOutputs"
_KEYS: Final = ("_key", "assessment_id", "trace_id", "span_id", "name")


def load(db: Database, trace_id: str) -> Trace | None:
    infos = db.lookup("trace_info", f"rowid, {mlflow_heads.info_columns(db)}", "request_id", (trace_id,)).rows
    keys = sorted(int(str(row[0])) for row in db.lookup("spans", "rowid", "trace_id", (trace_id,)).rows)
    if not infos and not keys:
        return None
    tags = mlflow_heads.words(db, "trace_tags", (trace_id,)).get(trace_id, {})
    metadata = mlflow_heads.words(db, "trace_request_metadata", (trace_id,)).get(trace_id, {})
    head: TraceHead | None = None
    if infos:
        head = mlflow_heads.trace_head(infos[0], mlflow_heads.projects(db).get(infos[0][2]), tags, metadata)
    columns = f"rowid, {mlflow_heads.span_columns(db)}"
    heads = {row[0]: row for row in db.lookup("spans", columns, "rowid", keys).rows}
    records = db.lookup("spans", "rowid AS _key, *", "rowid", keys, "rowid").records()
    notes = list(_assessments(db, trace_id))
    info = next(iter(db.lookup("trace_info", "*", "request_id", (trace_id,)).records()), {})
    return Trace(
        head=head or TraceHead(trace_id),
        spans=tuple(
            _span(mlflow_heads.span_head(heads[record["_key"]], head), record, notes)
            for record in records
            if record["_key"] in heads
        ),
        attributes=_words(metadata, tags),
        input=_fuller(metadata.get(_INPUT), info.get("request_preview")),
        output=_fuller(metadata.get(_OUTPUT), info.get("response_preview")),
        annotations=tuple(note for span_id, note in notes if not span_id),
        side=tuple(_side(db, trace_id, infos[0][0] if infos else None, info, tags)),
        raw={"trace_info": raw(info), "trace_tags": dict(tags), "trace_request_metadata": dict(metadata)},
    )


def _fuller(*copies: Cell) -> Value:
    """MLflow cuts both copies of a trace's input and output, at 250 and at 1000 characters."""
    return decoded(max((text(copy) for copy in copies), key=len) or None)


def _span(head: SpanHead, record: Record, notes: Sequence[tuple[str, Annotation]]) -> Span:
    record.pop("_key")
    body, sound = members(record["content"])
    attrs = {key: _once_more(value) for key, value in object_at(body, "attributes").items()}
    row = raw(record)
    return Span(
        trace_id=head.trace_id,
        span_id=head.span_id,
        parent_id=head.parent_id,
        name=head.name,
        kind=head.kind,
        kind_written=head.kind_written,
        start=head.start,
        end=head.end,
        status=head.status,
        status_message=text_at(object_at(body, "status"), "message") or "",
        attributes=attributes_of(attrs),
        place=head.place,
        events=tuple(_event(item) for _, item in objects_at(body, "events")),
        links=tuple(_link(item) for _, item in objects_at(body, "links")),
        project=head.project,
        session=head.session,
        user=head.user,
        subjects=with_user(head.user, "trace_request_metadata:mlflow.trace.user", _people(attrs)),
        input=content.input_of(attrs),
        output=content.output_of(attrs),
        model=head.model,
        tokens=mlflow_heads.tokens_of(attrs.get(_USAGE)),
        cost=head.cost,
        tags=head.tags,
        annotations=tuple(note for span_id, note in notes if span_id == head.span_id),
        raw=row,
        flags=(*undecoded(*record.values()), *(() if sound else ("bad JSON",))),
    )


def _once_more(value: object) -> Value:
    """An attribute's value is JSON in a string; one that isn't stands as it is."""
    if not isinstance(value, str):
        return as_value(value)
    inner = decoded(value)
    return value if isinstance(inner, bytes) else inner


def _people(attrs: Mapping[str, Value]) -> list[SubjectRef]:
    """People that a span's attributes name: OpenAI's `user` argument too."""
    user = text_of(attrs.get("user"))
    return [*subjects(attrs), *([SubjectRef(user, "attr:user")] if user else [])]


def _event(item: Mapping[str, object]) -> Event:
    return Event(
        text_at(item, "name") or "",
        from_number(item.get("time_unix_nano"), "ns"),
        attributes_of(item.get("attributes")),
    )


def _link(item: Mapping[str, object]) -> Link:
    return Link(
        normal_id(item.get("trace_id")), normal_id(item.get("span_id")), attributes_of(item.get("attributes"))
    )


def _words(metadata: Mapping[str, str], tags: Mapping[str, str]) -> Attributes:
    """Request metadata, then tags."""
    return (
        *(Attribute(key, value) for key, value in metadata.items()),
        *(Attribute(f"tag.{key}", value) for key, value in tags.items()),
    )


def _assessments(db: Database, trace_id: str) -> Iterator[tuple[str, Annotation]]:
    """With the id of the span each is about, or nothing where it is about the trace."""
    for record in db.lookup("assessments", "rowid AS _key, *", "trace_id", (trace_id,)).records():
        key = whole(record["_key"]) or 0
        yield text(record.get("span_id")), annotation("assessments", key, record.get("name"), record, *_KEYS)


def _side(
    db: Database, trace_id: str, key: object, info: Record, tags: Mapping[str, str]
) -> Iterator[SideRecord]:
    previews = {name: info.get(name) for name in ("request_preview", "response_preview")}
    if isinstance(key, int) and any(previews.values()):
        yield SideRecord("preview", trace_id, raw(previews), RowPlace("trace_info", key))
    for table, kind in (("trace_tags", "tag"), ("trace_request_metadata", "metadata")):
        yield from side_of(db, table, kind, trace_id, "request_id", [trace_id])
    yield from side_of(db, "review_queue_items", "review", trace_id, "item_id", [trace_id])
    if isinstance(key, int) and mlflow_heads.is_elsewhere(tags):
        outside: Value = {"spans": tags.get(SPANS_LOCATION), "folder": tags.get(ARTIFACTS)}
        yield SideRecord("file outside", trace_id, outside, RowPlace("trace_info", key))
