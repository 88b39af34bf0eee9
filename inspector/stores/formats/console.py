"""What the Python SDK's ConsoleSpanExporter prints: pretty objects one after another, ids with `0x`, ISO
times (opentelemetry-sdk `ReadableSpan.to_json`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.model import NO_SCOPE, Event, Link, Problem, Span, Status
from inspector.stores.base import FormatInfo
from inspector.stores.formats import content, semconv
from inspector.stores.formats.base import Object, Parsed, Record, scored
from inspector.stores.formats.ids import normal_id, parent_id
from inspector.stores.formats.kinds import otel_kind
from inspector.stores.formats.shape import object_at, objects_at, text_at
from inspector.stores.formats.times import iso_with_unit
from inspector.stores.formats.values import as_value, attributes_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inspector.model import Value

_KEYS: Final = frozenset(("context", "name", "start_time"))
_HELPFUL: Final = frozenset(
    ("kind", "parent_id", "end_time", "status", "attributes", "events", "links", "resource")
)
_STATUS: Final = {"OK": Status.OK, "ERROR": Status.ERROR}


class Console:
    info = FormatInfo(
        id="otel-console",
        title="OpenTelemetry console exporter",
        container="json",
        writers="OpenTelemetry Python SDK (ConsoleSpanExporter)",
    )

    def score(self, samples: Sequence[Object]) -> int:
        own = [s for s in samples if {"trace_id", "span_id"} <= object_at(s, "context").keys()]
        return scored(own, (_KEYS,), _HELPFUL)

    def parse(self, record: Record) -> Parsed:
        if "context" not in record.value:
            return Parsed(problems=[Problem(record.where(), "no span of the console exporter")])
        return Parsed(spans=[_span(record)])


FORMAT: Final = Console()


def _span(record: Record) -> Span:
    value = record.value
    context = object_at(value, "context")
    attributes = attributes_of(value.get("attributes"))
    attrs: Mapping[str, Value] = {attribute.key: attribute.value for attribute in attributes}
    held = object_at(value, "resource")
    resource = attributes_of(held["attributes"] if isinstance(held.get("attributes"), dict) else held)
    shared = semconv.shared({attribute.key: attribute.value for attribute in resource})
    facts = semconv.core(attrs, shared, otel_kind(value.get("kind")))
    start, unit = iso_with_unit(value.get("start_time"))
    end = iso_with_unit(value.get("end_time"))[0]
    status = object_at(value, "status")
    code = _STATUS.get((text_at(status, "status_code") or "").upper(), Status.UNSET)
    running = code is Status.UNSET and end is None and start is not None
    flags = [f"no {word}" for word, found in (("start", start), ("end", end)) if found is None]
    span_id = normal_id(context.get("span_id"))
    if not span_id:
        flags.append("no span id")
    return Span(
        trace_id=normal_id(context.get("trace_id")),
        span_id=span_id,
        parent_id=parent_id(value.get("parent_id")),
        name=text_at(value, "name") or "",
        kind=facts.kind,
        kind_written=facts.kind_written,
        start=start,
        end=end,
        status=Status.IN_PROGRESS if running else code,
        status_message=text_at(status, "description") or "",
        attributes=attributes,
        place=record.place(),
        events=tuple(
            Event(text_at(event, "name") or "", iso_with_unit(event.get("timestamp"))[0],
                  attributes_of(event.get("attributes")))
            for _, event in objects_at(value, "events")
        ),
        links=tuple(
            Link(normal_id(object_at(link, "context").get("trace_id")),
                 normal_id(object_at(link, "context").get("span_id")), attributes_of(link.get("attributes")))
            for _, link in objects_at(value, "links")
        ),
        resource=resource,
        scope=NO_SCOPE,
        time_unit=unit,
        service=shared.service,
        project=facts.project,
        environment=facts.environment,
        session=facts.session,
        user=facts.user,
        subjects=tuple(semconv.subjects(attrs)),
        input=content.input_of(attrs),
        output=content.output_of(attrs),
        model=facts.model,
        tokens=facts.tokens,
        cost=facts.cost,
        tags=facts.tags,
        raw=as_value(value),
        flags=tuple(flags),
    )  # fmt: skip
