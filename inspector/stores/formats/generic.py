"""Spans one a line under field names of one's own: found by the usual names, or given by a small TOML file.

trace_id = "trace"            # a key, or a way through objects: "ctx.trace"
span_id = "span"
start = "t0"
duration = "took"
time_unit = "us"              # ns us ms s; left out: told by the text or the size of the number
duration_unit = "ms"
error_values = ["failed"]     # values of `status` that mean an error
"""

from __future__ import annotations

import difflib
import tomllib
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field

from inspector.errors import UsageError
from inspector.model import Attribute, Event, Problem, Span, Status, SubjectRef, Tokens
from inspector.stores.base import FormatInfo
from inspector.stores.edits import Unit as Of
from inspector.stores.formats import content, semconv
from inspector.stores.formats.base import Object, Parsed, Record
from inspector.stores.formats.ids import normal_id, parent_id
from inspector.stores.formats.kinds import kind_of
from inspector.stores.formats.parts import FormatEdits, Part
from inspector.stores.formats.shape import objects_at, text_at
from inspector.stores.formats.times import NS_PER, Unit, from_iso, from_number, guess
from inspector.stores.formats.values import as_value, attributes_of, float_of, int_of, text_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from inspector.model import Value
    from inspector.stores.formats.parts import Change, Gone

_USUAL: Final[dict[str, tuple[str, ...]]] = {
    "trace_id": ("trace_id", "traceId", "traceID", "TraceId", "traceid", "trace", "context.trace_id"),
    "span_id": ("span_id", "spanId", "spanID", "SpanId", "spanid", "span", "context.span_id"),
    "parent_id": ("parent_id", "parentId", "parent_span_id", "parentSpanId", "parentSpanID", "ParentSpanId",
                  "parent"),
    "name": ("name", "span_name", "spanName", "SpanName", "operation_name", "operationName",
             "operation"),
    "kind": ("kind", "span_kind", "spanKind", "SpanKind", "type", "span_type"),
    "start": ("start_time", "startTime", "start", "started_at", "startTimeUnixNano", "start_time_unix_nano",
              "start_ns", "start_ms", "start_us", "Timestamp", "timestamp", "time", "ts"),
    "end": ("end_time", "endTime", "end", "ended_at", "finished_at", "endTimeUnixNano", "end_time_unix_nano",
            "end_ns", "end_ms", "end_us"),
    "duration": ("duration_ns", "duration_us", "duration_ms", "duration_s", "latency_ms", "duration",
                 "Duration"),
    "status": ("status", "status_code", "statusCode", "StatusCode", "status.code", "level"),
    "status_message": ("status_message", "statusMessage", "StatusMessage", "status.message", "error_message",
                       "error"),
    "attributes": ("attributes", "SpanAttributes", "tags", "metadata", "data"),
    "resource": ("resource.attributes", "resource", "ResourceAttributes"),
    "events": ("events", "logs"),
    "input": ("input", "inputs", "prompt", "request"),
    "output": ("output", "outputs", "completion", "response", "result"),
    "model": ("model", "model_name", "modelName"),
    "tokens_input": ("input_tokens", "prompt_tokens", "usage.input_tokens", "usage.prompt_tokens"),
    "tokens_output": ("output_tokens", "completion_tokens", "usage.output_tokens", "usage.completion_tokens"),
    "tokens_total": ("total_tokens", "tokens", "usage.total_tokens"),
    "cost": ("cost", "cost_usd", "total_cost"),
    "user": ("user_id", "userId", "user"),
    "session": ("session_id", "sessionId", "session", "conversation_id", "thread_id"),
    "project": ("project", "project_name"),
    "environment": ("environment", "env"),
    "service": ("service_name", "serviceName", "ServiceName", "service"),
    "tags": ("tag_list", "labels"),
}  # fmt: skip
_SETTINGS: Final = ("time_unit", "duration_unit", "error_values")
_SUFFIX: Final[dict[str, Unit]] = {
    "_ns": "ns",
    "Nano": "ns",
    "_nano": "ns",
    "_us": "us",
    "_ms": "ms",
    "_s": "s",
}
_ERRORS: Final = frozenset(("error", "err", "failed", "failure", "fatal", "critical", "exception", "2",
                            "status_code_error"))  # fmt: skip
_OK: Final = frozenset(("ok", "success", "succeeded", "completed", "done", "1", "status_code_ok"))
_IDS: Final = ("trace_id", "span_id")


class Mapped(Struct, frozen=True):
    """Where the fields of a span are."""

    ways: Mapping[str, tuple[str, ...]]
    """Field -> ways to try, in order."""
    time_unit: Unit | None = None
    duration_unit: Unit | None = None
    errors: frozenset[str] = field(default=_ERRORS)


class Generic:
    def __init__(self, mapping: Mapped, given: bool) -> None:
        self._mapping = mapping
        self._given = given
        self.info = FormatInfo(
            id="generic",
            title="JSON spans with a field mapping" if given else "JSON spans with the usual field names",
            container="json",
            writers="any tool that writes one span an object",
            editable=True,
        )
        self.edits = FormatEdits(self._parts, self._mended)

    def score(self, samples: Sequence[Object]) -> int:
        ways = self._mapping.ways
        for sample in samples:
            if all(_at(sample, ways.get(name, ()))[0] is not None for name in _IDS):
                # A mapping that was given is meant; guessed names only where no format knows better.
                return 99 if self._given else 20
        return 0

    def parse(self, record: Record) -> Parsed:
        if all(_at(record.value, self._mapping.ways.get(name, ()))[0] is None for name in _IDS):
            return Parsed(problems=[Problem(record.where(), "no span: neither trace id nor span id")])
        return Parsed(spans=[_span(record, self._mapping)])

    def _parts(self, record: Record) -> list[Part]:
        found = {
            name: _at(record.value, self._mapping.ways.get(name, ()))[0] for name in (*_IDS, "parent_id")
        }
        if all(found[name] is None for name in _IDS):
            return []
        trace_id, span_id, above = (normal_id(found[name]) for name in (*_IDS, "parent_id"))
        return [Part((), Of.SPAN, trace_id, span_id, "span", above or None, text_of(found["span_id"]) or "")]

    def _mended(self, value: Object, part: Part, gone: Gone) -> list[Change]:
        if part.parent is None or not gone.span(part.trace_id, part.parent):
            return []
        way = _at(value, self._mapping.ways["parent_id"])[1]
        path = (way,) if value.get(way) is not None else tuple(way.split("."))
        return [(path, gone.heir(part.trace_id, part.parent))]


FORMAT: Final = Generic(Mapped(_USUAL), given=False)


def mapped(path: Path) -> Generic:
    """The format that a mapping file describes; fields it leaves out are found by their usual names."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("The mapping file can't be read.", "Check its name.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The mapping file is no TOML: {error}.", "Correct it.") from error
    ways = dict(_USUAL)
    for key, value in table.items():
        if key in _SETTINGS:
            continue
        if key not in _USUAL:
            near = difflib.get_close_matches(key, [*_USUAL, *_SETTINGS], 1)
            fix = f"Did you mean `{near[0]}`?" if near else f"Fields are: {', '.join(_USUAL)}."
            raise UsageError(f"The mapping names a field `{key}` that spans don't have.", fix)
        if not isinstance(value, str):
            raise UsageError(f"The mapping of `{key}` is no text.", 'Write the key in quotes: "key".')
        ways[key] = (value,)
    values = table.get("error_values")
    errors = frozenset(str(v).lower() for v in values) if isinstance(values, list) else _ERRORS
    return Generic(Mapped(ways, _unit(table, "time_unit"), _unit(table, "duration_unit"), errors), given=True)


def _unit(table: Mapping[str, object], key: str) -> Unit | None:
    value = table.get(key)
    if value is None:
        return None
    if value not in NS_PER:
        raise UsageError(f"The mapping's `{key}` is none of ns, us, ms, s.", "Take one of these.")
    return value


def _at(value: Object, ways: Sequence[str]) -> tuple[object, str]:
    """The first way that leads somewhere, and its name: a key as written, or keys of nested objects."""
    for way in ways:
        if (found := value.get(way)) is not None:
            return found, way
        here: object = value
        for step in way.split("."):
            here = here.get(step) if isinstance(here, dict) else None
        if here is not None:
            return here, way
    return None, ""


def _time(found: tuple[object, str], unit: Unit | None) -> tuple[int | None, str]:
    value, way = found
    told = unit or next((unit for suffix, unit in _SUFFIX.items() if way.endswith(suffix)), None)
    if told is None:
        return guess(value)
    ns = from_number(value, told)
    return (ns, told) if ns is not None else (from_iso(value), "iso")


def _span(record: Record, mapping: Mapped) -> Span:
    value = record.value
    found = {name: _at(value, ways) for name, ways in mapping.ways.items()}
    text = {name: text_of(found[name][0]) for name in ("kind", "user", "session", "project", "environment",
                                                       "service", "model", "status_message")}  # fmt: skip
    held, way = found["attributes"]
    own = held if isinstance(held, dict) else {}
    used = {way.split(".")[0] for name, (_, way) in found.items() if way and name not in ("attributes",)}
    used |= {way} if isinstance(held, dict) else set()
    rest = (Attribute(key, as_value(item)) for key, item in value.items() if key not in used)
    attributes = (*attributes_of(own), *rest)
    attrs: dict[str, Value] = {attribute.key: attribute.value for attribute in attributes}
    resource = attributes_of(found["resource"][0])
    shared = semconv.shared({attribute.key: attribute.value for attribute in resource})
    facts = semconv.core(attrs, shared)
    start, unit = _time(found["start"], mapping.time_unit)
    end = _time(found["end"], mapping.time_unit)[0]
    if end is None and start is not None:
        length = _duration(found["duration"], mapping.duration_unit)
        end = start + length if length is not None else None
    tokens = Tokens(*(int_of(found[name][0]) for name in ("tokens_input", "tokens_output", "tokens_total")))
    people = semconv.subjects(attrs)
    if text["user"] is not None and not any(ref.id == text["user"] for ref in people):
        people.insert(0, SubjectRef(text["user"], f"field:{found['user'][1]}"))
    span_id = normal_id(found["span_id"][0])
    flags = [word for word, bad in (("no span id", not span_id), ("no start", start is None)) if bad]
    return Span(
        trace_id=normal_id(found["trace_id"][0]),
        span_id=span_id,
        parent_id=parent_id(found["parent_id"][0]),
        name=text_of(found["name"][0]) or "",
        kind=kind_of(text["kind"]) if text["kind"] else facts.kind,
        kind_written=text["kind"] or facts.kind_written,
        start=start,
        end=end,
        status=_status(found["status"][0], found["status_message"], mapping),
        status_message=text["status_message"] or "",
        attributes=attributes,
        place=record.place(),
        events=tuple(
            Event(text_at(event, "name", "event") or "", guess(event.get("time", event.get("timestamp")))[0],
                  attributes_of(event.get("attributes")))
            for _, event in objects_at({"events": found["events"][0]}, "events")
        ),
        resource=resource,
        time_unit=unit,
        service=text["service"] or shared.service,
        project=text["project"] or facts.project,
        environment=text["environment"] or facts.environment,
        session=text["session"] or facts.session,
        user=text["user"] or facts.user,
        subjects=tuple(people),
        input=as_value(found["input"][0]) if found["input"][1] else content.input_of(attrs),
        output=as_value(found["output"][0]) if found["output"][1] else content.output_of(attrs),
        model=text["model"] or facts.model,
        tokens=tokens if tokens.sum is not None else facts.tokens,
        cost=cost if (cost := float_of(found["cost"][0])) is not None else facts.cost,
        tags=texts_of(found["tags"][0]) or facts.tags,
        raw=as_value(value),
        flags=tuple(flags),
    )  # fmt: skip


def _duration(found: tuple[object, str], unit: Unit | None) -> int | None:
    value, way = found
    told = unit or next((unit for suffix, unit in _SUFFIX.items() if way.endswith(suffix)), None)
    return from_number(value, told or "ms")


def _status(status: object, message: tuple[object, str], mapping: Mapped) -> Status:
    word = (text_of(status) or "").lower()
    if word in mapping.errors or status is False:
        return Status.ERROR
    if word in _OK:
        return Status.OK
    # A field called `error` that holds something says the same.
    return Status.ERROR if message[1].startswith("error") and message[0] else Status.UNSET
