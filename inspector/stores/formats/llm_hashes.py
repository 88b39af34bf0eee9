"""llm's content-addressed messages after words in them were replaced: each hash covers the message and its parent,
so that every message after it gets another one too.

The form that is hashed is that of llm 0.36 (`llm.logs.message_hash`). Where it doesn't give most of the
hashes that the store has for messages nobody touched, or a message has files, whose bytes it covers, hashes stay
as they are: they still lead from message to message.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Final

from inspector.stores.formats.rows import text, whole
from inspector.stores.rows.declared import Changed, Put

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from inspector.stores.rows.declared import Rows
    from inspector.stores.sqlite_db import Row

_SAMPLE: Final = 20
_MANY: Final = 500
_NAME: Final = 32
"""Characters of a thread's name, which llm cuts from its first prompt."""
_REFERENCES: Final = (
    ("messages", "parent_hash"),
    ("parts", "message_hash"),
    ("turns", "parent_message_hash"),
    ("turns", "tip_message_hash"),
    ("threads", "tip_message_hash"),
)


def settle(rows: Rows, changed: Changed) -> Iterator[Put]:
    yield from fragment_hashes(rows, changed)
    touched = _messages(rows, changed)
    if not touched:
        return
    yield from _names(rows, touched)
    renamed = _renamed(rows, touched)
    for old, new in renamed.items():
        for (key,) in rows.ask("SELECT rowid FROM messages WHERE hash = ?", (old,)):
            yield Put("messages", whole(key) or 0, "hash", new)
        for table, column in _REFERENCES:
            for (key,) in rows.ask(f"SELECT rowid FROM {table} WHERE {column} = ?", (old,)):
                yield Put(table, whole(key) or 0, column, new)


def fragment_hashes(rows: Rows, changed: Changed) -> Iterator[Put]:
    """A fragment is known by the hash of its text."""
    for key in changed.get("fragments", ()):
        for (content,) in rows.ask("SELECT content FROM fragments WHERE rowid = ?", (key,)):
            yield Put("fragments", key, "hash", hashlib.sha256(text(content).encode()).hexdigest())


def _messages(rows: Rows, changed: Changed) -> set[str]:
    """Hashes of messages of which something was rewritten."""
    asked = {
        "messages": "SELECT hash FROM messages WHERE rowid = ?",
        "parts": "SELECT message_hash FROM parts WHERE rowid = ?",
        "fragments": "SELECT p.message_hash FROM part_fragments l JOIN parts p ON p.id = l.part_id "
        "WHERE l.fragment_id = (SELECT id FROM fragments WHERE rowid = ?)",
    }
    return {
        text(row[0])
        for table, sql in asked.items()
        for key in changed.get(table, ())
        for row in rows.ask(sql, (key,))
    }


def _renamed(rows: Rows, touched: Collection[str]) -> dict[str, str]:
    """Old hashes to new ones, of rewritten messages and of all after them."""
    order = [text(r[0]) for r in rows.ask("SELECT hash FROM messages ORDER BY rowid")]
    parents = {text(r[0]): text(r[1]) for r in rows.ask("SELECT hash, parent_hash FROM messages")}
    known = Hashing(rows)
    sound = [h for h in order if h not in touched][:_SAMPLE]
    told = [(h, known.of(h, parents[h])) for h in sound]
    if 10 * sum(made in (h, None) for h, made in told) < 8 * len(told):
        return {}
    affected = set(touched)
    renamed: dict[str, str] = {}
    waiting = _by_depth(order, parents)
    for old in waiting:
        if old not in affected and parents[old] not in affected:
            continue
        affected.add(old)
        made = known.of(old, renamed.get(parents[old], parents[old]))
        if made is not None and made != old:
            renamed[old] = made
    taken = set(order) - set(renamed)
    # Two that have become equal stay two: the hash is a key.
    return {old: new for old, new in renamed.items() if new not in taken and _once(renamed, new)}


def _once(renamed: dict[str, str], new: str) -> bool:
    return sum(1 for each in renamed.values() if each == new) == 1


def _by_depth(order: Sequence[str], parents: dict[str, str]) -> list[str]:
    """Parents before their children."""
    depths: dict[str, int] = {}
    for start in order:
        way: list[str] = []
        at = start
        while at in parents and at not in depths and len(way) <= len(order):
            way.append(at)
            at = parents[at]
        depth = depths.get(at, 0)
        for each in reversed(way):
            depth += 1
            depths[each] = depth
    return sorted(order, key=lambda h: depths[h])


class Hashing:
    """Messages as llm hashes them."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def of(self, message: str, parent: str) -> str | None:
        """None where it can't be told."""
        found = self._rows.ask("SELECT role, provider_metadata FROM messages WHERE hash = ?", (message,))
        parts = self._rows.ask(
            "SELECT type, text, payload FROM parts WHERE message_hash = ? ORDER BY position", (message,)
        )
        if not found:
            return None
        made = [self._part(row) for row in parts]
        if None in made:
            return None
        body: dict[str, object] = {"role": text(found[0][0]), "parts": made}
        if found[0][1] is not None:
            body["provider_metadata"] = _json(text(found[0][1]))
        whole_message = {"parent": parent or None, "message": body}
        canonical = json.dumps(whole_message, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return f"b2:{hashlib.blake2b(canonical.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"

    def _part(self, row: Row) -> dict[str, object] | None:
        payload = _json(text(row[2])) if row[2] is not None else {}
        if not isinstance(payload, dict) or payload.get("attachment") or payload.get("attachments"):
            return None
        if isinstance(payload.get("text_ref"), list):
            payload["text"] = self._joined(payload.pop("text_ref"))
        if row[1] is not None:
            payload["text"] = text(row[1])
        payload["type"] = text(row[0])
        return payload

    def _joined(self, references: object) -> str:
        pieces = []
        for reference in references if isinstance(references, list) else ():
            if isinstance(reference, dict) and "fragment" in reference:
                found = self._rows.ask("SELECT content FROM fragments WHERE id = ?", (reference["fragment"],))
                pieces.append(text(found[0][0]) if found else "")
            elif isinstance(reference, dict):
                pieces.append(str(reference.get("literal", "")))
        return "".join(pieces)


def _json(content: str) -> object:
    try:
        found: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found


def _names(rows: Rows, touched: Collection[str]) -> Iterator[Put]:
    """A thread's name is its first prompt, cut: of a value that stood at the cut only a part is left, which
    nobody finds."""
    threads = rows.ask(
        "SELECT t.rowid, t.name, u.parent_message_hash FROM threads t JOIN turns u ON u.thread_id = t.id "
        "WHERE u.id = (SELECT min(f.id) FROM turns f WHERE f.thread_id = t.id)"
    )
    for key, name, asked in threads:
        if text(asked) not in touched or not text(name).endswith("…"):
            continue
        prompt = rows.ask(
            "SELECT text FROM parts WHERE message_hash = ? AND text IS NOT NULL ORDER BY position",
            (text(asked),),
        )
        if prompt:
            said = re.sub(r"\s+", " ", text(prompt[0][0]))
            cut = said if len(said) <= _NAME else said[: _NAME - 1] + "…"
            yield Put("threads", whole(key) or 0, "name", cut)
