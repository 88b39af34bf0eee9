"""TraceCraft JSONL: one line is one run, its steps nested by `children`; its user, session and tags stand on
the run. Field names: tracecraft 0.2.1, core/models.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from inspector.model import (
    Kind,
    Problem,
    Span,
    SpanHead,
    Status,
    SubjectRef,
    Tokens,
    Trace,
    TraceHead,
)
from inspector.stores.base import FormatInfo
from inspector.stores.formats import semconv
from inspector.stores.formats.base import Heads, Object, Parsed, Record, scored
from inspector.stores.formats.kinds import kind_of
from inspector.stores.formats.shape import (
    names,
    object_at,
    objects_at,
    odd_items,
    rest_of,
    text_at,
    with_user,
)
from inspector.stores.formats.times import NS_PER, from_iso, iso_with_unit
from inspector.stores.formats.tracecraft_edits import EDITS
from inspector.stores.formats.values import as_value, attributes_of, float_of, int_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_RUN_KEYS: Final = names(
    "id name start_time end_time duration_ms session_id user_id environment tags input output steps "
    "attributes total_tokens total_cost_usd"
)
_STEP_KEYS: Final = names(
    "id parent_id trace_id type name start_time end_time duration_ms inputs outputs attributes "
    "model_name input_tokens output_tokens cost_usd error children"
)
_KINDS: Final = {"error": Kind.INTERNAL}


class _Step(Struct, frozen=True):
    value: Mapping[str, object]
    path: tuple[str | int, ...]
    parent: str | None


class TraceCraftJsonl:
    info = FormatInfo(
        id="tracecraft-jsonl",
        title="TraceCraft JSONL",
        container="json",
        writers="TraceCraft (JSONLExporter)",
        editable=True,
    )
    edits = EDITS

    def score(self, samples: Sequence[Object]) -> int:
        own = [s for s in samples if isinstance(s.get("steps"), list)]
        needed = (
            frozenset(("id", "steps", "start_time", "total_tokens")),
            frozenset(("id", "steps", "start_time", "error_count")),
            frozenset(("id", "steps", "start_time", "agent_name")),
        )
        return scored(own, needed, _RUN_KEYS)

    def parse(self, record: Record) -> Parsed:
        run = record.value
        if not isinstance(run.get("steps"), list):
            return Parsed(problems=[Problem(record.where(), "a run without a list of steps")])
        facts = _run(record)
        steps, problems = _steps(record)
        spans = [_span(record, facts, step) for step in steps]
        return Parsed(spans=spans, traces=[_trace(record, facts)], problems=problems)

    def heads(self, record: Record) -> Heads:
        run = record.value
        if not isinstance(run.get("steps"), list):
            return Heads(problems=[Problem(record.where(), "a run without a list of steps")])
        facts = _run(record)
        steps, problems = _steps(record)
        return Heads([_head(record, facts, step) for step in steps], [facts], problems=problems)


def _steps(record: Record) -> tuple[list[_Step], list[Problem]]:
    """Every step, parents first, by a stack of our own: Python's ends before a file's depth does."""
    found: list[_Step] = []
    odd = 0
    stack = [_Step(record.value, (), None)]
    while stack:
        holder = stack.pop()
        if holder.path:
            found.append(holder)
        key = "children" if holder.path else "steps"
        parent = text_at(holder.value, "id") if holder.path else None
        items = list(objects_at(holder.value, key))
        odd += odd_items(holder.value, key)
        stack.extend(_Step(item, (*holder.path, key, index), parent) for index, item in reversed(items))
    return found, [Problem(record.where("steps"), "a step that is no object", odd)] if odd else []


def _run(record: Record) -> TraceHead:
    run = record.value
    start, end, _ = _times(run)
    return TraceHead(
        trace_id=text_at(run, "id") or "",
        name=text_at(run, "name"),
        start=start,
        end=end,
        status=_status(run, end)[0],
        session=text_at(run, "session_id"),
        user=text_at(run, "user_id"),
        project=text_at(run, "project_id") or text_at(object_at(run, "attributes"), "project_id"),
        environment=text_at(run, "environment"),
        service=text_at(run, "agent_name"),
        tokens=Tokens(total=int_of(run.get("total_tokens"))),
        cost=float_of(run.get("total_cost_usd")),
        tags=texts_of(run.get("tags")),
        place=record.place(),
    )


def _trace(record: Record, head: TraceHead) -> Trace:
    run = record.value
    return Trace(
        head,
        (),
        attributes=(*attributes_of(run.get("attributes")), *rest_of(run, _RUN_KEYS)),
        input=as_value(run.get("input")),
        output=as_value(run.get("output")),
        raw=as_value({key: value for key, value in run.items() if key != "steps"}),
    )


def _head(record: Record, run: TraceHead, step: _Step) -> SpanHead:
    value = step.value
    kind, written = _kind(value)
    start, end, _ = _times(value)
    return SpanHead(
        trace_id=_trace_id(value, run),
        span_id=text_at(value, "id") or "",
        parent_id=text_at(value, "parent_id") or step.parent,
        name=text_at(value, "name") or "",
        kind=kind,
        kind_written=written,
        start=start,
        end=end,
        status=_status(value, end)[0],
        place=record.place(*step.path),
        service=run.service,
        project=run.project,
        environment=run.environment,
        session=run.session,
        user=run.user,
        model=_model(value),
        tokens=_tokens(value).sum,
        cost=float_of(value.get("cost_usd")),
        tags=run.tags,
    )


def _span(record: Record, run: TraceHead, step: _Step) -> Span:
    value = step.value
    head = _head(record, run, step)
    attributes = attributes_of(value.get("attributes"))
    status, message = _status(value, head.end)
    named = semconv.subjects({a.key: a.value for a in attributes})
    return Span(
        trace_id=head.trace_id,
        span_id=head.span_id,
        parent_id=head.parent_id,
        name=head.name,
        kind=head.kind,
        kind_written=head.kind_written,
        start=head.start,
        end=head.end,
        status=status,
        status_message=message,
        attributes=(*attributes, *rest_of(value, _STEP_KEYS)),
        place=head.place,
        time_unit=_times(value)[2],
        service=head.service,
        project=head.project,
        environment=head.environment,
        session=head.session,
        user=head.user,
        subjects=with_user(head.user, "run:user_id", [*named, *_customers(record.value)]),
        input=as_value(value.get("inputs")),
        output=as_value(value.get("outputs")),
        model=head.model,
        tokens=_tokens(value),
        cost=head.cost,
        tags=head.tags,
        raw=as_value({key: part for key, part in value.items() if key != "children"}),
        flags=_flags(value, head, run),
    )


def _customers(run: Object) -> list[SubjectRef]:
    """A run whose user is null may still name the person in its input."""
    return semconv.subjects_in(object_at(run, "input"), "run.input")


def _trace_id(step: Mapping[str, object], run: TraceHead) -> str:
    return run.trace_id or text_at(step, "trace_id") or ""


def _kind(step: Mapping[str, object]) -> tuple[Kind, str]:
    written = text_at(step, "type") or ""
    return _KINDS.get(written) or kind_of(written), written


def _model(step: Mapping[str, object]) -> str | None:
    return text_at(step, "model_name") or text_at(object_at(step, "attributes"), "gen_ai.request.model")


def _tokens(step: Mapping[str, object]) -> Tokens:
    return Tokens(int_of(step.get("input_tokens")), int_of(step.get("output_tokens")))


def _times(value: Mapping[str, object]) -> tuple[int | None, int | None, str]:
    """Start, end and unit; an end that is missing is the start and `duration_ms`."""
    start, unit = iso_with_unit(value.get("start_time"))
    end = from_iso(value.get("end_time"))
    duration = float_of(value.get("duration_ms"))
    if end is None and start is not None and duration is not None and 0 <= duration < 1e15:
        end = start + round(duration * NS_PER["ms"])
    return start, end, unit


def _status(value: Mapping[str, object], end: int | None) -> tuple[Status, str]:
    message, kind = text_at(value, "error"), text_at(value, "error_type")
    if message is not None or kind is not None:
        return Status.ERROR, message or kind or ""
    return (Status.OK if end is not None else Status.IN_PROGRESS), ""


def _flags(step: Mapping[str, object], head: SpanHead, run: TraceHead) -> tuple[str, ...]:
    found = []
    if not head.span_id:
        found.append("no span id")
    if head.start is None:
        found.append("no start" if step.get("start_time") is None else "bad start")
    if text_at(step, "trace_id") not in (None, run.trace_id):
        found.append("trace id differs from its run's")
    return tuple(found)


FORMAT = TraceCraftJsonl()
