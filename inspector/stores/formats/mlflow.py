"""MLflow tracking databases: traces with their spans (3.x), or with spans in artifact files (2.x).

Schema: mlflow.store.db_migrations of 2.22 and 3.17.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct, field

from inspector.model import Batch, Problem
from inspector.stores.base import FormatInfo
from inspector.stores.formats import mlflow_heads, mlflow_trace
from inspector.stores.formats.mlflow_edits import MLflowEdits
from inspector.stores.formats.mlflow_tables import KNOWN_2, KNOWN_3, SIDE
from inspector.stores.formats.rows import alembic, count_side, side_records
from inspector.stores.sqlite_format import Match, Revision, recognised
from inspector.stores.sqlite_pages import Source, pages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.model import RowPlace, SideRecord, Trace
    from inspector.stores.rows.declared import RowEdits
    from inspector.stores.sqlite_db import Database, Schema

_FIRST: Final = 16
"""Traces of the first page; each brings its spans."""
_PAGE: Final = 250
_LOOK: Final = 100
"""The newest traces that are asked at the opening where their spans are."""
_OUTSIDE: Final = "spans lie in artifact files outside this database"


class MLflow(Struct, frozen=True):
    info: FormatInfo
    known: frozenset[str]
    spans: bool
    """Whether this schema has a table of them."""
    edits: RowEdits = field(default_factory=MLflowEdits)

    def recognise(self, schema: Schema) -> Match | None:
        return recognised("mlflow", "FORMAT" if self.spans else "FORMAT_2", schema)

    def revision(self, db: Database) -> Revision:
        found = alembic(db, self.known, "MLflow")
        newest = Source("trace_info", "request_id")
        result = db.attempt(newest.sql("1", f"ORDER BY rowid DESC LIMIT {_LOOK}"))
        elsewhere = not self.spans or mlflow_heads.elsewhere(db, [row[1] for row in result.rows])
        if not found.banner and result.rows and elsewhere:
            banner = f"Of some traces the {_OUTSIDE}: they aren't shown, and nothing here changes them."
            return Revision(found.schema, found.known, banner)
        return found

    def scan(self, db: Database) -> Iterator[Batch]:
        reader = mlflow_heads.Heads(db)
        for page in pages(db, Source("trace_info", mlflow_heads.info_columns(db)), _FIRST, _PAGE):
            batch = Batch(problems=page.problems, done=int(db.bytes * page.done))
            heads, outside = reader.traces(page.rows)
            batch.traces += heads.values()
            if self.spans:
                reader.spans(heads, batch)
            else:
                outside = len(heads)
            if outside:
                batch.problems.append(Problem("table trace_info", _OUTSIDE, outside))
            yield batch
        if self.spans:
            # Rows that a deletion without foreign keys has left.
            orphans = "NOT EXISTS (SELECT 1 FROM trace_info t WHERE t.request_id = spans.trace_id)"
            for page in pages(db, Source("spans", mlflow_heads.span_columns(db), orphans)):
                heads_only = [mlflow_heads.span_head(row, None) for row in page.rows]
                yield Batch(heads_only, problems=page.problems, done=db.bytes)
        yield Batch(side=count_side(db, SIDE), done=db.bytes)

    def load(self, db: Database, trace_id: str, rows: Sequence[RowPlace]) -> Trace | None:
        return mlflow_trace.load(db, trace_id)

    def side_records(self, db: Database) -> Iterator[SideRecord]:
        return side_records(db, SIDE)


FORMAT = MLflow(FormatInfo("mlflow", "MLflow 3", "sqlite", "MLflow 3.2 and later", True), KNOWN_3, True)
FORMAT_2 = MLflow(
    FormatInfo("mlflow2", "MLflow 2", "sqlite", "MLflow 2.14 to 3.1, with spans in files", True),
    KNOWN_2,
    False,
)
