"""LangSmith runs: one a line, or the bodies that its SDK posts in batches, `{"post": […], "patch": […]}`.

Field names: langsmith `schemas.py`, 0.1 to 0.15. A patch is the later half of a run (end, outputs, error);
its non-null fields win over those of the post, as in the SDK's own queue. Where both are in one body they are
one span; a patch in another record is handed to `finish`. `session_name` and `session_id` at the top of a run
mean the project; the conversation is in `extra.metadata`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from inspector.model import (
    NO_TOKENS,
    Annotation,
    BytePlace,
    Event,
    Kind,
    Place,
    Problem,
    SideRecord,
    Span,
    Status,
    Tokens,
    Trace,
)
from inspector.stores.base import FormatInfo
from inspector.stores.formats import semconv
from inspector.stores.formats.base import Object, Parsed, Record, scored
from inspector.stores.formats.kinds import kind_of
from inspector.stores.formats.langsmith_edits import EDITS
from inspector.stores.formats.langsmith_ids import BOTH, FEEDBACK, RUN_SETS, is_body, is_patch, trace_id_of
from inspector.stores.formats.shape import (
    names,
    object_at,
    objects_at,
    odd_items,
    rest_of,
    text_at,
    with_user,
)
from inspector.stores.formats.times import guess
from inspector.stores.formats.values import as_value, attributes_of, float_of, object_in, texts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_KEYS: Final = names(
    "id trace_id parent_run_id name run_type start_time end_time inputs outputs error events tags "
    "feedback_stats child_runs status"
)
_MODEL_CALLS: Final = (Kind.LLM, Kind.EMBEDDING)
_SESSION: Final = ("session_id", "thread_id", "conversation_id")
_USER: Final = ("user_id", "userId", "user.id", "user")
_MODEL: Final = ("ls_model_name", "model_name", "model")


class _Run(Struct, frozen=True):
    """A run's object, what is merged of it, and where it stands."""

    value: Mapping[str, object]
    raw: Mapping[str, object]
    place: BytePlace
    parent: str | None = None
    patch: bool = False


class LangSmith:
    info = FormatInfo(
        id="langsmith",
        title="LangSmith runs",
        container="json",
        writers="langsmith SDK (batch bodies), exports of runs one a line",
        editable=True,
    )
    edits = EDITS

    def score(self, samples: Sequence[Object]) -> int:
        runs: list[Object] = []
        for sample in samples:
            runs.append(sample)
            if sample.keys() <= BOTH:
                runs += [run for key in sorted(BOTH) for _, run in objects_at(sample, key)]
        return scored(runs, RUN_SETS, _KEYS | {"dotted_order", "session_name", "extra", "serialized"})

    def parse(self, record: Record) -> Parsed:
        value = record.value
        if is_body(value):
            return _body(record)
        if "run_type" not in value and value.keys() >= FEEDBACK:
            return Parsed(side=[_feedback(record)])
        if not any(value.keys() >= wanted for wanted in RUN_SETS) and "run_type" not in value:
            return Parsed(problems=[Problem(record.where(), "neither a run nor a batch of runs")])
        parsed = Parsed()
        _take(parsed, _Run(value, value, record.place(), patch=is_patch(value)))
        return parsed

    def finish(self, trace: Trace, patches: Sequence[Span]) -> Trace:
        """Later halves from other records, and feedback."""
        later: dict[str, list[Span]] = {}
        for patch in patches:
            later.setdefault(patch.span_id, []).append(patch)
        spans = [_patched(span, later.pop(span.span_id, [])) for span in trace.spans]
        # A run whose beginning another file holds: better half of it than none.
        spans += [
            replace(_patched(first, rest), flags=(*first.flags, "patch without its post"))
            for first, *rest in later.values()
        ]
        told: dict[str, list[Annotation]] = {}
        for side in trace.side:
            if side.kind == "feedback" and isinstance(side.value, dict):
                told.setdefault(text_at(side.value, "run_id") or "", []).append(_annotation(side))
        spans = [
            replace(span, annotations=(*span.annotations, *told.pop(span.span_id)))
            if span.span_id in told
            else span
            for span in spans
        ]
        rest = tuple(annotation for group in told.values() for annotation in group)
        return replace(trace, spans=tuple(spans), annotations=(*trace.annotations, *rest))


def _body(record: Record) -> Parsed:
    parsed = Parsed()
    posts = dict(enumerate(run for _, run in objects_at(record.value, "post")))
    at = {position: index for position, (index, _) in enumerate(objects_at(record.value, "post"))}
    patches: dict[str, list[tuple[int, Mapping[str, object]]]] = {}
    for index, patch in objects_at(record.value, "patch"):
        patches.setdefault(text_at(patch, "id") or "", []).append((index, patch))
    for position, post in posts.items():
        run_id = text_at(post, "id")
        own = [patch for _, patch in patches.pop(run_id, [])] if run_id is not None else []
        place = record.place("post", at[position])
        _take(parsed, _Run(_merged(post, own), _both(post, own), place))
    for group in patches.values():
        for index, patch in group:
            _take(parsed, _Run(patch, patch, record.place("patch", index), patch=True))
    odd = odd_items(record.value, "post") + odd_items(record.value, "patch")
    if odd:
        parsed.problems.append(Problem(record.where(), "a run that is no object", odd))
    return parsed


def _merged(post: Mapping[str, object], patches: Sequence[Mapping[str, object]]) -> Mapping[str, object]:
    if not patches:
        return post
    merged = dict(post)
    for patch in patches:
        merged.update((key, value) for key, value in patch.items() if value is not None)
    return merged


def _both(post: Mapping[str, object], patches: Sequence[Mapping[str, object]]) -> Mapping[str, object]:
    """What is stored of a run that came in parts."""
    return {"post": post, "patch": list(patches)} if patches else post


def _take(parsed: Parsed, run: _Run) -> None:
    """Add a run and the runs nested in it (`child_runs` of older exports)."""
    stack = [run]
    while stack:
        run = stack.pop()
        (parsed.patches if run.patch else parsed.spans).append(_span(run))
        own = text_at(run.value, "id")
        stack.extend(
            _Run(child, child, replace(run.place, path=(*run.place.path, "child_runs", index)), own)
            for index, child in reversed(list(objects_at(run.value, "child_runs")))
        )


def _patched(span: Span, patches: Sequence[Span]) -> Span:
    """The span made anew from its post and all patches. `raw` of a span is what its record holds."""
    if not patches or not isinstance(span.raw, dict) or not isinstance(span.place, BytePlace):
        return span
    raw: Mapping[str, object] = span.raw
    post = object_at(raw, "post") if raw.keys() == BOTH else raw
    parts = [part for _, part in objects_at(raw, "patch")] if raw.keys() == BOTH else []
    parts += [patch.raw for patch in patches if isinstance(patch.raw, dict)]
    return _span(_Run(_merged(post, parts), _both(post, parts), span.place, span.parent_id))


def _span(run: _Run) -> Span:
    value = run.value
    written = text_at(value, "run_type") or ""
    kind = kind_of(written)
    start, unit = guess(value.get("start_time"))
    end, _ = guess(value.get("end_time"))
    extra = object_in(value.get("extra"))
    metadata = object_in(extra.get("metadata"))
    user = text_at(metadata, *_USER)
    status, message = _status(value, ended=end is not None)
    return Span(
        trace_id=trace_id_of(value),
        span_id=text_at(value, "id") or "",
        parent_id=text_at(value, "parent_run_id") or run.parent,
        name=text_at(value, "name") or "",
        kind=kind,
        kind_written=written,
        start=start,
        end=end,
        status=status,
        status_message=message,
        attributes=rest_of(value, _KEYS),
        place=run.place,
        events=tuple(_event(event) for _, event in objects_at(value, "events")),
        time_unit=unit,
        project=text_at(value, "session_name", "session_id"),
        environment=text_at(metadata, "environment", "env"),
        session=text_at(metadata, *_SESSION),
        user=user,
        subjects=with_user(user, "extra.metadata:user_id", semconv.subjects_in(metadata, "extra.metadata")),
        input=as_value(value.get("inputs")),
        output=as_value(value.get("outputs")),
        model=_model(extra, metadata),
        # Chains repeat what their calls used: adding those up would count a call at each level.
        tokens=_tokens(value, metadata) if kind in _MODEL_CALLS else NO_TOKENS,
        cost=float_of(value.get("total_cost")) if kind in _MODEL_CALLS else None,
        tags=texts_of(value.get("tags")),
        annotations=tuple(
            Annotation(a.key, a.value, run.place) for a in attributes_of(value.get("feedback_stats"))
        ),
        raw=as_value(run.raw),
        flags=_flags(value, start, end),
    )


def _status(value: Mapping[str, object], *, ended: bool) -> tuple[Status, str]:
    error = text_at(value, "error")
    if error is not None or object_at(value, "error") or value.get("status") == "error":
        return Status.ERROR, error or text_at(object_at(value, "error"), "message", "error") or ""
    if value.get("status") == "success" or ended:
        return Status.OK, ""
    return Status.IN_PROGRESS, ""


def _event(event: Mapping[str, object]) -> Event:
    return Event(
        text_at(event, "name") or "", guess(event.get("time"))[0], rest_of(event, frozenset(("name", "time")))
    )


def _model(extra: Mapping[str, object], metadata: Mapping[str, object]) -> str | None:
    return text_at(metadata, "ls_model_name") or text_at(object_at(extra, "invocation_params"), *_MODEL)


def _tokens(value: Mapping[str, object], metadata: Mapping[str, object]) -> Tokens:
    """At the top of a stored run; else in `usage_metadata` of metadata or outputs; else as LangChain's
    `llm_output.token_usage`."""
    outputs = object_at(value, "outputs")
    for usage in (
        {key: value.get(key) for key in ("prompt_tokens", "completion_tokens", "total_tokens")},
        object_at(metadata, "usage_metadata"),
        object_at(outputs, "usage_metadata"),
        object_at(outputs, "usage"),
        object_at(object_at(outputs, "llm_output"), "token_usage"),
    ):
        if (tokens := semconv.usage(usage)) != NO_TOKENS:
            return tokens
    return NO_TOKENS


def _feedback(record: Record) -> SideRecord:
    value = record.value
    return SideRecord("feedback", text_at(value, "trace_id") or "", as_value(value), record.place())


def _annotation(side: SideRecord) -> Annotation:
    value: Mapping[str, object] = side.value if isinstance(side.value, dict) else {}
    place: Place = side.place
    told = rest_of(value, frozenset(("id", "run_id", "trace_id", "key", "session_id")))
    return Annotation(text_at(value, "key") or "feedback", {a.key: a.value for a in told}, place)


def _flags(value: Mapping[str, object], start: int | None, end: int | None) -> tuple[str, ...]:
    found = []
    if text_at(value, "id") is None:
        found.append("no span id")
    if start is None:
        found.append("no start" if value.get("start_time") is None else "bad start")
    if end is None and value.get("end_time") is not None:
        found.append("bad end")
    return tuple(found)


FORMAT = LangSmith()
