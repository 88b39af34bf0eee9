"""What goes with an MLflow trace or span beyond its foreign keys, and which totals of a trace change.

MLflow cascades from a trace to its spans, tags, metadata and assessments. Records of evaluation datasets, items
of review queues and associations name a trace without a foreign key; assessments name a span without one.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Final

from inspector.stores.edits import Orphans, Unit
from inspector.stores.formats.json_again import Again, read_again, write_again
from inspector.stores.formats.mlflow_tables import IN_DATABASE, SPANS_LOCATION
from inspector.stores.formats.mlflow_totals import Node, totals
from inspector.stores.formats.rows import text, whole
from inspector.stores.formats.span_tree import Tree
from inspector.stores.rows.declared import Belongs, Changed, Gone, Put, by_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.stores.edits import Cell, Owner
    from inspector.stores.rows.declared import Rows

_GONE_TRACES: Final = "SELECT key FROM temp.gone WHERE tab = 'trace_info'"
_GONE_SPANS: Final = "SELECT key FROM temp.gone WHERE tab = 'spans'"
_IDS: Final = f"(SELECT request_id FROM trace_info WHERE rowid IN ({_GONE_TRACES}) UNION SELECT id FROM temp.wanted_traces)"
_ROOT_COPIES: Final = ("mlflow.traceInputs", "mlflow.traceOutputs")
_NAMING: Final = (
    ("trace_tags", "request_id"),
    ("trace_request_metadata", "request_id"),
    ("trace_metrics", "request_id"),
    ("spans", "trace_id"),
    ("span_metrics", "trace_id"),
    ("assessments", "trace_id"),
    ("evaluation_dataset_records", "source_id"),
    ("review_queue_items", "item_id"),
    ("entity_associations", "source_id"),
    ("entity_associations", "destination_id"),
    ("inputs", "source_id"),
    ("inputs", "destination_id"),
)
"""Tables whose rows name a trace, and by which column."""

BELONGS: Final = by_table(
    Belongs("trace_info", Unit.TRACE, "traces", "r.request_id"),
    Belongs("trace_tags", Unit.TRACE, "tags", "r.request_id"),
    Belongs("trace_request_metadata", Unit.TRACE, "metadata", "r.request_id"),
    Belongs("trace_metrics", Unit.TRACE, "metrics", "r.request_id"),
    Belongs("spans", Unit.SPAN, "spans", "r.trace_id", "r.span_id"),
    Belongs("span_metrics", Unit.RECORD, "span metrics", "r.trace_id", "r.span_id"),
    Belongs("assessments", Unit.RECORD, "assessments", "r.trace_id", "r.span_id"),
    Belongs("evaluation_dataset_records", Unit.RECORD, "dataset records"),
    Belongs("review_queue_items", Unit.RECORD, "review items", "r.item_id"),
)


class MLflowEdits:
    belongs = BELONGS
    loose: frozenset[tuple[str, str]] = frozenset()

    def owners(
        self, rows: Rows, table: str, rowid: int, cell: Cell, paths: Sequence[tuple[str | int, ...]]
    ) -> Sequence[Owner] | None:
        return None

    def gone(self, rows: Rows, orphans: Orphans) -> Iterator[Gone]:
        yield Gone("trace_info", f"SELECT rowid FROM trace_info WHERE request_id IN {_IDS}")
        yield from _naming(rows)
        if not rows.has("spans", "content"):
            return
        yield Gone(
            "spans",
            "SELECT s.rowid FROM temp.wanted_spans w JOIN spans s ON s.trace_id = w.trace AND s.span_id = w.span",
        )
        if orphans is Orphans.REMOVE:
            yield Gone(
                "spans",
                "WITH RECURSIVE below(rid, trace, span) AS ("
                f"SELECT rowid, trace_id, span_id FROM spans WHERE rowid IN ({_GONE_SPANS}) UNION "
                "SELECT c.rowid, c.trace_id, c.span_id FROM below b JOIN spans c "
                "ON c.trace_id = b.trace AND c.parent_span_id = b.span) SELECT rid FROM below",
            )
        yield Gone(
            "trace_info",
            f"SELECT t.rowid FROM trace_info t WHERE t.request_id IN (SELECT trace_id FROM spans WHERE rowid IN "
            f"({_GONE_SPANS})) AND NOT EXISTS (SELECT 1 FROM spans s WHERE s.trace_id = t.request_id "
            f"AND s.rowid NOT IN ({_GONE_SPANS}))",
        )
        yield from _naming(rows)
        yield from _of_spans(rows)

    def puts(self, rows: Rows, orphans: Orphans) -> Iterator[Put]:
        if not rows.has("spans", "content"):
            return
        for (trace,) in rows.ask(f"SELECT DISTINCT trace_id FROM spans WHERE rowid IN ({_GONE_SPANS})"):
            stays = rows.ask(
                f"SELECT 1 FROM trace_info WHERE request_id = ? AND rowid NOT IN ({_GONE_TRACES})", (trace,)
            )
            if stays:
                yield from _mend(rows, text(trace))

    def settle(self, rows: Rows, changed: Changed) -> Iterator[Put]:
        """The hash of a dataset record's inputs, by which MLflow knows one it has."""
        for key in changed.get("evaluation_dataset_records", ()):
            for (inputs,) in rows.ask(
                "SELECT inputs FROM evaluation_dataset_records WHERE rowid = ?", (key,)
            ):
                again = read_again(text(inputs).encode())
                if again is not None:
                    ordered = json.dumps(again.value, sort_keys=True)
                    hashed = hashlib.sha256(ordered.encode()).hexdigest()
                    yield Put("evaluation_dataset_records", key, "input_hash", hashed)

    def outside(self, rows: Rows) -> Sequence[str]:
        """Of traces that go."""
        if not rows.has("trace_tags", "key", "value", "request_id"):
            return ()
        kept = rows.has("spans", "content")
        elsewhere = (
            f"EXISTS (SELECT 1 FROM trace_tags g WHERE g.request_id = t.request_id AND g.key = '{SPANS_LOCATION}' "
            f"AND g.value <> '{IN_DATABASE}')"
        )
        where = elsewhere if kept else "1"
        count = rows.ask(f"SELECT count(*) FROM trace_info t WHERE t.rowid IN ({_GONE_TRACES}) AND {where}")[
            0
        ][0]
        if not count:
            return ()
        return (f"The spans of {whole(count)} of these traces lie in artifact files outside this database.",)


def _naming(rows: Rows) -> Iterator[Gone]:
    for table, column in _NAMING:
        if rows.has(table, column):
            yield Gone(table, f"SELECT rowid FROM {table} WHERE {column} IN {_IDS}")


def _of_spans(rows: Rows) -> Iterator[Gone]:
    """Assessments and metrics of spans that go; of a root, the copies of its input and output."""
    named = f"SELECT trace_id, span_id FROM spans WHERE rowid IN ({_GONE_SPANS})"
    for table in ("assessments", "span_metrics"):
        if rows.has(table, "trace_id", "span_id"):
            yield Gone(table, f"SELECT rowid FROM {table} WHERE (trace_id, span_id) IN ({named})")
    keys = ", ".join(f"'{key}'" for key in _ROOT_COPIES)
    yield Gone(
        "trace_request_metadata",
        f"SELECT rowid FROM trace_request_metadata WHERE key IN ({keys}) AND request_id IN {_without_root()}",
    )


def _without_root() -> str:
    return (
        f"(SELECT trace_id FROM spans WHERE rowid IN ({_GONE_SPANS}) AND coalesce(parent_span_id, '') = '')"
    )


def _mend(rows: Rows, trace: str) -> Iterator[Put]:
    found = rows.ask(
        f"SELECT rowid, span_id, parent_span_id, content, rowid IN ({_GONE_SPANS}) FROM spans WHERE trace_id = ?",
        (trace,),
    )
    by_id = {text(row[1]): row for row in found}
    tree = Tree({s: text(r[2]) for s, r in by_id.items()}, {s for s, r in by_id.items() if r[4]})
    contents = {span: read_again(text(row[3]).encode()) for span, row in by_id.items()}
    for span in tree.moved():
        key, parent = whole(by_id[span][0]) or 0, tree.parent(span)
        yield Put("spans", key, "parent_span_id", parent or None)
        again = contents[span]
        if again is not None and isinstance(again.value, dict) and "parent_span_id" in again.value:
            again.value["parent_span_id"] = _encoded(parent)
            yield Put("spans", key, "content", write_again(again))
    if any(row[4] and not text(row[2]) for row in found):
        yield from _clear_previews(rows, trace)
    nodes = [Node(s, text(r[2]), _attributes(contents[s])) for s, r in by_id.items()]
    left = [Node(s, tree.parent(s), _attributes(contents[s])) for s, r in by_id.items() if not r[4]]
    sizes = [len(text(row[3]).encode()) for row in found if row[4]]
    yield from totals(rows, trace, nodes, left, sizes)


def _clear_previews(rows: Rows, trace: str) -> Iterator[Put]:
    """They are cut copies of the root's input and output."""
    columns = [c for c in ("request_preview", "response_preview") if rows.has("trace_info", c)]
    for (key,) in rows.ask("SELECT rowid FROM trace_info WHERE request_id = ?", (trace,)):
        yield from (Put("trace_info", whole(key) or 0, column, None) for column in columns)


def _encoded(span: str) -> str | None:
    """A span id as MLflow's JSON has it: base64 of its bytes."""
    try:
        return base64.b64encode(bytes.fromhex(span)).decode() if span else None
    except ValueError:
        return span


def _attributes(again: Again | None) -> dict[str, object]:
    value = again.value if again is not None else None
    found = value.get("attributes") if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
