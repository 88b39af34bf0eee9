"""Who reaches what in llm's shared tables: messages by the chains of turns, fragments and files by messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from msgspec import Struct

from inspector.stores.formats.rows import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspector.stores.rows.declared import Rows


class Turn(Struct, frozen=True):
    id: str
    trace: str
    """Its thread's id, or its own where it has none."""
    thread: str
    tips: tuple[str, str]
    """The last message of its input and of its output."""


class Reach:
    """The messages' parents, and the turns, as they are at the moment."""

    def __init__(self, rows: Rows) -> None:
        self.parents = {text(r[0]): text(r[1]) for r in rows.ask("SELECT hash, parent_hash FROM messages")}
        found = rows.ask("SELECT id, thread_id, parent_message_hash, tip_message_hash FROM turns ORDER BY id")
        self.turns = [
            Turn(text(r[0]), text(r[1]) or text(r[0]), text(r[1]), (text(r[2]), text(r[3]))) for r in found
        ]

    def chain(self, tips: Iterable[str]) -> set[str]:
        """Every message that leads to one of these."""
        seen: set[str] = set()
        for tip in tips:
            at = tip
            while at in self.parents and at not in seen:
                seen.add(at)
                at = self.parents[at]
        return seen

    def turns_through(self, messages: set[str]) -> list[Turn]:
        return [turn for turn in self.turns if not messages.isdisjoint(self.chain(turn.tips))]


_KNOWN: Final[WeakKeyDictionary[Rows, Reach]] = WeakKeyDictionary()


def reach_of(rows: Rows) -> Reach:
    """Read once for as long as `rows` is asked about owners: nothing changes meanwhile."""
    found = _KNOWN.get(rows)
    if found is None:
        found = _KNOWN[rows] = Reach(rows)
    return found


def messages_of(rows: Rows, table: str, rowid: int) -> set[str]:
    """The messages that hold a row of one of the shared tables."""
    sql = {
        "messages": "SELECT hash FROM messages WHERE rowid = ?",
        "parts": "SELECT message_hash FROM parts WHERE rowid = ?",
        "fragments": "SELECT p.message_hash FROM part_fragments l JOIN parts p ON p.id = l.part_id "
        "WHERE l.fragment_id = (SELECT id FROM fragments WHERE rowid = ?)",
        "attachments": "SELECT p.message_hash FROM part_attachments l JOIN parts p ON p.id = l.part_id "
        "WHERE l.attachment_id = (SELECT id FROM attachments WHERE rowid = ?)",
    }[table]
    return {text(row[0]) for row in rows.ask(sql, (rowid,))}


def turns_with_fragment(rows: Rows, rowid: int) -> set[str]:
    """Turns that were given a fragment, whether a message quotes it or not."""
    if not rows.has("turn_fragments", "turn_id", "fragment_id"):
        return set()
    found = rows.ask(
        "SELECT turn_id FROM turn_fragments WHERE fragment_id = (SELECT id FROM fragments WHERE rowid = ?)",
        (rowid,),
    )
    return {text(row[0]) for row in found}
