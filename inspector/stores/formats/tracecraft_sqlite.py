"""TraceCraft SQLite: a run is a row, its steps are rows too, and inputs and outputs stand only in the run's
`data`, the same JSON as a line of its JSONL. Schema: tracecraft 0.2.1, storage/sqlite.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from inspector.model import (
    Batch,
    Problem,
    RowPlace,
    Span,
    Tokens,
    Trace,
    TraceHead,
)
from inspector.stores.base import FormatInfo
from inspector.stores.formats import tracecraft_jsonl
from inspector.stores.formats.base import Record as JsonRecord
from inspector.stores.formats.rows import (
    SideTable,
    count_side,
    members,
    raw,
    side_of,
    side_records,
    text,
    text_or_none,
    undecoded,
    whole,
)
from inspector.stores.formats.semconv import subjects_in
from inspector.stores.formats.shape import with_user
from inspector.stores.formats.tracecraft_heads import RUN, STEP, projects, run_heads, step_head
from inspector.stores.formats.tracecraft_sqlite_edits import TraceCraftEdits
from inspector.stores.formats.tracecraft_texts import traces_with
from inspector.stores.formats.values import object_in
from inspector.stores.sqlite_format import Match, Revision, recognised
from inspector.stores.sqlite_pages import Source, pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.model import SideRecord, SubjectRef, Value
    from inspector.stores.sqlite_db import Database, Record, Schema

KNOWN: Final = frozenset(range(1, 9))
"""`schema_version`; each up to 8 only added columns and tables."""
SIDE: Final = (
    SideTable("trace_tags", "tag", "trace_id"),
    SideTable("trace_versions", "version", "trace_id"),
    SideTable("playground_iterations", "playground iteration", "trace_id"),
    SideTable("sessions", "session"),
    SideTable("projects", "project"),
)
_FIRST: Final = 24
"""Runs of the first page; each brings its steps."""
_PAGE: Final = 250


class TraceCraftSqlite:
    info = FormatInfo(
        "tracecraft-sqlite", "TraceCraft SQLite", "sqlite", "TraceCraft (SQLiteTraceStore)", True
    )
    edits = TraceCraftEdits()

    def recognise(self, schema: Schema) -> Match | None:
        return recognised("tracecraft_sqlite", "FORMAT", schema)

    def revision(self, db: Database) -> Revision:
        rows = (
            db.attempt("SELECT max(version) FROM schema_version").rows
            if "schema_version" in db.schema
            else []
        )
        version = whole(rows[0][0]) if rows else None
        if version in KNOWN:
            return Revision(f"version {version}", True)
        return Revision(
            "" if version is None else f"version {version}",
            False,
            "This database has a TraceCraft schema that this version doesn't know: it is opened read-only.",
        )

    def scan(self, db: Database) -> Iterator[Batch]:
        names = projects(db)
        for page in pages(db, Source("traces", db.columns("traces", RUN)), _FIRST, _PAGE):
            batch = Batch(problems=page.problems, done=int(db.bytes * page.done))
            runs = {run.trace_id: run for run in run_heads(db, page.rows, names)}
            batch.traces += runs.values()
            result = db.lookup("steps", f"rowid, {db.columns('steps', STEP)}", "trace_id", runs)
            if result.fault is not None:
                batch.problems.append(Problem("table steps", f"rows are {result.fault.kind}"))
            batch.spans += [step_head(row, runs.get(text(row[2]))) for row in result.rows]
            yield batch
        orphans = "NOT EXISTS (SELECT 1 FROM traces t WHERE t.id = steps.trace_id)"
        for page in pages(db, Source("steps", db.columns("steps", STEP), orphans)):
            yield Batch([step_head(row, None) for row in page.rows], problems=page.problems, done=db.bytes)
        yield Batch(side=count_side(db, SIDE), done=db.bytes)

    def load(self, db: Database, trace_id: str, rows: Sequence[RowPlace]) -> Trace | None:
        found = db.lookup("traces", "rowid AS _key, *", "id", (trace_id,)).records()
        # By id first: an index gives the keys even where a row can't be read.
        keys = db.lookup("steps", "rowid", "trace_id", (trace_id,)).rows
        steps = db.lookup("steps", "rowid AS _key, *", "rowid", (row[0] for row in keys), "rowid").records()
        if not found and not steps:
            return None
        return _trace(db, trace_id, found[0] if found else None, steps)

    def traces_with(self, db: Database, text: str, stopped: Callable[[], bool]) -> Iterator[str] | None:
        return traces_with(db, text, stopped)

    def side_records(self, db: Database) -> Iterator[SideRecord]:
        return side_records(db, SIDE)


FORMAT = TraceCraftSqlite()


def _trace(db: Database, trace_id: str, run: Record | None, steps: Sequence[Record]) -> Trace:
    head = TraceHead(trace_id)
    by_id: dict[str, Span] = {}
    whole_run = Trace(head, ())
    sound = True
    key = 0
    if run is not None:
        key = whole(run.pop("_key")) or 0
        head = next(run_heads(db, [(key, *(run.get(name) for name in RUN))], projects(db)))
        data, sound = members(run.get("data"))
        parsed = tracecraft_jsonl.FORMAT.parse(JsonRecord(data, 0, 0, 0))
        by_id = {span.span_id: span for span in parsed.spans}
        whole_run = parsed.traces[0] if parsed.traces else whole_run
    bad = () if sound else ("bad JSON",)
    spans = [_span(step, head, by_id.pop(text(step["id"]), None), bad) for step in steps]
    # Steps that only the JSON knows stand in the run's row.
    spans += [replace(span, trace_id=trace_id, place=_in_data(key, span)) for span in by_id.values()]
    return Trace(
        head=head,
        spans=tuple(spans),
        attributes=whole_run.attributes,
        input=whole_run.input,
        output=whole_run.output,
        side=tuple(_side(db, trace_id)),
        raw=_without_steps(run),
    )


def _span(step: Record, run: TraceHead, inside: Span | None, bad: tuple[str, ...]) -> Span:
    """A step's row, with what the run's JSON says of the step."""
    key = step.pop("_key")
    head = step_head((key, *(step.get(name) for name in STEP)), run)
    row = raw(step)
    error = text_or_none(step.get("error")) or text_or_none(step.get("error_type")) or ""
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
        status_message=error,
        attributes=inside.attributes if inside else (),
        place=head.place,
        time_unit="iso",
        project=head.project,
        environment=head.environment,
        session=head.session,
        user=head.user,
        subjects=with_user(head.user, "traces:user_id", _named(inside)),
        input=inside.input if inside else None,
        output=inside.output if inside else None,
        model=head.model,
        tokens=Tokens(whole(step.get("input_tokens")), whole(step.get("output_tokens"))),
        cost=head.cost,
        tags=head.tags,
        raw={"steps": row, "data": inside.raw if inside else None},
        flags=(*undecoded(*step.values()), *bad, *(() if inside or bad else ("not in the run's data",))),
    )


def _named(inside: Span | None) -> list[SubjectRef]:
    """Whom the run names, and whom the step's input does: a run's user may be null, its input plain."""
    if inside is None:
        return []
    return [*inside.subjects, *subjects_in(object_in(inside.input), "step.inputs")]


def _in_data(key: int, span: Span) -> RowPlace:
    return RowPlace("traces", key, ("data", *span.place.path))


def _without_steps(run: Record | None) -> Value:
    """The run's own row; the steps of its JSON are the spans' own."""
    if run is None:
        return None
    row = raw(run)
    data = row.get("data")
    if isinstance(data, dict):
        row["data"] = {key: value for key, value in data.items() if key != "steps"}
    return row


def _side(db: Database, trace_id: str) -> Iterator[SideRecord]:
    for side in SIDE:
        if side.trace == "trace_id":
            yield from side_of(db, side.table, side.kind, trace_id, "trace_id", [trace_id])
