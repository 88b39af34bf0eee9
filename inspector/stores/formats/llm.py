"""simonw/llm logs.db from 0.36 on: a thread is a trace, a turn is a span, messages are shared by both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.model import (
    Batch,
    RowPlace,
    SideRecord,
    Span,
    SpanHead,
    Trace,
    TraceHead,
)
from inspector.stores.base import FormatInfo
from inspector.stores.formats import llm_tables
from inspector.stores.formats.llm_edits import LlmEdits
from inspector.stores.formats.llm_messages import Messages, owners
from inspector.stores.formats.llm_spans import AFTER_OWNER, head_of, span_of
from inspector.stores.formats.llm_tables import COPIES, OLD, SHARED
from inspector.stores.formats.rows import (
    count_side,
    decoded,
    raw,
    side_of,
    side_records,
    text,
    text_or_none,
    time_in,
    whole,
)
from inspector.stores.sqlite_format import Match, Revision, recognised
from inspector.stores.sqlite_pages import Source, pages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.model import Value
    from inspector.stores.sqlite_db import Cell, Database, Record, Row, Schema

_TURN: Final = ("id", "thread_id", *AFTER_OWNER)
_NOT_ATTRIBUTES: Final = frozenset((*_TURN, "_key", "parent_message_hash", "tip_message_hash")) - {
    "resolved_model"
}


class Llm:
    info = FormatInfo("llm", "llm logs (threads)", "sqlite", "simonw/llm 0.36 and later (logs.db)", True)
    edits = LlmEdits()

    def recognise(self, schema: Schema) -> Match | None:
        return recognised("llm", "FORMAT", schema)

    def revision(self, db: Database) -> Revision:
        return llm_tables.revision(db)

    def scan(self, db: Database) -> Iterator[Batch]:
        seen: set[str] = set()
        for page in pages(db, Source("turns", db.columns("turns", _TURN))):
            batch = Batch(problems=page.problems, done=int(db.bytes * page.done))
            batch.spans += [turn_head(row) for row in page.rows]
            wanted = {row[2] for row in page.rows if text(row[2]) not in seen}
            threads = db.lookup("threads", f"rowid, {_thread_columns(db)}", "id", wanted).rows
            batch.traces += [_thread_head(row) for row in threads]
            seen.update(text(row[1]) for row in threads)
            yield batch
        for page in pages(db, Source("threads", _thread_columns(db))):
            heads = [_thread_head(row) for row in page.rows if text(row[1]) not in seen]
            yield Batch(traces=heads, problems=page.problems, done=db.bytes)
        side = (*COPIES, *SHARED, *OLD, llm_tables.PARTS)
        yield Batch(side=count_side(db, side), done=db.bytes)

    def load(self, db: Database, trace_id: str, rows: Sequence[RowPlace]) -> Trace | None:
        found = db.lookup("threads", f"rowid, {_thread_columns(db)}", "id", (trace_id,)).rows
        turns = db.lookup("turns", "rowid AS _key, *", "thread_id", (trace_id,), "id").records()
        if not turns and not found:
            keys = [row.key for row in rows if isinstance(row.key, int)]
            turns = db.lookup("turns", "rowid AS _key, *", "rowid", keys, "id").records()
        if not turns and not found:
            return None
        return _trace(db, trace_id, found, turns)

    def side_records(self, db: Database) -> Iterator[SideRecord]:
        yield from side_records(db, (*COPIES, *SHARED, *OLD))
        thread = owners(db)
        for record in side_records(db, (llm_tables.PARTS,)):
            value = record.value if isinstance(record.value, dict) else {}
            of = thread.get(str(value.get("message_hash")), "")
            yield SideRecord(record.kind, of, record.value, record.place)


FORMAT = Llm()


def _thread_columns(db: Database) -> str:
    return db.columns("threads", ("id", "name", "datetime_utc"))


def _thread_head(row: Row) -> TraceHead:
    key, thread_id, name, start = row
    return TraceHead(
        text(thread_id), text_or_none(name), time_in(start), place=RowPlace("threads", whole(key) or 0)
    )


def turn_head(row: Row) -> SpanHead:
    """From a row of the key and `_TURN`."""
    return head_of(row, "turns", "turn")


def _trace(db: Database, trace_id: str, found: Sequence[Row], turns: Sequence[Record]) -> Trace:
    messages = Messages(db, [tip for turn in turns for tip in _tips(turn)])
    tools = _tools(db, [turn["id"] for turn in turns])
    row = db.lookup("threads", "*", "id", (trace_id,)).records()
    side: list[SideRecord] = list(
        side_of(db, "turn_search", "search copy", trace_id, "turn_id", [turn["id"] for turn in turns])
    )
    return Trace(
        head=_thread_head(found[0]) if found else TraceHead(trace_id),
        spans=tuple(_span(turn, messages, tools.get(turn["id"], ())) for turn in turns),
        side=tuple(side),
        raw=raw(row[0]) if row else None,
    )


def _tips(turn: Record) -> tuple[Cell, Cell]:
    return turn["parent_message_hash"], turn["tip_message_hash"]


def _span(turn: Record, messages: Messages, tools: Sequence[Value]) -> Span:
    head = turn_head((turn["_key"], *(turn.get(name) for name in _TURN)))
    before, tip = _tips(turn)
    own = messages.chain(tip, before)
    rest = {k: decoded(v) for k, v in turn.items() if k not in _NOT_ATTRIBUTES and v is not None}
    attributes: Mapping[str, Value] = {**rest, **({"tools": list(tools)} if tools else {})}
    row = raw({name: cell for name, cell in turn.items() if name != "_key"})
    return span_of(head, turn, attributes, messages.chain(before), own, {**row, "messages": own})


def _tools(db: Database, turn_ids: Sequence[Cell]) -> dict[Cell, list[Value]]:
    """Definitions of the tools each turn could call."""
    ties = db.lookup("turn_tools", "turn_id, tool_id", "turn_id", turn_ids).rows
    tools = {row["id"]: row for row in db.lookup("tools", "*", "id", (tie[1] for tie in ties)).records()}
    found: dict[Cell, list[Value]] = {}
    for turn_id, tool_id in ties:
        if tool_id in tools:
            found.setdefault(turn_id, []).append(raw(tools[tool_id]))
    return found
