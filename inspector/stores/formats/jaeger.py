"""Jaeger's UI and query JSON: `{"data": [trace, …]}`, one bare trace object, or bare spans.

Field names: Jaeger `model/json/model.go`. Times are microseconds. A span names its process by id; a span with
an inline `process` is what the Elasticsearch store keeps. Spans of one id are all kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct

from inspector.model import (
    NO_SCOPE,
    Attribute,
    Attributes,
    BytePlace,
    Event,
    Link,
    Problem,
    Scope,
    Span,
    Status,
    Trace,
    TraceHead,
)
from inspector.stores.base import FormatInfo
from inspector.stores.formats import semconv
from inspector.stores.formats.base import Object, Parsed, Record, scored
from inspector.stores.formats.content import input_of, output_of
from inspector.stores.formats.ids import normal_id
from inspector.stores.formats.jaeger_edits import EDITS
from inspector.stores.formats.jaeger_references import parent_of, references
from inspector.stores.formats.jaeger_tags import tags_of, texts_of_warnings
from inspector.stores.formats.kinds import otel_kind
from inspector.stores.formats.shape import (
    names,
    object_at,
    objects_at,
    odd_items,
    rest_of,
    text_at,
    with_user,
)
from inspector.stores.formats.times import NS_PER, from_number
from inspector.stores.formats.values import as_value, int_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SPAN_KEYS: Final = names(
    "traceID spanID parentSpanID operationName references startTime duration tags logs processID "
    "process warnings"
)
_TRACE_KEYS: Final = frozenset(("traceID", "spans", "processes", "warnings"))
_SPAN: Final = frozenset(("traceID", "spanID", "operationName"))


Path: TypeAlias = tuple[str | int, ...]


class _Process(Struct, frozen=True):
    service: str | None
    attributes: Attributes
    known: bool


class Jaeger:
    info = FormatInfo(
        id="jaeger",
        title="Jaeger UI JSON",
        container="json",
        writers="Jaeger (UI download, query API, Elasticsearch spans)",
        editable=True,
    )
    edits = EDITS

    def score(self, samples: Sequence[Object]) -> int:
        seen: list[Object] = []
        for sample in samples:
            seen.append(sample)
            holders = [sample, *(trace for _, trace in objects_at(sample, "data"))]
            seen += [span for holder in holders for _, span in objects_at(holder, "spans")][:20]
            # A trace whose spans are all gone is still known by its two ids.
            seen += [h for h in holders if "traceID" in h and "processes" in h]
        return scored(seen, (_SPAN, frozenset(("traceID", "spans", "processes"))), _SPAN_KEYS)

    def parse(self, record: Record) -> Parsed:
        return self._parse(record, None)

    def some(self, record: Record, paths: frozenset[Path]) -> Parsed:
        """A document holds many traces: of one of them, only its own spans are built."""
        return self._parse(record, paths)

    def _parse(self, record: Record, paths: frozenset[Path] | None) -> Parsed:
        value = record.value
        parsed = Parsed()
        if isinstance(value.get("data"), list):
            for index, trace in objects_at(value, "data"):
                _take(parsed, record, trace, ("data", index), paths)
            if odd := odd_items(value, "data"):
                parsed.problems.append(Problem(record.where("data"), "a trace that is no object", odd))
        elif isinstance(value.get("spans"), list):
            _take(parsed, record, value, (), paths)
        elif "spanID" in value or "operationName" in value:
            if paths is None or record.path in paths:
                parsed.spans.append(_span(value, record.place(), _process(value, {}), ""))
        else:
            parsed.problems.append(Problem(record.where(), "neither a trace nor a span of Jaeger"))
        return parsed


def _take(
    parsed: Parsed, record: Record, trace: Mapping[str, object], path: Path, paths: frozenset[Path] | None
) -> None:
    """One trace object with its spans, or with those at `paths`."""
    processes = object_at(trace, "processes")
    trace_id = normal_id(trace.get("traceID"))
    spans = list(objects_at(trace, "spans"))
    for index, span in spans:
        place = record.place(*path, "spans", index)
        if paths is None or place.path in paths:
            parsed.spans.append(_span(span, place, _process(span, processes), trace_id))
    warnings = texts_of_warnings(trace.get("warnings"))
    rest = rest_of(trace, _TRACE_KEYS)
    own = trace_id or next((found for _, span in spans if (found := normal_id(span.get("traceID")))), "")
    if own:
        head = TraceHead(own, place=record.place(*path))
        extra = (Attribute("warnings", as_value(warnings)),) if warnings else ()
        stored = {key: value for key, value in trace.items() if key != "spans"}
        parsed.traces.append(Trace(head, (), attributes=(*extra, *rest), raw=as_value(stored)))
    if odd := odd_items(trace, "spans"):
        parsed.problems.append(Problem(record.where(*path, "spans"), "a span that is no object", odd))


def _process(span: Mapping[str, object], processes: Mapping[str, object]) -> _Process:
    inline = span.get("process")
    named = processes.get(text_at(span, "processID") or "")
    value = inline if isinstance(inline, dict) else named
    if not isinstance(value, dict):
        return _Process(None, (), known=False)
    service = text_at(value, "serviceName")
    name = (Attribute("service.name", service),) if service is not None else ()
    rest = rest_of(value, frozenset(("serviceName", "tags", "tag")))
    return _Process(service, (*name, *tags_of(value), *rest), known=True)


def _span(value: Mapping[str, object], place: BytePlace, process: _Process, trace_id: str) -> Span:
    tags = tags_of(value)
    attrs = {tag.key: tag.value for tag in tags}
    own_trace = normal_id(value.get("traceID")) or trace_id
    resource = semconv.shared({a.key: a.value for a in process.attributes})
    core = semconv.core(attrs, resource, otel_kind(attrs.get("span.kind")))
    start = from_number(value.get("startTime"), "us")
    duration = int_of(value.get("duration"))
    timed = start is not None and duration is not None and 0 <= duration < 2**53
    status, message = _status(attrs)
    warnings = texts_of_warnings(value.get("warnings"))
    extra = (Attribute("warnings", as_value(warnings)),) if warnings else ()
    parent = parent_of(value, own_trace)
    return Span(
        trace_id=own_trace,
        span_id=normal_id(value.get("spanID")),
        parent_id=parent,
        name=text_at(value, "operationName") or "",
        kind=core.kind,
        kind_written=core.kind_written,
        start=start,
        end=(start or 0) + (duration or 0) * NS_PER["us"] if timed else None,
        status=status,
        status_message=message,
        attributes=(*tags, *extra, *rest_of(value, _SPAN_KEYS | {"tag"})),
        place=place,
        events=tuple(_log(log) for _, log in objects_at(value, "logs")),
        links=tuple(_links(value, own_trace, parent)),
        resource=process.attributes,
        scope=_scope(attrs),
        time_unit="us",
        service=process.service or resource.service,
        project=core.project,
        environment=core.environment,
        session=core.session,
        user=core.user,
        subjects=with_user(None, "", semconv.subjects(attrs)),
        input=input_of(attrs),
        output=output_of(attrs),
        model=core.model,
        tokens=core.tokens,
        cost=core.cost,
        tags=core.tags,
        raw=as_value(value),
        flags=_flags(value, process, start),
    )


def _links(value: Mapping[str, object], trace_id: str, parent: str | None) -> Iterator[Link]:
    """Every reference but the CHILD_OF that made the parent."""
    for _, kind, trace, span in references(value):
        if kind == "CHILD_OF" and trace in ("", trace_id) and span == parent:
            parent = None
            continue
        yield Link(trace or trace_id, span, (Attribute("refType", kind),) if kind else ())


def _status(tags: Mapping[str, object]) -> tuple[Status, str]:
    stated = str(tags.get("otel.status_code", "")).upper()
    message = text_of(tags.get("otel.status_description")) or ""
    error = tags.get("error")
    failed = error is True or (isinstance(error, str) and error.lower() not in ("", "false"))
    if failed or stated == "ERROR":
        told = error if isinstance(error, str) and error.lower() != "true" else ""
        return Status.ERROR, message or told or text_of(tags.get("error.message")) or ""
    return (Status.OK if stated == "OK" else Status.UNSET), message


def _log(log: Mapping[str, object]) -> Event:
    """Fields of a log; its name is the field `event`, as OpenTracing has it."""
    fields = tags_of(log, "fields")
    name = next((text for f in fields if f.key == "event" and (text := text_of(f.value)) is not None), None)
    rest = fields if name is None else tuple(f for f in fields if f.key != "event")
    return Event(name or "log", from_number(log.get("timestamp"), "us"), rest)


def _scope(tags: Mapping[str, object]) -> Scope:
    name = text_at(tags, "otel.scope.name", "otel.library.name") or ""
    version = text_at(tags, "otel.scope.version", "otel.library.version") or ""
    return Scope(name, version) if name or version else NO_SCOPE


def _flags(value: Mapping[str, object], process: _Process, start: int | None) -> tuple[str, ...]:
    found = []
    if not normal_id(value.get("spanID")):
        found.append("no span id")
    if start is None:
        found.append("no start" if value.get("startTime") is None else "bad start")
    if not process.known:
        found.append("unknown process")
    if texts_of_warnings(value.get("warnings")):
        found.append("warnings")
    return tuple(found)


FORMAT = Jaeger()
