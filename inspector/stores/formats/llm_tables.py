"""Where simonw/llm keeps what. Migrations up to those of llm 0.36."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.stores.formats.rows import SideTable, text
from inspector.stores.sqlite_format import Revision

if TYPE_CHECKING:
    from inspector.stores.sqlite_db import Database

FTS: Final = {"turn_search_fts": "turn_search", "responses_fts": "responses"}
"""Full-text indexes and the table each takes its content from: a term stays in them until `optimize`."""

COPIES: Final = (
    SideTable(
        "turn_search", "search copy", "(SELECT u.thread_id FROM turns u WHERE u.id = turn_search.turn_id)"
    ),
)
PARTS: Final = SideTable("parts", "message part")
SHARED: Final = (
    SideTable("fragments", "fragment"),
    SideTable("fragment_aliases", "fragment alias"),
    SideTable("attachments", "attachment"),
    SideTable("schemas", "schema"),
    SideTable("tools", "tool"),
    SideTable("tool_instances", "tool instance"),
)
OLD: Final = (
    SideTable("conversations", "old conversation", "id"),
    SideTable("responses", "old response", "conversation_id"),
    SideTable("tool_calls", "old tool call"),
    SideTable("tool_results", "old tool result"),
)
"""Tables of older versions, which 0.36 leaves in place."""

OLD_SIDE: Final = (
    *SHARED,
    SideTable(
        "tool_calls",
        "tool call",
        "(SELECT r.conversation_id FROM responses r WHERE r.id = tool_calls.response_id)",
    ),
    SideTable(
        "tool_results",
        "tool result",
        "(SELECT r.conversation_id FROM responses r WHERE r.id = tool_results.response_id)",
    ),
)
MIGRATIONS: Final = frozenset(
    [
        "m001_initial",
        "m002_id_primary_key",
        "m003_chat_id_foreign_key",
        "m004_column_order",
        "m004_drop_provider",
        "m005_debug",
        "m006_new_logs_table",
        "m007_finish_logs_table",
        "m008_fix_column_order_in_logs",
        "m008_reply_to_id_foreign_key",
        "m009_delete_logs_table_if_empty",
        "m010_create_new_log_tables",
        "m011_fts_for_responses",
        "m012_attachments_tables",
        "m013_usage",
        "m014_schemas",
        "m015_fragments_tables",
        "m016_fragments_table_pks",
        "m017_tools_plugin",
        "m017_tools_tables",
        "m018_tool_instances",
        "m019_resolved_model",
        "m020_tool_results_attachments",
        "m021_tool_results_exception",
        "m022_response_reasoning",
        "m023_message_store",
        "m024_tool_instance_references",
        "m025_turn_tools_instance_backfill",
        "m026_message_tree_view",
        "m027_turns_response_json",
    ]
)


def revision(db: Database) -> Revision:
    """By the names in `_llm_migrations`; one that isn't known may be any text, so it isn't quoted."""
    rows = db.attempt("SELECT name FROM _llm_migrations").rows if "_llm_migrations" in db.schema else []
    names = {text(row[0]) for row in rows}
    newest = max(names & MIGRATIONS, default="")
    if names and names <= MIGRATIONS:
        return Revision(f"migration {newest}", True)
    return Revision(
        f"after migration {newest}" if newest else "",
        False,
        "This database has an llm schema that this version doesn't know: it is opened read-only, and newer "
        "tables may be missing from what is shown.",
    )
