"""llm's message store: content-addressed messages that point at the one before, each of ordered parts.

A turn's input is the chain up to its `parent_message_hash`, its output the rest up to its tip. Messages are
given in the form of OpenTelemetry's GenAI conventions: a role, and parts with a type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.stores.formats.rows import decoded, text, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from inspector.model import Value
    from inspector.stores.sqlite_db import Cell, Database, Record

_TYPES: Final = {"tool_result": "tool_call_response"}
_RENAMED: Final = {"tool_call_id": "id", "output": "response"}
_LONGEST: Final = 100_000
"""Messages of one chain; a longer one is a loop or an attack."""


class Messages:
    """The messages that lead to some tips, read in rounds of one look-up each."""

    def __init__(self, db: Database, tips: Iterable[Cell]) -> None:
        self._db = db
        self._rows: dict[str, Record] = {}
        wanted = {text(tip) for tip in tips if tip is not None}
        while wanted and len(self._rows) < _LONGEST:
            found = db.lookup("messages", "rowid AS _key, *", "hash", wanted).records()
            self._rows.update((text(row["hash"]), row) for row in found)
            wanted = {text(row["parent_hash"]) for row in found if row["parent_hash"]} - self._rows.keys()
        self._parts = self._read_parts()

    def chain(self, tip: Cell, after: Cell = None) -> list[Value]:
        """The messages from the first, or from the one behind `after`, up to `tip`."""
        hashes: list[str] = []
        seen: set[str] = set()
        at, stop = text(tip), text(after)
        while at and at != stop and at in self._rows and at not in seen:
            seen.add(at)
            hashes.append(at)
            at = text(self._rows[at]["parent_hash"])
        return [self._message(each) for each in reversed(hashes)]

    def _message(self, digest: str) -> Value:
        row = self._rows[digest]
        message: dict[str, Value] = {"role": text(row["role"]), "parts": list(self._parts.get(digest, ()))}
        if row.get("provider_metadata") is not None:
            message["provider_metadata"] = decoded(row["provider_metadata"])
        return message

    def _read_parts(self) -> Mapping[str, list[Value]]:
        rows = self._db.lookup("parts", "*", "message_hash", self._rows).records()
        keys = [row["id"] for row in rows]
        fragments = _joined(self._db, "part_fragments", "fragments", "fragment_id", "id", keys)
        attachments = _joined(self._db, "part_attachments", "attachments", "attachment_id", "id", keys)
        parts: dict[str, list[Value]] = {}
        for row in sorted(rows, key=lambda row: whole(row["position"]) or 0):
            part = _part(row, fragments.get(row["id"], []), attachments.get(row["id"], []))
            parts.setdefault(text(row["message_hash"]), []).append(part)
        return parts


def _part(row: Record, fragments: list[Record], attachments: list[Record]) -> Value:
    kind = text(row["type"])
    part: dict[str, Value] = {"type": _TYPES.get(kind, kind)}
    words = text(row["text"]) or "\n".join(text(fragment.get("content")) for fragment in fragments)
    if words:
        part["content"] = words
    payload = decoded(row["payload"])
    if isinstance(payload, dict):
        part.update((_RENAMED.get(key, key), value) for key, value in payload.items())
    elif payload is not None:
        part["payload"] = payload
    if attachments:
        part["attachments"] = [attachment(record) for record in attachments]
    return part


def attachment(record: Record) -> Value:
    """What a file is and where; its bytes stay in its row."""
    blob = record.get("content")
    known: dict[str, Value] = {
        "mime_type": text(record.get("type")),
        "bytes": len(blob) if isinstance(blob, (bytes, str)) else None,
        "path": record.get("path"),
        "url": record.get("url"),
    }
    return {key: value for key, value in known.items() if value is not None}


def _joined(
    db: Database, links: str, table: str, column: str, key: str, owners: Iterable[Cell]
) -> dict[Cell, list[Record]]:
    """Rows that a table of (owner, other, order) ties to each owner, in order."""
    ties = db.lookup(links, "*", "part_id", owners).records()
    rows = {
        record[key]: record for record in db.lookup(table, "*", key, (tie[column] for tie in ties)).records()
    }
    found: dict[Cell, list[Record]] = {}
    for tie in sorted(ties, key=lambda tie: whole(tie["order"]) or 0):
        if tie[column] in rows:
            found.setdefault(tie["part_id"], []).append(rows[tie[column]])
    return found


def owners(db: Database) -> dict[str, str]:
    """The thread that first said each message, by message; for messages that a turn still leads to."""
    parents = {
        text(row[0]): text(row[1]) for row in db.attempt("SELECT hash, parent_hash FROM messages").rows
    }
    turns = db.attempt("SELECT thread_id, tip_message_hash FROM turns ORDER BY id").rows
    found: dict[str, str] = {}
    for thread, tip in turns:
        at = text(tip)
        while at in parents and at not in found:
            found[at] = text(thread)
            at = parents[at]
    return found
