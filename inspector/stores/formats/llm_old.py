"""simonw/llm logs.db before 0.36: a conversation is a trace, a response is a span. Versions 0.10 to 0.27
differ in columns only; a response that belongs to no conversation is a trace of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.model import Batch, RowPlace, Span, SpanHead, Trace, TraceHead
from inspector.stores.base import FormatInfo
from inspector.stores.formats import llm_tables
from inspector.stores.formats.llm_messages import attachment
from inspector.stores.formats.llm_old_edits import LlmOldEdits
from inspector.stores.formats.llm_spans import AFTER_OWNER, head_of, span_of
from inspector.stores.formats.llm_tables import OLD_SIDE
from inspector.stores.formats.rows import (
    count_side,
    decoded,
    raw,
    side_records,
    text,
    text_or_none,
    whole,
)
from inspector.stores.sqlite_format import Match, Revision, recognised
from inspector.stores.sqlite_pages import Source, pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from inspector.model import SideRecord, Value
    from inspector.stores.sqlite_db import Cell, Database, Record, Row, Schema

_RESPONSE: Final = ("id", "conversation_id", *AFTER_OWNER)
_SHOWN_ELSEWHERE: Final = frozenset((*_RESPONSE, "_key", "prompt", "system", "response")) - {"resolved_model"}


class LlmOld:
    info = FormatInfo(
        "llm-responses", "llm logs (responses)", "sqlite", "simonw/llm before 0.36 (logs.db)", True
    )
    edits = LlmOldEdits()

    def recognise(self, schema: Schema) -> Match | None:
        return recognised("llm_old", "FORMAT", schema)

    def revision(self, db: Database) -> Revision:
        return llm_tables.revision(db)

    def scan(self, db: Database) -> Iterator[Batch]:
        seen: set[object] = set()
        for page in pages(db, Source("responses", db.columns("responses", _RESPONSE))):
            batch = Batch(problems=page.problems, done=int(db.bytes * page.done))
            batch.spans += [_head(row) for row in page.rows]
            wanted = {row[2] for row in page.rows} - seen
            found = db.lookup("conversations", "rowid, id, name", "id", wanted).rows
            seen.update(row[1] for row in found)
            batch.traces += [_conversation(row) for row in found]
            yield batch
        for page in pages(db, Source("conversations", "id, name")):
            heads = [_conversation(row) for row in page.rows if row[1] not in seen]
            yield Batch(traces=heads, problems=page.problems, done=db.bytes)
        yield Batch(side=count_side(db, OLD_SIDE), done=db.bytes)

    def load(self, db: Database, trace_id: str, rows: Sequence[RowPlace]) -> Trace | None:
        found = db.lookup("conversations", "rowid, id, name", "id", (trace_id,)).rows
        keys = [row.key for row in rows if isinstance(row.key, int)]
        if keys:
            records = db.lookup("responses", "rowid AS _key, *", "rowid", keys, "id").records()
        else:
            # No index leads from a conversation to its responses.
            column = "conversation_id" if found else "id"
            records = db.lookup("responses", "rowid AS _key, *", column, (trace_id,), "id").records()
        if not found and not records:
            return None
        extras = _Extras(db, [record["id"] for record in records])
        return Trace(
            head=_conversation(found[0]) if found else TraceHead(trace_id),
            spans=_spans(records, extras),
            raw=raw(db.lookup("conversations", "*", "id", (trace_id,)).records()[0]) if found else None,
        )

    def side_records(self, db: Database) -> Iterator[SideRecord]:
        return side_records(db, OLD_SIDE)


FORMAT = LlmOld()


def _conversation(row: Row) -> TraceHead:
    key, conversation, name = row
    return TraceHead(text(conversation), text_or_none(name), place=RowPlace("conversations", whole(key) or 0))


def _head(row: Row) -> SpanHead:
    return head_of(row, "responses", "response")


class _Extras:
    """What other tables add to responses: fragments, attachments, tool calls and their results."""

    def __init__(self, db: Database, ids: Sequence[Cell]) -> None:
        self._db = db
        self.prompt = self._linked("prompt_fragments", "fragments", "fragment_id", ids)
        self.system = self._linked("system_fragments", "fragments", "fragment_id", ids)
        self.attachments = self._linked("prompt_attachments", "attachments", "attachment_id", ids)
        self.calls = _by_response(db.lookup("tool_calls", "*", "response_id", ids).records())
        self.results = _by_response(db.lookup("tool_results", "*", "response_id", ids).records())

    def _linked(self, links: str, table: str, column: str, ids: Sequence[Cell]) -> dict[Cell, list[Record]]:
        ties = self._db.lookup(links, "*", "response_id", ids).records()
        rows = {
            r["id"]: r for r in self._db.lookup(table, "*", "id", (tie[column] for tie in ties)).records()
        }
        found: dict[Cell, list[Record]] = {}
        for tie in sorted(ties, key=lambda tie: whole(tie.get("order")) or 0):
            if tie[column] in rows:
                found.setdefault(tie["response_id"], []).append(rows[tie[column]])
        return found


def _by_response(records: Iterable[Record]) -> dict[Cell, list[Record]]:
    found: dict[Cell, list[Record]] = {}
    for record in records:
        found.setdefault(record["response_id"], []).append(record)
    return found


def _spans(records: Sequence[Record], extras: _Extras) -> tuple[Span, ...]:
    """In order of time, each with the messages that went before it in its conversation."""
    before: list[Value] = []
    spans = []
    for record in records:
        asked, answered = _asked(record, extras), _answered(record, extras)
        spans.append(_span(record, [*before, *asked], answered))
        before += [*asked, *answered]
    return tuple(spans)


def _span(record: Record, asked: list[Value], answered: list[Value]) -> Span:
    head = _head((record["_key"], *(record.get(name) for name in _RESPONSE)))
    rest = {
        key: decoded(cell) for key, cell in record.items() if key not in _SHOWN_ELSEWHERE and cell is not None
    }
    kept = raw({name: cell for name, cell in record.items() if name != "_key"})
    return span_of(head, record, rest, asked, answered, kept)


def _asked(record: Record, extras: _Extras) -> list[Value]:
    key = record["id"]
    messages: list[Value] = []
    system = [*_fragments(extras.system.get(key, [])), *_words(record.get("system"))]
    if system:
        messages.append({"role": "system", "parts": system})
    results = [_result(row) for row in extras.results.get(key, [])]
    if results:
        messages.append({"role": "tool", "parts": results})
    prompt = [*_fragments(extras.prompt.get(key, [])), *_words(record.get("prompt"))]
    prompt += [
        {"type": "attachment", "attachments": [attachment(row)]} for row in extras.attachments.get(key, [])
    ]
    if prompt:
        messages.append({"role": "user", "parts": prompt})
    return messages


def _answered(record: Record, extras: _Extras) -> list[Value]:
    thought = record.get("reasoning")
    parts: list[Value] = [{"type": "reasoning", "content": text(thought)}] if thought else []
    parts += _words(record.get("response"))
    for call in extras.calls.get(record["id"], []):
        known: dict[str, Value] = {
            "type": "tool_call",
            "id": call.get("tool_call_id"),
            "name": call.get("name"),
            "arguments": decoded(call.get("arguments")),
        }
        parts.append(known)
    return [{"role": "assistant", "parts": parts}] if parts else []


def _result(row: Record) -> Value:
    known: dict[str, Value] = {
        "type": "tool_call_response",
        "id": row.get("tool_call_id"),
        "name": row.get("name"),
        "response": row.get("output"),
        "exception": row.get("exception"),
    }
    return {key: value for key, value in known.items() if value is not None}


def _words(cell: Cell) -> list[Value]:
    return [{"type": "text", "content": text(cell)}] if text(cell) else []


def _fragments(records: Iterable[Record]) -> list[Value]:
    return [part for record in records for part in _words(record.get("content"))]
