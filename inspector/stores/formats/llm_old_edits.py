"""What goes with a conversation or response of llm before 0.36, whose foreign keys delete nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.model import RowPlace
from inspector.stores.edits import Orphans, Owner, Unit
from inspector.stores.formats import llm_hashes
from inspector.stores.formats.rows import text, whole
from inspector.stores.rows.declared import Belongs, Changed, Gone, Put, by_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.stores.edits import Cell
    from inspector.stores.rows.declared import Rows

_GONE: Final = "SELECT key FROM temp.gone WHERE tab = '{}'"
_RESPONSES: Final = f"SELECT id FROM responses WHERE rowid IN ({_GONE.format('responses')})"
_OF_RESPONSE: Final = (
    "tool_calls", "tool_results", "prompt_attachments", "prompt_fragments", "system_fragments", "tool_responses",
)  # fmt: skip
_CONVERSATION: Final = (
    "(SELECT coalesce(p.conversation_id, p.id) FROM responses p WHERE p.id = r.response_id)"
)
_TIES: Final = {
    "fragments": (("prompt_fragments", "fragment_id"), ("system_fragments", "fragment_id")),
    "attachments": (("prompt_attachments", "attachment_id"),),
}
OLD_BELONGS: Final = (
    Belongs("conversations", Unit.TRACE, "conversations", "r.id"),
    Belongs("responses", Unit.SPAN, "responses", "coalesce(r.conversation_id, r.id)", "r.id"),
    Belongs("tool_calls", Unit.RECORD, "tool calls", _CONVERSATION, "r.response_id"),
    Belongs("tool_results", Unit.RECORD, "tool results", _CONVERSATION, "r.response_id"),
)


class LlmOldEdits:
    belongs = by_table(*OLD_BELONGS)
    loose: frozenset[tuple[str, str]] = frozenset()

    def owners(
        self, rows: Rows, table: str, rowid: int, cell: Cell, paths: Sequence[tuple[str | int, ...]]
    ) -> Sequence[Owner] | None:
        """Of a fragment or file every response that was given it."""
        found = []
        for tie, column in _TIES.get(table, ()):
            if rows.has(tie, "response_id", column):
                found += rows.ask(
                    "SELECT p.rowid, coalesce(p.conversation_id, p.id), p.id FROM responses p WHERE p.id IN "
                    f"(SELECT response_id FROM {tie} WHERE {column} = (SELECT id FROM {table} WHERE rowid = ?))",
                    (rowid,),
                )
        return [
            Owner(Unit.SPAN, text(r[1]), text(r[2]), "responses", RowPlace("responses", whole(r[0]) or 0))
            for r in found
        ] or None

    def gone(self, rows: Rows, orphans: Orphans) -> Iterator[Gone]:
        from inspector.stores.formats.llm_edits import untied

        yield from old_gone(rows)
        yield from untied(rows)

    def puts(self, rows: Rows, orphans: Orphans) -> Iterator[Put]:
        return iter(())

    def settle(self, rows: Rows, changed: Changed) -> Iterator[Put]:
        return llm_hashes.fragment_hashes(rows, changed)

    def outside(self, rows: Rows) -> Sequence[str]:
        if not rows.has("attachments", "path"):
            return ()
        found = rows.ask(
            f"SELECT count(*) FROM attachments WHERE path IS NOT NULL AND rowid IN ({_GONE.format('attachments')})"
        )
        count = whole(found[0][0])
        return (f"{count} attached files lie outside this database, where their paths say.",) if count else ()


def old_gone(rows: Rows) -> Iterator[Gone]:
    """Of the older tables, which 0.36 leaves in place."""
    if not rows.has("responses", "id", "conversation_id") or not rows.has("conversations", "id"):
        return
    yield Gone(
        "conversations", "SELECT rowid FROM conversations WHERE id IN (SELECT id FROM temp.wanted_traces)"
    )
    gone = f"SELECT id FROM conversations WHERE rowid IN ({_GONE.format('conversations')})"
    yield Gone("responses", f"SELECT rowid FROM responses WHERE conversation_id IN ({gone})")
    yield Gone(
        "responses",
        "SELECT rowid FROM responses WHERE coalesce(conversation_id, id) IN (SELECT id FROM temp.wanted_traces)",
    )
    yield Gone(
        "responses",
        "SELECT p.rowid FROM temp.wanted_spans w JOIN responses p ON p.id = w.span "
        "AND coalesce(p.conversation_id, p.id) = w.trace",
    )
    yield Gone(
        "conversations",
        f"SELECT rowid FROM conversations c WHERE c.id IN (SELECT conversation_id FROM responses WHERE rowid IN "
        f"({_GONE.format('responses')})) AND NOT EXISTS (SELECT 1 FROM responses p WHERE p.conversation_id = c.id "
        f"AND p.rowid NOT IN ({_GONE.format('responses')}))",
    )
    if rows.has("tool_results_attachments", "tool_result_id"):
        results = f"SELECT id FROM tool_results WHERE response_id IN ({_RESPONSES})"
        yield Gone(
            "tool_results_attachments",
            f"SELECT rowid FROM tool_results_attachments WHERE tool_result_id IN ({results})",
        )
    for table in _OF_RESPONSE:
        if rows.has(table, "response_id"):
            yield Gone(table, f"SELECT rowid FROM {table} WHERE response_id IN ({_RESPONSES})")
