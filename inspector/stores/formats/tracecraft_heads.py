"""The list's view of TraceCraft's rows: runs with their tags and projects, and steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.model import Kind, RowPlace, SpanHead, Status, Tokens, TraceHead
from inspector.stores.formats.kinds import kind_of
from inspector.stores.formats.rows import number, text, text_or_none, time_in, whole
from inspector.stores.formats.times import NS_PER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.stores.sqlite_db import Database, Row

RUN: Final = (
    "id", "name", "start_time", "end_time", "duration_ms", "session_id", "user_id", "environment",
    "total_tokens", "total_cost_usd", "error", "error_type", "project_id",
)  # fmt: skip
STEP: Final = (
    "id", "trace_id", "parent_id", "type", "name", "start_time", "end_time", "duration_ms", "model_name",
    "input_tokens", "output_tokens", "cost_usd", "error", "error_type",
)  # fmt: skip


def projects(db: Database) -> dict[object, str]:
    if "projects" not in db.schema:
        return {}
    return {row[0]: text(row[1]) for row in db.attempt("SELECT id, name FROM projects").rows}


def run_heads(db: Database, rows: Sequence[Row], projects: Mapping[object, str]) -> Iterator[TraceHead]:
    tags: dict[object, list[str]] = {}
    for trace_id, tag in db.lookup("trace_tags", "trace_id, tag", "trace_id", (row[1] for row in rows)).rows:
        tags.setdefault(trace_id, []).append(text(tag))
    for row in rows:
        (
            key,
            trace_id,
            name,
            start,
            end,
            ms,
            session,
            user,
            environment,
            tokens,
            cost,
            error,
            kind,
            project,
        ) = row
        begun = time_in(start)
        ended = _end(begun, time_in(end), number(ms))
        yield TraceHead(
            trace_id=text(trace_id),
            name=text_or_none(name),
            start=begun,
            end=ended,
            status=_status(error or kind, ended),
            session=text_or_none(session),
            user=text_or_none(user),
            project=projects.get(project) or text_or_none(project),
            environment=text_or_none(environment),
            tokens=Tokens(total=whole(tokens)),
            cost=number(cost),
            tags=tuple(tags.get(trace_id, ())),
            place=RowPlace("traces", whole(key) or 0),
        )


def step_head(row: Row, run: TraceHead | None) -> SpanHead:
    key, span_id, trace_id, parent, kind, name, start, end, ms, model, given, taken, cost, error, sort = row
    begun = time_in(start)
    ended = _end(begun, time_in(end), number(ms))
    return SpanHead(
        trace_id=text(trace_id),
        span_id=text(span_id),
        parent_id=text_or_none(parent),
        name=text(name),
        kind=Kind.INTERNAL if kind == "error" else kind_of(text(kind)),
        kind_written=text(kind),
        start=begun,
        end=ended,
        status=_status(error or sort, ended),
        place=RowPlace("steps", whole(key) or 0),
        project=run.project if run else None,
        environment=run.environment if run else None,
        session=run.session if run else None,
        user=run.user if run else None,
        model=text_or_none(model),
        tokens=Tokens(whole(given), whole(taken)).sum,
        cost=number(cost),
        tags=run.tags if run else (),
    )


def _end(start: int | None, end: int | None, ms: float | None) -> int | None:
    """An end that is missing is the start and the duration."""
    if end is None and start is not None and ms is not None and 0 <= ms < 1e15:
        return start + round(ms * NS_PER["ms"])
    return end


def _status(error: object, end: int | None) -> Status:
    if error:
        return Status.ERROR
    return Status.OK if end is not None else Status.IN_PROGRESS
