"""OpenAI Agents SDK traces, one object a line as its exporters send them: `trace` and `trace.span`.

Field names: openai-agents `tracing/span_data.py` and `tracing/traces.py`, 0.0.x to 0.24. A trace line has no
times and may stand after its spans; it alone names the user, in its metadata.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from inspector.model import (
    NO_TOKENS,
    Attribute,
    Attributes,
    Kind,
    Problem,
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
from inspector.stores.formats.openai_agents_edits import EDITS, MODEL_CALLS
from inspector.stores.formats.shape import object_at, rest_of, text_at
from inspector.stores.formats.times import from_iso, iso_with_unit
from inspector.stores.formats.values import as_value, attributes_of, object_in, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SPAN_KEYS: Final = frozenset(
    ("object", "id", "trace_id", "parent_id", "started_at", "ended_at", "span_data", "error")
)
_TRACE_KEYS: Final = frozenset(("object", "id", "workflow_name", "group_id"))
_DATA_KEYS: Final = frozenset(("type", "name", "input", "output", "model"))
_USER: Final = ("user_id", "userId", "user", "user.id", "enduser_id")
_KINDS: Final = {"transcription": Kind.LLM, "speech": Kind.LLM, "speech_group": Kind.CHAIN}
_METADATA: Final = "trace.metadata"


class OpenAIAgents:
    info = FormatInfo(
        id="openai-agents",
        title="OpenAI Agents JSONL",
        container="json",
        writers="openai-agents (a trace processor that writes what the SDK's exporter sends)",
        editable=True,
    )
    edits = EDITS

    def score(self, samples: Sequence[Object]) -> int:
        own = [s for s in samples if s.get("object") in ("trace", "trace.span")]
        return scored(
            own,
            (
                frozenset(("object", "id", "trace_id", "span_data")),
                frozenset(("object", "id", "workflow_name")),
            ),
            _SPAN_KEYS | _TRACE_KEYS,
        )

    def parse(self, record: Record) -> Parsed:
        kind = record.value.get("object")
        if kind == "trace.span":
            return Parsed(spans=[_span(record)])
        if kind == "trace":
            return Parsed(traces=[_trace(record)])
        return Parsed(problems=[Problem(record.where(), "neither a trace nor a span of OpenAI Agents")])

    def finish(self, trace: Trace, patches: Sequence[Span]) -> Trace:
        """The user and the session stand in the trace line only: carry them to its spans."""
        metadata = {a.key.removeprefix("metadata."): a.value for a in trace.attributes}
        subjects = tuple(semconv.subjects_in(metadata, _METADATA))
        head = trace.head
        spans = tuple(
            replace(
                span,
                user=span.user or head.user,
                session=span.session or head.session,
                subjects=tuple(dict.fromkeys((*span.subjects, *subjects))),
            )
            for span in trace.spans
        )
        return replace(trace, spans=spans)


def _trace(record: Record) -> Trace:
    value = record.value
    metadata = object_in(value.get("metadata"))
    head = TraceHead(
        trace_id=text_at(value, "id") or "",
        name=text_at(value, "workflow_name"),
        session=text_at(value, "group_id"),
        user=text_at(metadata, *_USER),
        project=text_at(metadata, "project"),
        environment=text_at(metadata, "environment"),
        place=record.place(),
    )
    flat = tuple(Attribute(f"metadata.{a.key}", a.value) for a in attributes_of(metadata))
    rest = rest_of(value, _TRACE_KEYS | {"metadata"} if metadata else _TRACE_KEYS)
    return Trace(head, (), attributes=(*flat, *rest), raw=as_value(value))


def _span(record: Record) -> Span:
    value = record.value
    data = object_at(value, "span_data")
    written = text_at(data, "type") or ""
    start, unit = iso_with_unit(value.get("started_at"))
    end = from_iso(value.get("ended_at"))
    status, message, failure = _status(value.get("error"), ended=end is not None)
    model_call = written in MODEL_CALLS
    return Span(
        trace_id=text_at(value, "trace_id") or "",
        span_id=text_at(value, "id") or "",
        parent_id=text_at(value, "parent_id"),
        name=_name(data, written),
        kind=_kind(data, written),
        kind_written=written,
        start=start,
        end=end,
        status=status,
        status_message=message,
        attributes=(*rest_of(data, _DATA_KEYS), *failure, *rest_of(value, _SPAN_KEYS)),
        place=record.place(),
        time_unit=unit,
        subjects=_people(data, value),
        input=as_value(data.get("input")),
        output=as_value(data.get("output")),
        model=text_at(data, "model"),
        # Turn and task spans repeat the sum of their calls: added up, each call would count three times.
        tokens=semconv.usage(object_in(data.get("usage"))) if model_call else NO_TOKENS,
        raw=as_value(value),
        flags=_flags(value, data, start, end),
    )


def _name(data: Mapping[str, object], written: str) -> str:
    if written == "handoff":
        return f"{text_at(data, 'from_agent') or '?'} → {text_at(data, 'to_agent') or '?'}"
    if written == "mcp_tools":
        return text_at(data, "name", "server") or written
    return text_at(data, "name", "model") or written


def _kind(data: Mapping[str, object], written: str) -> Kind:
    if written == "custom":
        # The SDK's own `task` and `turn` spans are exported as custom ones.
        return kind_of(text_at(object_at(data, "data"), "sdk_span_type") or written)
    return _KINDS.get(written) or kind_of(written)


def _status(error: object, *, ended: bool) -> tuple[Status, str, Attributes]:
    """`error` is null, or an object with `message` and `data`."""
    if error is None:
        return (Status.OK if ended else Status.IN_PROGRESS), "", ()
    if isinstance(error, dict):
        rest = tuple(Attribute(f"error.{a.key}", a.value) for a in rest_of(error, frozenset(("message",))))
        return Status.ERROR, text_at(error, "message") or "", rest
    return Status.ERROR, text_of(error) or "", ()


def _people(data: Mapping[str, object], value: Object) -> tuple[SubjectRef, ...]:
    """Fields of a span made for a person; metadata is written by newer SDKs only."""
    holders = (
        (object_at(data, "data"), "span_data.data"),
        (object_at(data, "metadata"), "span_data.metadata"),
        (object_at(value, "metadata"), "metadata"),
    )
    return tuple(ref for held, source in holders if held for ref in semconv.subjects_in(held, source))


def _flags(value: Object, data: Mapping[str, object], start: int | None, end: int | None) -> tuple[str, ...]:
    found = []
    if text_at(value, "id") is None:
        found.append("no span id")
    if not data:
        found.append("no span data")
    if start is None:
        found.append("no start" if value.get("started_at") is None else "bad start")
    if end is None and value.get("ended_at") is not None:
        found.append("bad end")
    return tuple(found)


FORMAT = OpenAIAgents()
