"""What goes with a Phoenix trace or span beyond its foreign keys, and which sums of the survivors change.

Phoenix cascades from traces to spans, annotations and costs. It keeps dataset examples made from spans, runs of
experiments that name a trace, and sessions without traces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.stores.edits import Orphans, Unit
from inspector.stores.formats.rows import text, whole
from inspector.stores.formats.span_tree import Tree
from inspector.stores.rows.declared import Belongs, Changed, Gone, Put, by_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.stores.edits import Cell, Owner
    from inspector.stores.rows.declared import Rows

_UNTRACED: Final = "'untraced:' || r.trace_rowid"
_TRACE: Final = "(SELECT t.trace_id FROM traces t WHERE t.id = r.trace_rowid)"
_BY_SPAN: Final = (
    "(SELECT t.trace_id FROM spans s JOIN traces t ON t.id = s.trace_rowid WHERE s.id = r.span_rowid)"
)
_SPAN: Final = "(SELECT s.span_id FROM spans s WHERE s.id = r.span_rowid)"
_BY_EXAMPLE: Final = (
    "(SELECT {} FROM dataset_examples e JOIN spans s ON s.id = e.span_rowid JOIN traces t "
    "ON t.id = s.trace_rowid WHERE e.id = r.dataset_example_id)"
)
_GONE_SPANS: Final = "SELECT key FROM temp.gone WHERE tab = 'spans'"
_GONE_TRACES: Final = "SELECT key FROM temp.gone WHERE tab = 'traces'"
_SUMS: Final = (
    "cumulative_error_count", "cumulative_llm_token_count_prompt", "cumulative_llm_token_count_completion",
)  # fmt: skip

BELONGS: Final = by_table(
    Belongs("traces", Unit.TRACE, "traces", "r.trace_id"),
    Belongs("spans", Unit.SPAN, "spans", f"coalesce({_TRACE}, {_UNTRACED})", "r.span_id"),
    Belongs("span_costs", Unit.RECORD, "span costs", _BY_SPAN, _SPAN),
    Belongs("span_annotations", Unit.RECORD, "span annotations", _BY_SPAN, _SPAN),
    Belongs("document_annotations", Unit.RECORD, "document annotations", _BY_SPAN, _SPAN),
    Belongs("trace_annotations", Unit.RECORD, "trace annotations", _TRACE),
    Belongs("project_sessions", Unit.RECORD, "sessions"),
    Belongs("project_session_annotations", Unit.RECORD, "session annotations"),
    Belongs("dataset_examples", Unit.RECORD, "dataset examples", _BY_SPAN, _SPAN),
    Belongs(
        "dataset_example_revisions",
        Unit.RECORD,
        "dataset examples",
        _BY_EXAMPLE.format("t.trace_id"),
        _BY_EXAMPLE.format("s.span_id"),
        ("dataset_examples", "r.dataset_example_id"),
    ),
    Belongs("experiment_runs", Unit.RECORD, "experiment runs", "r.trace_id"),
    Belongs("experiment_run_annotations", Unit.RECORD, "experiment annotations", "r.trace_id"),
)


class PhoenixEdits:
    belongs = BELONGS
    loose = frozenset({("traces", "project_session_rowid")})

    def owners(
        self, rows: Rows, table: str, rowid: int, cell: Cell, paths: Sequence[tuple[str | int, ...]]
    ) -> Sequence[Owner] | None:
        return None

    def gone(self, rows: Rows, orphans: Orphans) -> Iterator[Gone]:
        yield Gone("traces", "SELECT id FROM traces WHERE trace_id IN (SELECT id FROM temp.wanted_traces)")
        yield Gone("spans", f"SELECT id FROM spans WHERE trace_rowid IN ({_GONE_TRACES})")
        traced = "coalesce((SELECT t.trace_id FROM traces t WHERE t.id = r.trace_rowid), 'untraced:' || r.trace_rowid)"
        if rows.ask("SELECT 1 FROM temp.wanted_traces WHERE id LIKE 'untraced:%' LIMIT 1"):
            yield Gone(
                "spans", f"SELECT id FROM spans r WHERE {traced} IN (SELECT id FROM temp.wanted_traces)"
            )
        yield Gone(
            "spans",
            "SELECT r.id FROM temp.wanted_spans w CROSS JOIN spans r ON r.span_id = w.span "
            f"WHERE {traced} = w.trace",
        )
        if orphans is Orphans.REMOVE:
            yield Gone(
                "spans",
                "WITH RECURSIVE below(id, span_id, trace) AS ("
                f"SELECT id, span_id, trace_rowid FROM spans WHERE id IN ({_GONE_SPANS}) "
                f"AND trace_rowid NOT IN ({_GONE_TRACES}) UNION "
                "SELECT c.id, c.span_id, c.trace_rowid FROM below b CROSS JOIN spans c "
                "ON c.trace_rowid = b.trace AND c.parent_id = b.span_id) SELECT id FROM below",
            )
        yield Gone("traces", _emptied("spans", "trace_rowid", _GONE_SPANS))
        yield from self._beside(rows)

    def puts(self, rows: Rows, orphans: Orphans) -> Iterator[Put]:
        """The survivors of traces that lose some spans."""
        traces = rows.ask(
            f"SELECT DISTINCT trace_rowid FROM spans WHERE id IN ({_GONE_SPANS}) "
            f"AND trace_rowid NOT IN ({_GONE_TRACES})"
        )
        for (trace,) in traces:
            yield from _mend(rows, whole(trace) or 0)

    def outside(self, rows: Rows) -> Sequence[str]:
        return ()

    def settle(self, rows: Rows, changed: Changed) -> Iterator[Put]:
        """A dataset example's hash stands for its content, and is only there to spare a second upload."""
        for key in changed.get("dataset_example_revisions", ()):
            if rows.has("dataset_example_revisions", "content_hash"):
                yield Put("dataset_example_revisions", key, "content_hash", None)

    def _beside(self, rows: Rows) -> Iterator[Gone]:
        if rows.has("project_sessions") and rows.has("traces", "project_session_rowid"):
            yield Gone("project_sessions", _emptied("traces", "project_session_rowid", _GONE_TRACES))
        yield Gone("dataset_examples", f"SELECT id FROM dataset_examples WHERE span_rowid IN ({_GONE_SPANS})")
        for table in ("experiment_runs", "experiment_run_annotations"):
            if rows.has(table, "trace_id"):
                named = f"SELECT trace_id FROM traces WHERE id IN ({_GONE_TRACES})"
                yield Gone(table, f"SELECT id FROM {table} WHERE trace_id IN ({named})")


def _emptied(table: str, owner: str, gone: str) -> str:
    """The owners of which every row of the table goes, and one does."""
    return (
        f"SELECT DISTINCT o.{owner} FROM {table} o WHERE o.id IN ({gone}) AND o.{owner} IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {table} s WHERE s.{owner} = o.{owner} AND s.id NOT IN ({gone}))"
    )


def _mend(rows: Rows, trace: int) -> Iterator[Put]:
    """New parents, then the sums of every ancestor of a span that goes."""
    found = rows.ask(
        "SELECT id, span_id, parent_id, status_code = 'ERROR', coalesce(llm_token_count_prompt, 0), "
        f"coalesce(llm_token_count_completion, 0), {', '.join(_SUMS)}, id IN ({_GONE_SPANS}) "
        "FROM spans WHERE trace_rowid = ?",
        (trace,),
    )
    tree = Tree({text(r[1]): text(r[2]) for r in found}, {text(r[1]) for r in found if r[9]})
    by_id = {text(r[1]): r for r in found}
    for span in tree.moved():
        yield Put("spans", whole(by_id[span][0]) or 0, "parent_id", tree.parent(span) or None)
    own = {span: tuple(whole(cell) or 0 for cell in row[3:6]) for span, row in by_id.items()}
    kept = {span: tuple(whole(cell) or 0 for cell in row[6:9]) for span, row in by_id.items()}
    for span, sums in tree.summed(own, kept).items():
        for column, value, before in zip(_SUMS, sums, kept[span], strict=True):
            if value != before:
                yield Put("spans", whole(by_id[span][0]) or 0, column, value)
