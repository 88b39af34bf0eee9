"""What goes with an llm thread or turn: messages that no other turn reaches, and what only they hold.

llm's foreign keys delete nothing. Messages are shared by turns and threads, fragments and files by messages; what
a turn that stays can still reach stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.model import RowPlace
from inspector.stores.edits import Orphans, Owner, Unit
from inspector.stores.formats import llm_hashes
from inspector.stores.formats.llm_old_edits import OLD_BELONGS, old_gone
from inspector.stores.formats.llm_reach import Reach, Turn, messages_of, reach_of, turns_with_fragment
from inspector.stores.formats.rows import text, whole
from inspector.stores.rows.declared import Belongs, Changed, Gone, Put, by_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from inspector.stores.edits import Cell
    from inspector.stores.rows.declared import Rows

_MANY: Final = 500
_GONE: Final = "SELECT key FROM temp.gone WHERE tab = '{}'"
_GONE_TURNS: Final = f"SELECT id FROM turns WHERE rowid IN ({_GONE.format('turns')})"
_THREAD: Final = "(SELECT coalesce(u.thread_id, u.id) FROM turns u WHERE u.id = r.turn_id)"
_MESSAGE: Final = "(SELECT m.rowid FROM messages m WHERE m.hash = r.message_hash)"
_OF_TURN: Final = ("turn_search", "turn_fragments", "turn_tools", "turn_attachments", "tool_instantiations")
_SHARED: Final = ("messages", "parts", "fragments", "attachments")
_LINKS: Final = (
    (
        "fragments",
        "fragment_id",
        ("part_fragments", "turn_fragments", "prompt_fragments", "system_fragments"),
    ),
    ("attachments", "attachment_id", ("part_attachments", "prompt_attachments", "tool_results_attachments")),
)
"""Shared rows, and the tables that tie them to others."""

BELONGS: Final = by_table(
    Belongs("threads", Unit.TRACE, "threads", "r.id"),
    Belongs("turns", Unit.SPAN, "turns", "coalesce(r.thread_id, r.id)", "r.id"),
    Belongs("turn_search", Unit.RECORD, "search copies", _THREAD, "r.turn_id"),
    Belongs("messages", Unit.RECORD, "messages"),
    Belongs("parts", Unit.RECORD, "messages", whole=("messages", _MESSAGE)),
    *OLD_BELONGS,
)  # fmt: skip


class LlmEdits:
    belongs = BELONGS
    loose: frozenset[tuple[str, str]] = frozenset()

    def owners(
        self, rows: Rows, table: str, rowid: int, cell: Cell, paths: Sequence[tuple[str | int, ...]]
    ) -> Sequence[Owner] | None:
        """Of shared content every turn that it reaches; none where nothing does, or an alias keeps it."""
        if table not in _SHARED:
            return None
        reach = reach_of(rows)
        turns = reach.turns_through(messages_of(rows, table, rowid))
        if table == "fragments":
            given = turns_with_fragment(rows, rowid)
            turns += [turn for turn in reach.turns if turn.id in given and turn not in turns]
        owners = [_owner(rows, turn) for turn in turns]
        if table == "fragments" and _aliased(rows, rowid):
            owners.append(Owner(Unit.RECORD, "", "", "fragments", RowPlace("fragments", rowid)))
        return owners or None

    def gone(self, rows: Rows, orphans: Orphans) -> Iterator[Gone]:
        yield Gone("threads", "SELECT rowid FROM threads WHERE id IN (SELECT id FROM temp.wanted_traces)")
        of_threads = f"SELECT id FROM threads WHERE rowid IN ({_GONE.format('threads')})"
        yield Gone("turns", f"SELECT rowid FROM turns WHERE thread_id IN ({of_threads})")
        yield Gone(
            "turns",
            "SELECT rowid FROM turns WHERE coalesce(thread_id, id) IN (SELECT id FROM temp.wanted_traces)",
        )
        yield Gone(
            "turns",
            "SELECT u.rowid FROM temp.wanted_spans w JOIN turns u ON u.id = w.span "
            "AND coalesce(u.thread_id, u.id) = w.trace",
        )
        reach = Reach(rows)
        if orphans is Orphans.REMOVE:
            yield from _later(rows, reach)
        yield Gone(
            "threads",
            f"SELECT rowid FROM threads t WHERE t.id IN (SELECT thread_id FROM turns WHERE rowid IN "
            f"({_GONE.format('turns')})) AND NOT EXISTS (SELECT 1 FROM turns u WHERE u.thread_id = t.id "
            f"AND u.rowid NOT IN ({_GONE.format('turns')}))",
        )
        for table in _OF_TURN:
            if rows.has(table, "turn_id"):
                yield Gone(table, f"SELECT rowid FROM {table} WHERE turn_id IN ({_GONE_TURNS})")
        yield from old_gone(rows)
        yield from _unreached(rows, reach)
        yield from untied(rows)

    def puts(self, rows: Rows, orphans: Orphans) -> Iterator[Put]:
        """Threads that lose their last turns point at the last that stays; nothing points at what goes."""
        tips = _tips(rows, Reach(rows))
        for key, thread, tip in rows.ask("SELECT rowid, id, tip_message_hash FROM threads"):
            if text(tip) != tips.get(text(thread), text(tip)):
                yield Put("threads", whole(key) or 0, "tip_message_hash", tips[text(thread)] or None)
        gone = f"SELECT id FROM threads WHERE rowid IN ({_GONE.format('threads')})"
        for (key,) in rows.ask(f"SELECT rowid FROM threads WHERE forked_from IN ({gone})"):
            yield Put("threads", whole(key) or 0, "forked_from", None)
        messages = f"SELECT hash FROM messages WHERE rowid IN ({_GONE.format('messages')})"
        for table, column in (
            ("messages", "parent_hash"), ("turns", "parent_message_hash"), ("turns", "tip_message_hash"),
            ("threads", "tip_message_hash"),
        ):  # fmt: skip
            kept = f"rowid NOT IN ({_GONE.format(table)})"
            for (key,) in rows.ask(f"SELECT rowid FROM {table} WHERE {column} IN ({messages}) AND {kept}"):
                yield Put(table, whole(key) or 0, column, None)

    def settle(self, rows: Rows, changed: Changed) -> Iterator[Put]:
        return llm_hashes.settle(rows, changed)

    def outside(self, rows: Rows) -> Sequence[str]:
        if not rows.has("attachments", "path"):
            return ()
        gone = f"SELECT count(*) FROM attachments WHERE path IS NOT NULL AND rowid IN ({_GONE.format('attachments')})"
        count = whole(rows.ask(gone)[0][0])
        return (f"{count} attached files lie outside this database, where their paths say.",) if count else ()


def _owner(rows: Rows, turn: Turn) -> Owner:
    found = rows.ask("SELECT rowid FROM turns WHERE id = ?", (turn.id,))
    return Owner(Unit.SPAN, turn.trace, turn.id, "turns", RowPlace("turns", whole(found[0][0]) or 0))


def _aliased(rows: Rows, rowid: int) -> bool:
    if not rows.has("fragment_aliases", "fragment_id"):
        return False
    sql = "SELECT 1 FROM fragment_aliases WHERE fragment_id = (SELECT id FROM fragments WHERE rowid = ?)"
    return bool(rows.ask(sql, (rowid,)))


def _gone_turns(rows: Rows) -> set[str]:
    return {text(row[0]) for row in rows.ask(_GONE_TURNS)}


def _later(rows: Rows, reach: Reach) -> Iterator[Gone]:
    """Turns whose chains go on from the output of turns that go."""
    gone = _gone_turns(rows)
    outputs = {turn.tips[1] for turn in reach.turns if turn.id in gone}
    later = [t.id for t in reach.turns if t.id not in gone and not outputs.isdisjoint(reach.chain(t.tips))]
    yield from _by("turns", "id", later)


def _tips(rows: Rows, reach: Reach) -> dict[str, str]:
    """The new tip of each thread that stays and loses turns."""
    gone = _gone_turns(rows)
    losing = {turn.thread for turn in reach.turns if turn.id in gone}
    left = {turn.thread: turn.tips[1] for turn in reach.turns if turn.id not in gone}
    return {thread: left.get(thread, "") for thread in losing}


def _unreached(rows: Rows, reach: Reach) -> Iterator[Gone]:
    """Messages that only turns and threads that go have reached, and what belongs to a message."""
    gone = _gone_turns(rows)
    tips = _tips(rows, reach)
    threads = rows.ask(f"SELECT id, tip_message_hash, rowid IN ({_GONE.format('threads')}) FROM threads")
    left = {tip for turn in reach.turns if turn.id not in gone for tip in turn.tips}
    left |= {tips.get(text(row[0]), text(row[1])) for row in threads if not row[2]}
    lost = {tip for turn in reach.turns if turn.id in gone for tip in turn.tips}
    lost |= {text(row[1]) for row in threads if row[2] or text(row[0]) in tips}
    yield from _by("messages", "hash", sorted(reach.chain(lost) - reach.chain(left)))
    messages = f"SELECT hash FROM messages WHERE rowid IN ({_GONE.format('messages')})"
    yield Gone("parts", f"SELECT rowid FROM parts WHERE message_hash IN ({messages})")
    parts = f"SELECT id FROM parts WHERE rowid IN ({_GONE.format('parts')})"
    for table in ("part_fragments", "part_attachments"):
        if rows.has(table, "part_id"):
            yield Gone(table, f"SELECT rowid FROM {table} WHERE part_id IN ({parts})")


def untied(rows: Rows) -> Iterator[Gone]:
    """Fragments and files that were tied to what goes and to nothing that stays, and ties to those that go."""
    for table, column, ties in _LINKS:
        present = [tie for tie in ties if rows.has(tie, column)]
        if not present or not rows.has(table, "id"):
            continue
        lost = " UNION ".join(f"SELECT {column} FROM {t} WHERE rowid IN ({_GONE.format(t)})" for t in present)
        left = " UNION ".join(
            f"SELECT {column} FROM {t} WHERE rowid NOT IN ({_GONE.format(t)})" for t in present
        )
        if table == "fragments" and rows.has("fragment_aliases", "fragment_id"):
            left += " UNION SELECT fragment_id FROM fragment_aliases"
        # A null among those that stay would make NOT IN unknown for every row.
        known = f"SELECT * FROM ({left}) k WHERE k.{column} IS NOT NULL"
        yield Gone(table, f"SELECT rowid FROM {table} WHERE id IN ({lost}) AND id NOT IN ({known})")
        gone = f"SELECT id FROM {table} WHERE rowid IN ({_GONE.format(table)})"
        extra = ["fragment_aliases"] if table == "fragments" and rows.has("fragment_aliases", column) else []
        for tie in (*present, *extra):
            yield Gone(tie, f"SELECT rowid FROM {tie} WHERE {column} IN ({gone})")


def _by(table: str, column: str, values: Sequence[str] | Iterable[str]) -> Iterator[Gone]:
    wanted = list(values)
    for start in range(0, len(wanted), _MANY):
        part = wanted[start : start + _MANY]
        yield Gone(
            table, f"SELECT rowid FROM {table} WHERE {column} IN ({', '.join('?' * len(part))})", tuple(part)
        )
