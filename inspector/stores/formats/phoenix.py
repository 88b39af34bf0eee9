"""Arize Phoenix: spans in rows, their attributes as JSON whose dotted keys are nested.

Schema: the models of arize-phoenix 20 (`phoenix.db.models`); older ones lack columns, not meanings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.model import Batch, Problem, RowPlace, SideRecord, SpanHead, Trace, TraceHead
from inspector.stores.base import FormatInfo
from inspector.stores.formats import phoenix_texts, phoenix_trace
from inspector.stores.formats.phoenix_attributes import head_facts
from inspector.stores.formats.phoenix_edits import PhoenixEdits
from inspector.stores.formats.phoenix_tables import KNOWN, SIDE
from inspector.stores.formats.rows import (
    alembic,
    count_side,
    number,
    side_records,
    text,
    text_or_none,
    time_in,
)
from inspector.stores.formats.semconv import NO_SHARED, core
from inspector.stores.sqlite_format import Match, Revision, recognised
from inspector.stores.sqlite_pages import Source, key_of, pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.stores.sqlite_db import Database, Row, Schema
    from inspector.stores.sqlite_pages import Page

HEAD: Final = (
    "trace_rowid", "span_id", "parent_id", "name", "span_kind", "start_time", "end_time", "status_code",
    "llm_token_count_prompt", "llm_token_count_completion", "attributes",
)  # fmt: skip


class Phoenix:
    info = FormatInfo("phoenix", "Arize Phoenix", "sqlite", "Arize Phoenix (phoenix.db)", True)
    edits = PhoenixEdits()

    def recognise(self, schema: Schema) -> Match | None:
        return recognised("phoenix", "FORMAT", schema)

    def revision(self, db: Database) -> Revision:
        return alembic(db, KNOWN, "Phoenix")

    def scan(self, db: Database) -> Iterator[Batch]:
        names = Names(db)
        for page in pages(db, Source("spans", db.columns("spans", HEAD))):
            yield names.batch(page)
        for page in pages(db, Source("traces", phoenix_trace.trace_columns(db))):
            batch = Batch(problems=page.problems, done=db.bytes)
            names.add(page.rows, batch)
            yield batch
        yield Batch(side=count_side(db, SIDE), done=db.bytes)

    def load(self, db: Database, trace_id: str, rows: Sequence[RowPlace]) -> Trace | None:
        return phoenix_trace.load(db, trace_id, rows)

    def traces_with(self, db: Database, text: str, stopped: Callable[[], bool]) -> Iterator[str] | None:
        return phoenix_texts.traces_with(db, text, stopped)

    def side_records(self, db: Database) -> Iterator[SideRecord]:
        return side_records(db, SIDE)


FORMAT = Phoenix()


class Names:
    """What traces, sessions and projects say of spans, read once each."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._projects = {row[0]: text(row[1]) for row in db.attempt("SELECT id, name FROM projects").rows}
        self._emitted: set[int] = set()

    def batch(self, page: Page) -> Batch:
        """The spans of a page of rows of the key and `HEAD`, and the traces not given before."""
        batch = Batch(problems=page.problems, done=int(self._db.bytes * page.done))
        heads = self.of(page.rows, batch)
        costs = _costs(self._db, page.rows, batch)
        for row in page.rows:
            batch.spans.append(_span_head(row, heads.get(row[1]), costs.get(row[0])))
        return batch

    def of(self, spans: Sequence[Row], batch: Batch) -> dict[object, TraceHead]:
        """The heads of these spans' traces by row id; those not given before go into the batch."""
        result = self._db.lookup(
            "traces", f"id, {phoenix_trace.trace_columns(self._db)}", "id", (row[1] for row in spans)
        )
        if result.fault is not None:
            batch.problems.append(Problem("table traces", f"rows are {result.fault.kind}"))
        return self.add(result.rows, batch)

    def add(self, traces: Sequence[Row], batch: Batch) -> dict[object, TraceHead]:
        named = self._db.lookup("project_sessions", "id, session_id", "id", (row[5] for row in traces)).rows
        sessions = {row[0]: text_or_none(row[1]) for row in named}
        heads: dict[object, TraceHead] = {}
        for row in traces:
            head = phoenix_trace.trace_head(row, self._projects.get(row[2]), sessions.get(row[5]))
            heads[row[0]] = head
            if key_of(row) not in self._emitted:
                self._emitted.add(key_of(row))
                batch.traces.append(head)
        return heads


def _costs(db: Database, spans: Sequence[Row], batch: Batch) -> dict[object, float | None]:
    result = db.lookup("span_costs", "span_rowid, total_cost", "span_rowid", (row[0] for row in spans))
    if result.fault is not None:
        batch.problems.append(Problem("table span_costs", f"rows are {result.fault.kind}"))
    return {row[0]: number(row[1]) for row in result.rows}


def _span_head(row: Row, trace: TraceHead | None, cost: float | None) -> SpanHead:
    key, trace_rowid, span_id, parent_id, name, kind, start, end, status, prompt, completion, attributes = row
    facts = core(head_facts(attributes), NO_SHARED, "")
    written = text(kind)
    ended = time_in(end)
    return SpanHead(
        trace_id=trace.trace_id if trace else phoenix_trace.untraced(trace_rowid),
        span_id=text(span_id),
        parent_id=text_or_none(parent_id),
        name=text(name),
        kind=phoenix_trace.kind(written, facts),
        kind_written=written,
        start=time_in(start),
        end=ended,
        status=phoenix_trace.status(status, ended),
        place=RowPlace("spans", key if isinstance(key, int) else 0),
        project=trace.project if trace else None,
        environment=facts.environment,
        session=(trace.session if trace else None) or facts.session,
        user=facts.user,
        model=facts.model,
        tokens=phoenix_trace.tokens(prompt, completion, facts.tokens).sum,
        cost=cost if cost is not None else facts.cost,
        tags=facts.tags,
    )
