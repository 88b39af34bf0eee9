"""OTLP as JSON, one export request a line or one in a file: what the Collector's file exporter, the SDKs'
file exporters and Jaeger's api v3 write (opentelemetry-proto trace.proto, its JSON mapping)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from inspector.model import (
    NO_SCOPE,
    BytePlace,
    Event,
    Link,
    Problem,
    Scope,
    SideRecord,
    Span,
    SpanHead,
    Status,
)
from inspector.stores.base import FormatInfo
from inspector.stores.formats import content, semconv
from inspector.stores.formats.base import Heads, Object, Parsed, Record
from inspector.stores.formats.ids import normal_id, parent_id
from inspector.stores.formats.kinds import otel_kind
from inspector.stores.formats.otlp_edits import EDITS
from inspector.stores.formats.otlp_logs import log_records
from inspector.stores.formats.otlp_near import near
from inspector.stores.formats.otlp_partly import MESSAGE, PartlyRead
from inspector.stores.formats.otlp_values import key_values, mapping_of, time_of, wanted_values
from inspector.stores.formats.otlp_walk import BATCH_KEYS, Group, groups, is_bare_span, side
from inspector.stores.formats.values import as_value, text_of
from inspector.stores.records import Piece, records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.model import Attributes
    from inspector.stores.formats.base import LogRecord, SpanTexts

_STATUS: Final[dict[object, Status]] = {
    0: Status.UNSET, 1: Status.OK, 2: Status.ERROR,
    "0": Status.UNSET, "1": Status.OK, "2": Status.ERROR,
    "STATUS_CODE_UNSET": Status.UNSET, "STATUS_CODE_OK": Status.OK, "STATUS_CODE_ERROR": Status.ERROR,
    "UNSET": Status.UNSET, "OK": Status.OK, "ERROR": Status.ERROR,
    "Unset": Status.UNSET, "Ok": Status.OK, "Error": Status.ERROR,
}  # fmt: skip


class Otlp:
    info = FormatInfo(
        id="otlp",
        title="OpenTelemetry OTLP JSON",
        container="json",
        writers="OpenTelemetry SDKs and Collector, OpenInference, OpenLLMetry, Langfuse SDK, pydantic-ai",
        editable=True,
    )
    edits = EDITS

    def score(self, samples: Sequence[Object]) -> int:
        return max((_score(sample) for sample in samples), default=0)

    def heads(self, record: Record) -> Heads:
        found = Heads()
        add = found.spans.append
        known: object = None
        resource = semconv.NO_SHARED
        for group in groups(record, found.problems):
            if group.resource is not known or known is None:
                known = group.resource
                resource = semconv.shared(wanted_values(_attributes(known), semconv.HEAD_KEYS_OF_RESOURCE))
            for index, span in enumerate(group.spans):
                if isinstance(span, dict):
                    add(_head(span, resource, record.place(*group.path, *_step(group, index))))
                else:
                    found.problems.append(Problem(record.where(*group.path, index), "no object"))
        for _kind, item, _path in side(record, found.problems):
            found.side += 1
            found.side_of.append(_trace_of(item))
        return found

    def parse(self, record: Record) -> Parsed:
        return _parsed(record, None)

    def logs(self, record: Record) -> Iterator[LogRecord]:
        return log_records(record)

    def some(self, record: Record, paths: frozenset[tuple[str | int, ...]]) -> Parsed:
        return _parsed(record, paths)

    def near(
        self, data: bytes, start: int, ends: Sequence[int], holds: Callable[[str], bool]
    ) -> Sequence[SpanTexts]:
        place = BytePlace(start, start + len(data))
        spans: list[SpanTexts] = []
        shares: dict[int, tuple[Attributes, semconv.Shared, Scope]] = {}
        for found in near(data, ends):
            if found is None:
                return _all(data, start)
            key = id(found.resource) ^ id(found.scope)
            if key not in shares:
                resource = key_values(_attributes(found.resource))
                shares[key] = resource, semconv.shared(mapping_of(resource)), scope_of(found.scope)
            whole = partial(_span, found.span, *shares[key], place)
            spans.append(PartlyRead(found.span, *shares[key], whole, holds))
        return spans


FORMAT: Final = Otlp()


def _parsed(record: Record, paths: frozenset[tuple[str | int, ...]] | None) -> Parsed:
    found = Parsed()
    known: object = None
    resource: Attributes = ()
    shared = semconv.NO_SHARED
    for group in groups(record, found.problems):
        if group.resource is not known or known is None:
            known = group.resource
            resource = key_values(_attributes(known))
            shared = semconv.shared(mapping_of(resource))
        scope = scope_of(group.scope)
        for index, span in enumerate(group.spans):
            if isinstance(span, dict):
                place = record.place(*group.path, *_step(group, index))
                if paths is not None and place.path not in paths:
                    continue
                found.spans.append(_span(span, resource, shared, scope, place))
            else:
                found.problems.append(Problem(record.where(*group.path, index), "no object"))
    for kind, item, path in side(record, found.problems):
        found.side.append(SideRecord(kind, _trace_of(item), as_value(item), record.place(*path)))
    return found


def _all(data: bytes, start: int) -> list[Span]:
    """Every span of a line."""
    found = (r for r in records(Piece(data.removeprefix(b"\xef\xbb\xbf"), start, 0)) if isinstance(r, Record))
    return [span for record in found for span in _parsed(record, None).spans]


def _score(sample: Object) -> int:
    inner = sample.get("result")
    value = inner if isinstance(inner, dict) else sample
    for key in BATCH_KEYS & value.keys():
        items = value[key]
        if not isinstance(items, list):
            continue
        if not items:
            return 60
        first = items[0]
        if isinstance(first, dict) and any(name.lower().startswith(("scope", "instrum")) for name in first):
            return 100
    if "scopeSpans" in value and "resource" in value:
        return 95
    return 70 if is_bare_span(value) and ("traceId" in value or "trace_id" in value) else 0


def _step(group: Group, index: int) -> tuple[int, ...]:
    return (index,) if group.path[-1:] == ("spans",) else ()


def _attributes(holder: object) -> object:
    return holder.get("attributes") if isinstance(holder, dict) else None


def scope_of(scope: object) -> Scope:
    """The scope of an object as written."""
    if not isinstance(scope, dict):
        return NO_SCOPE
    return Scope(text_of(scope.get("name")) or "", text_of(scope.get("version")) or "",
                 key_values(scope.get("attributes")))  # fmt: skip


def _trace_of(item: Object) -> str:
    return normal_id(item.get("traceId", item.get("trace_id")))


def status_of(span: Object, level: object, start: int | None, end: int | None) -> Status:
    """OTLP's status; a Langfuse observation of level ERROR is one; a span without an end still runs."""
    written = span.get("status")
    code = written.get("code") if isinstance(written, dict) else None
    status = _STATUS.get(code, Status.UNSET) if isinstance(code, (int, str)) else Status.UNSET
    if status is Status.UNSET:
        if level == "ERROR":
            return Status.ERROR
        if end is None and start is not None:
            return Status.IN_PROGRESS
    return status


def _head(span: Object, resource: semconv.Shared, place: BytePlace) -> SpanHead:
    get = span.get
    attrs = wanted_values(get("attributes"), semconv.HEAD_KEYS)
    start = time_of(span, "startTimeUnixNano", "start_time_unix_nano")
    end = time_of(span, "endTimeUnixNano", "end_time_unix_nano")
    facts = semconv.core(attrs, resource, otel_kind(get("kind")))
    name = get("name")
    return SpanHead(
        normal_id(get("traceId") or get("trace_id")),
        normal_id(get("spanId") or get("span_id")),
        parent_id(get("parentSpanId") or get("parent_span_id")),
        name if isinstance(name, str) else text_of(name) or "",
        facts.kind,
        facts.kind_written,
        start,
        end,
        status_of(span, attrs.get(semconv.LEVEL), start, end),
        place,
        resource.service,
        facts.project,
        facts.environment,
        facts.session,
        facts.user,
        facts.model,
        facts.tokens.sum,
        facts.cost,
        facts.tags,
    )


def _span(span: Object, resource: Attributes, shared: semconv.Shared, scope: Scope, place: BytePlace) -> Span:
    get = span.get
    attributes = key_values(get("attributes"))
    attrs = mapping_of(attributes)
    start = time_of(span, "startTimeUnixNano", "start_time_unix_nano")
    end = time_of(span, "endTimeUnixNano", "end_time_unix_nano")
    facts = semconv.core(attrs, shared, otel_kind(get("kind")))
    written = get("status")
    message = text_of(written.get("message")) if isinstance(written, dict) else None
    name = get("name")
    span_id = normal_id(get("spanId") or get("span_id"))
    people = semconv.subjects(attrs)
    if shared.user is not None:
        people += semconv.subjects(mapping_of(resource), "resource")
    return Span(
        trace_id=normal_id(get("traceId") or get("trace_id")),
        span_id=span_id,
        parent_id=parent_id(get("parentSpanId") or get("parent_span_id")),
        name=name if isinstance(name, str) else text_of(name) or "",
        kind=facts.kind,
        kind_written=facts.kind_written,
        start=start,
        end=end,
        status=status_of(span, attrs.get(semconv.LEVEL), start, end),
        status_message=message or text_of(attrs.get(MESSAGE)) or "",
        attributes=attributes,
        place=place,
        events=_events(get("events")),
        links=_links(get("links")),
        resource=resource,
        scope=scope,
        time_unit="iso" if _is_iso(get("startTimeUnixNano")) else "ns",
        service=shared.service,
        project=facts.project,
        environment=facts.environment,
        session=facts.session,
        user=facts.user,
        subjects=tuple(people),
        input=content.input_of(attrs),
        output=content.output_of(attrs),
        model=facts.model,
        tokens=facts.tokens,
        cost=facts.cost,
        tags=facts.tags,
        raw=as_value(span),
        flags=_flags(span, span_id, start, end),
    )


def _events(items: object) -> tuple[Event, ...]:
    if not isinstance(items, list):
        return ()
    return tuple(
        Event(
            text_of(item.get("name")) or "",
            time_of(item, "timeUnixNano", "time_unix_nano"),
            key_values(item.get("attributes")),
        )
        for item in items
        if isinstance(item, dict)
    )


def _links(items: object) -> tuple[Link, ...]:
    if not isinstance(items, list):
        return ()
    return tuple(
        Link(_trace_of(item), normal_id(item.get("spanId", item.get("span_id"))),
             key_values(item.get("attributes")))
        for item in items
        if isinstance(item, dict)
    )  # fmt: skip


def _is_iso(value: object) -> bool:
    return isinstance(value, str) and "T" in value


def _flags(span: Object, span_id: str, start: int | None, end: int | None) -> tuple[str, ...]:
    flags: list[str] = []
    if not span_id:
        flags.append("no span id")
    for ns, camel, snake, word in (
        (start, "startTimeUnixNano", "start_time_unix_nano", "start"),
        (end, "endTimeUnixNano", "end_time_unix_nano", "end"),
    ):
        if ns is None:
            value = span.get(camel, span.get(snake))
            flags.append(f"no {word}" if value in (None, "", "0", 0) else f"bad {word}")
    if start is not None and end is not None and end < start:
        flags.append("ends before it starts")
    for key in ("attributes", "events", "links"):
        items = span.get(key)
        if items is None or isinstance(items, dict):
            continue
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            flags.append(f"bad {key}")
    return tuple(flags)
