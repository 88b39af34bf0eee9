"""Zipkin v2 JSON: spans in lists, as `POST /api/v2/spans` takes and `GET /api/v2/trace` gives them: a list or
a span a line, or one document.

Field names: the Zipkin 2 API (zipkin2-api.yaml). Times are microseconds. Tags are strings; OpenTelemetry's
exporters put resource, scope, status and events into tags and annotations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.model import NO_SCOPE, Attribute, Attributes, Event, Problem, Scope, Span, Status
from inspector.stores.base import FormatInfo
from inspector.stores.formats import semconv
from inspector.stores.formats.base import Object, Parsed, Record, scored
from inspector.stores.formats.content import input_of, output_of
from inspector.stores.formats.ids import normal_id, parent_id
from inspector.stores.formats.kinds import otel_kind
from inspector.stores.formats.shape import names, object_at, objects_at, rest_of, text_at, with_user
from inspector.stores.formats.times import NS_PER, from_number
from inspector.stores.formats.values import as_value, attributes_of, int_of, json_in, text_of
from inspector.stores.formats.zipkin_edits import EDITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_KEYS: Final = names("traceId id parentId name kind timestamp duration localEndpoint annotations tags")
_NEEDED: Final = (
    frozenset(("traceId", "id", "localEndpoint")),
    frozenset(("traceId", "id", "timestamp", "duration")),
    frozenset(("traceId", "id", "kind", "tags")),
    frozenset(("traceId", "id", "name", "timestamp")),
)
_FOREIGN: Final = frozenset(("spanId", "span_id", "resourceSpans", "observations", "run_type"))
_SCOPE: Final = (("otel.scope.name", "otel.library.name"), ("otel.scope.version", "otel.library.version"))


class Zipkin:
    info = FormatInfo(
        id="zipkin",
        title="Zipkin v2 JSON",
        container="json",
        writers="Zipkin, Brave, OpenTelemetry's Zipkin exporters",
        editable=True,
    )
    edits = EDITS

    def score(self, samples: Sequence[Object]) -> int:
        own = [s for s in samples if s.keys().isdisjoint(_FOREIGN)]
        return scored(own, _NEEDED, _KEYS)

    def parse(self, record: Record) -> Parsed:
        value = record.value
        if "traceId" not in value and "id" not in value:
            return Parsed(problems=[Problem(record.where(), "no Zipkin span")])
        return Parsed(spans=[_span(record)])


def _span(record: Record) -> Span:
    value = record.value
    tags = attributes_of(value.get("tags"))
    attrs = {tag.key: tag.value for tag in tags}
    local = object_at(value, "localEndpoint")
    service = text_at(local, "serviceName")
    core = semconv.core(attrs, semconv.shared(attrs), otel_kind(value.get("kind")))
    start, end = _times(value)
    status, message = _status(attrs)
    return Span(
        trace_id=normal_id(value.get("traceId")),
        span_id=normal_id(value.get("id")),
        parent_id=parent_id(value.get("parentId")),
        name=text_at(value, "name") or "",
        kind=core.kind,
        kind_written=core.kind_written,
        start=start,
        end=end,
        status=status,
        status_message=message,
        attributes=(*tags, *rest_of(value, _KEYS)),
        place=record.place(),
        events=tuple(_event(note) for _, note in objects_at(value, "annotations")),
        resource=_resource(local),
        scope=_scope(attrs),
        time_unit="us",
        service=service or text_of(attrs.get("service.name")),
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
        flags=_flags(value, start),
    )


def _times(value: Object) -> tuple[int | None, int | None]:
    start = from_number(value.get("timestamp"), "us")
    duration = int_of(value.get("duration"))
    if start is None or duration is None or not 0 <= duration < 2**53:
        return start, None
    return start, start + duration * NS_PER["us"]


def _status(tags: Mapping[str, object]) -> tuple[Status, str]:
    """Zipkin knows one thing: an `error` tag, whose value is the message. `false` is what OpenTracing bridges
    write of a span that did not fail."""
    error = tags.get("error")
    stated = str(tags.get("otel.status_code", "")).upper()
    description = text_of(tags.get("otel.status_description"))
    if (error is not None and error is not False and error != "false") or stated == "ERROR":
        message = text_of(error)
        return Status.ERROR, description or (message if message not in (None, "true") else "") or ""
    return (Status.OK if stated == "OK" else Status.UNSET), description or ""


def _event(note: Mapping[str, object]) -> Event:
    """An annotation is a time and a text; OpenTelemetry's exporters write an event as `{"name": {…}}`."""
    text = text_at(note, "value") or ""
    inner = json_in(text)
    rest = rest_of(note, frozenset(("timestamp", "value")))
    if isinstance(inner, dict) and len(inner) == 1:
        name, attributes = next(iter(inner.items()))
        if isinstance(attributes, dict):
            return Event(
                str(name), from_number(note.get("timestamp"), "us"), (*attributes_of(attributes), *rest)
            )
    return Event(text, from_number(note.get("timestamp"), "us"), rest)


def _resource(local: Mapping[str, object]) -> Attributes:
    """The endpoint that recorded the span, by OpenTelemetry's name for it where there is one."""
    names = {"serviceName": "service.name"}
    return tuple(
        Attribute(names.get(a.key, f"localEndpoint.{a.key}"), a.value) for a in rest_of(local, frozenset())
    )


def _scope(tags: Mapping[str, object]) -> Scope:
    name, version = (text_at(tags, *keys) or "" for keys in _SCOPE)
    return Scope(name, version) if name or version else NO_SCOPE


def _flags(value: Object, start: int | None) -> tuple[str, ...]:
    found = []
    if not normal_id(value.get("id")):
        found.append("no span id")
    if start is None:
        found.append("no start" if value.get("timestamp") is None else "bad start")
    if value.get("shared") is True:
        # B3 propagation: the server's half of a call has the id of the client's half.
        found.append("span id shared with its caller")
    return tuple(found)


FORMAT = Zipkin()
