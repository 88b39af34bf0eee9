"""One Phoenix trace, whole: its rows with the sessions, costs, annotations and dataset copies of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.model import (
    Annotation,
    Event,
    Kind,
    RowPlace,
    SideRecord,
    Span,
    Status,
    Tokens,
    Trace,
    TraceHead,
    Value,
)
from inspector.stores.formats import content
from inspector.stores.formats.kinds import kind_of
from inspector.stores.formats.phoenix_attributes import flat
from inspector.stores.formats.rows import (
    annotation,
    decoded,
    members,
    number,
    raw,
    side_of,
    text,
    text_or_none,
    time_in,
    undecoded,
    whole,
)
from inspector.stores.formats.semconv import NO_SHARED, Core, core, subjects
from inspector.stores.formats.times import from_iso
from inspector.stores.formats.values import attributes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.stores.sqlite_db import Cell, Database, Record, Row

_STATUS: Final = {"OK": Status.OK, "ERROR": Status.ERROR}
_UNTRACED: Final = "untraced:"
_KEYS: Final = ("id", "span_rowid", "trace_rowid", "project_session_id", "name")


def kind(written: str, facts: Core) -> Kind:
    """Phoenix writes UNKNOWN where no OpenInference kind was set: other conventions may still say one."""
    found = kind_of(written)
    return facts.kind if found is Kind.UNKNOWN else found


def status(written: Cell, ended: int | None) -> Status:
    found = _STATUS.get(text(written), Status.UNSET)
    return Status.IN_PROGRESS if found is Status.UNSET and ended is None else found


def untraced(trace_rowid: Cell) -> str:
    """The trace id of spans whose trace is gone: Phoenix leaves such rows where foreign keys were off."""
    return f"{_UNTRACED}{text(trace_rowid)}"


def trace_columns(db: Database) -> str:
    return db.columns(
        "traces", ("trace_id", "project_rowid", "start_time", "end_time", "project_session_rowid")
    )


def trace_head(row: Row, project: str | None, session: str | None) -> TraceHead:
    """From a row of the key and `trace_columns`."""
    key, trace_id, _, start, end, _ = row
    return TraceHead(
        trace_id=text(trace_id),
        start=time_in(start),
        end=time_in(end),
        session=session,
        project=project,
        place=RowPlace("traces", key if isinstance(key, int) else 0),
    )


def load(db: Database, trace_id: str, places: Sequence[RowPlace]) -> Trace | None:
    """`places` find spans whose trace row is gone; others are found by the trace."""
    found = db.lookup("traces", "*", "trace_id", (trace_id,)).records()
    if not found and not (trace_id.startswith(_UNTRACED) and places):
        return None
    trace = found[0] if found else {}
    if found:
        keys = [row[0] for row in db.rows("SELECT id FROM spans WHERE trace_rowid = ?", (trace["id"],))]
    else:
        keys = [place.key for place in places if isinstance(place.key, int)]
    spans = db.lookup("spans", "*", "id", keys, "id").records()
    return _Loader(db, trace_id, trace, keys).trace(spans)


class _Loader:
    """What stands beside the spans of one trace, read once."""

    def __init__(self, db: Database, trace_id: str, row: Record, keys: Sequence[Cell]) -> None:
        self._db = db
        self._trace_id = trace_id
        self._row = row
        self._keys = keys
        self._costs = {r["span_rowid"]: r for r in db.lookup("span_costs", "*", "span_rowid", keys).records()}
        self._notes = _grouped(_annotations(db, "span_annotations", "span_rowid", keys))
        self._documents = _grouped(_annotations(db, "document_annotations", "span_rowid", keys))
        self._project = self._one("projects", "name", row.get("project_rowid"))
        self._session = self._one("project_sessions", "session_id", row.get("project_session_rowid"))

    def trace(self, spans: Sequence[Record]) -> Trace:
        row = self._row
        key = whole(row.get("id"))
        return Trace(
            head=TraceHead(
                trace_id=self._trace_id,
                start=time_in(row.get("start_time")),
                end=time_in(row.get("end_time")),
                session=self._session,
                project=self._project,
                place=None if key is None else RowPlace("traces", key),
            ),
            spans=tuple(self._span(record) for record in spans),
            annotations=tuple(
                note
                for _, note in _annotations(self._db, "trace_annotations", "trace_rowid", [row.get("id")])
            ),
            side=tuple(self._side()),
            raw=raw(row) if row else None,
        )

    def _span(self, record: Record) -> Span:
        key = record["id"]
        nested, sound = members(record["attributes"])
        events, events_sound = _events(record.get("events"))
        attrs = flat(nested)
        facts = core(attrs, NO_SHARED, "")
        written = text(record.get("span_kind"))
        ended = time_in(record.get("end_time"))
        cost = self._costs.get(key, {})
        flags = undecoded(*record.values()) + (() if sound and events_sound else ("bad JSON",))
        return Span(
            trace_id=self._trace_id,
            span_id=text(record["span_id"]),
            parent_id=text_or_none(record["parent_id"]),
            name=text(record.get("name")),
            kind=kind(written, facts),
            kind_written=written,
            start=time_in(record.get("start_time")),
            end=ended,
            status=status(record.get("status_code"), ended),
            status_message=text(record.get("status_message")),
            attributes=attributes_of(nested),
            place=RowPlace("spans", whole(key) or 0),
            events=events,
            time_unit="naive-utc",
            project=self._project,
            environment=facts.environment,
            session=self._session or facts.session,
            user=facts.user,
            subjects=tuple(subjects(attrs)),
            input=content.input_of(attrs),
            output=content.output_of(attrs),
            model=facts.model,
            tokens=tokens(
                record.get("llm_token_count_prompt"),
                record.get("llm_token_count_completion"),
                facts.tokens,
            ),
            cost=number(cost["total_cost"]) if "total_cost" in cost else facts.cost,
            tags=facts.tags,
            annotations=(*self._notes.get(key, ()), *self._documents.get(key, ())),
            raw={**raw(record), **({"span_costs": raw(cost)} if cost else {})},
            flags=flags if self._row else (*flags, "no trace id"),
        )

    def _side(self) -> Iterator[SideRecord]:
        db, of = self._db, self._trace_id
        session = self._row.get("project_session_rowid")
        yield from side_of(db, "project_sessions", "session", of, "id", [session])
        yield from side_of(
            db, "project_session_annotations", "session annotation", of, "project_session_id", [session]
        )
        examples = [r[0] for r in db.lookup("dataset_examples", "id", "span_rowid", self._keys).rows]
        yield from side_of(
            db, "dataset_example_revisions", "dataset example", of, "dataset_example_id", examples
        )

    def _one(self, table: str, column: str, key: Cell) -> str | None:
        rows = self._db.lookup(table, self._db.column(table, column), "id", [key]).rows
        return text_or_none(rows[0][0]) if rows else None


def tokens(prompt: Cell, completion: Cell, stated: Tokens) -> Tokens:
    """The columns, which Phoenix fills from the attributes; else what any convention says."""
    given, taken = whole(prompt), whole(completion)
    return stated if given is None and taken is None else Tokens(given, taken, stated.total)


def _events(cell: Cell) -> tuple[tuple[Event, ...], bool]:
    """The events, and whether the cell was a list of objects."""
    found = decoded(cell)
    if found is None:
        return (), True
    if not isinstance(found, list):
        return (), False
    items = [item for item in found if isinstance(item, dict)]
    events = tuple(
        Event(
            text_of_value(item.get("name")),
            from_iso(item.get("timestamp")),
            attributes_of(item.get("attributes")),
        )
        for item in items
    )
    return events, len(items) == len(found)


def text_of_value(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _annotations(
    db: Database, table: str, key: str, keys: Sequence[Cell]
) -> Iterator[tuple[Cell, Annotation]]:
    for record in db.lookup(table, "*", key, keys).records():
        yield record[key], annotation(table, whole(record["id"]) or 0, record.get("name"), record, *_KEYS)


def _grouped(notes: Iterator[tuple[Cell, Annotation]]) -> Mapping[Cell, list[Annotation]]:
    groups: dict[Cell, list[Annotation]] = {}
    for key, note in notes:
        groups.setdefault(key, []).append(note)
    return groups
