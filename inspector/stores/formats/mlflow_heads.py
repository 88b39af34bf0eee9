"""The list's view of MLflow rows: traces with their tags and metadata, and spans without their content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from inspector.model import NO_TOKENS, Problem, RowPlace, SpanHead, Status, Tokens, TraceHead
from inspector.stores.formats.kinds import kind_of
from inspector.stores.formats.mlflow_tables import IN_DATABASE, SPANS_LOCATION
from inspector.stores.formats.rows import decoded, number, text, text_or_none, whole
from inspector.stores.formats.semconv import usage
from inspector.stores.formats.times import from_number
from inspector.stores.formats.values import float_of, object_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from inspector.model import Batch
    from inspector.stores.sqlite_db import Cell, Database, Row

_INFO: Final = (
    "request_id", "experiment_id", "timestamp_ms", "execution_time_ms", "status", "trace_name", "session_id",
    "input_tokens", "output_tokens", "total_tokens", "total_cost",
)  # fmt: skip
_SPAN: Final = (
    "trace_id", "span_id", "parent_span_id", "name", "type", "status", "start_time_unix_nano",
    "end_time_unix_nano", "model_name", "total_cost",
)  # fmt: skip
_USAGE: Final = "mlflow.chat.tokenUsage"
_TOKENS_OF_SPAN: Final = (
    f"CASE WHEN instr(content, '{_USAGE}') AND json_valid(content) "
    f"THEN json_extract(content, '$.attributes.\"{_USAGE}\"') END"
)
_STATUS: Final = {"OK": Status.OK, "ERROR": Status.ERROR, "IN_PROGRESS": Status.IN_PROGRESS}
_NAME: Final = "mlflow.traceName"
_USER: Final = ("mlflow.trace.user", "mlflow.user")
_SESSION: Final = "mlflow.trace.session"
_TOKENS: Final = "mlflow.trace.tokenUsage"
_COST: Final = "mlflow.trace.cost"
_OWN: Final = "mlflow."

Words: TypeAlias = dict[str, dict[str, str]]
"""Keys and values by trace id."""


def info_columns(db: Database) -> str:
    return db.columns("trace_info", _INFO)


def span_columns(db: Database) -> str:
    return f"{db.columns('spans', _SPAN)}, {_TOKENS_OF_SPAN}"


def elsewhere(db: Database, trace_ids: Iterable[Cell]) -> int:
    """How many of these traces keep their spans outside the database."""
    tags = words(db, "trace_tags", trace_ids)
    return sum(is_elsewhere(of) for of in tags.values())


def is_elsewhere(tags: Mapping[str, str]) -> bool:
    return tags.get(SPANS_LOCATION, IN_DATABASE) != IN_DATABASE


class Heads:
    """Reads the list's view of traces, page by page."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._projects = projects(db)

    def traces(self, rows: Sequence[Row]) -> tuple[dict[str, TraceHead], int]:
        """Heads by trace id, and how many of them have their spans elsewhere."""
        ids = [row[1] for row in rows]
        tags = words(self._db, "trace_tags", ids)
        metadata = words(self._db, "trace_request_metadata", ids)
        heads = {}
        for row in rows:
            trace_id = text(row[1])
            heads[trace_id] = trace_head(
                row, self._projects.get(row[2]), tags.get(trace_id, {}), metadata.get(trace_id, {})
            )
        return heads, sum(is_elsewhere(of) for of in tags.values())

    def spans(self, traces: Mapping[str, TraceHead], batch: Batch) -> None:
        """Add the heads of these traces' spans to the batch, in stored order within a trace."""
        keys = [row[0] for row in self._db.lookup("spans", "rowid", "trace_id", traces).rows]
        result = self._db.lookup("spans", f"rowid, {span_columns(self._db)}", "rowid", sorted(keys, key=str))
        if result.fault is not None:
            lost = len(keys) - len(result.rows)
            batch.problems.append(Problem("table spans", f"rows are {result.fault.kind}", lost))
        batch.spans += [span_head(row, traces.get(text(row[1]))) for row in result.rows]


def projects(db: Database) -> dict[Cell, str]:
    """Names of experiments."""
    if "experiments" not in db.schema:
        return {}
    return {row[0]: text(row[1]) for row in db.attempt("SELECT experiment_id, name FROM experiments").rows}


def words(db: Database, table: str, trace_ids: Iterable[Cell]) -> Words:
    found: Words = {}
    result = db.lookup(table, "request_id, key, value", "request_id", trace_ids)
    for trace_id, key, value in result.rows:
        found.setdefault(text(trace_id), {})[text(key)] = text(value)
    return found


def trace_head(
    row: Row, project: str | None, tags: Mapping[str, str], metadata: Mapping[str, str]
) -> TraceHead:
    """From a row of the key and `info_columns`; what has no column yet stands in the metadata."""
    key, trace_id, _, start, duration, state, name, session, given, taken, total, cost = row
    begun = from_number(start, "ms")
    lasted = number(duration)
    tokens = Tokens(whole(given), whole(taken), whole(total))
    if tokens == NO_TOKENS:
        tokens = usage(object_in(metadata.get(_TOKENS)))
    return TraceHead(
        trace_id=text(trace_id),
        name=text_or_none(name) or tags.get(_NAME) or None,
        start=begun,
        end=begun + round(lasted * 1_000_000)
        if begun is not None and lasted is not None and lasted >= 0
        else None,
        status=_STATUS.get(text(state), Status.UNSET),
        session=text_or_none(session) or metadata.get(_SESSION) or None,
        user=next((metadata[key] for key in _USER if metadata.get(key)), None),
        project=project,
        tokens=tokens,
        cost=number(cost) if cost is not None else float_of(object_in(metadata.get(_COST)).get("total_cost")),
        tags=tuple(f"{key}={value}" for key, value in tags.items() if not key.startswith(_OWN)),
        place=RowPlace("trace_info", whole(key) or 0),
    )


def span_head(row: Row, trace: TraceHead | None) -> SpanHead:
    """From a row of the key and `span_columns`."""
    key, trace_id, span_id, parent_id, name, kind, state, start, end, model, cost, tokens = row
    ended = from_number(end, "ns")
    return SpanHead(
        trace_id=text(trace_id),
        span_id=text(span_id),
        parent_id=text_or_none(parent_id),
        name=text(name),
        kind=kind_of(text(kind)),
        kind_written=text(kind),
        start=from_number(start, "ns"),
        end=ended,
        status=status(state, ended),
        place=RowPlace("spans", whole(key) or 0),
        project=trace.project if trace else None,
        session=trace.session if trace else None,
        user=trace.user if trace else None,
        model=text_or_none(model),
        tokens=tokens_of(tokens).sum,
        cost=number(cost),
        tags=trace.tags if trace else (),
    )


def status(written: Cell, end: int | None) -> Status:
    found = _STATUS.get(text(written), Status.UNSET)
    return Status.IN_PROGRESS if found is Status.UNSET and end is None else found


def tokens_of(value: object) -> Tokens:
    """The usage that a span states, JSON-encoded or decoded."""
    if isinstance(value, str):
        value = decoded(value)
    return usage(value) if isinstance(value, dict) else NO_TOKENS
