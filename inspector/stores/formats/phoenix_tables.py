"""Where Phoenix keeps what: the tables that hold spans, and those that hold copies or words about people."""

from __future__ import annotations

from typing import Final

from inspector.stores.formats.rows import SideTable

KNOWN: Final = frozenset({"4aad9107d196"})
"""Alembic revisions whose tables this file has been checked against."""

USER_INDEX: Final = """CAST(JSON_EXTRACT(attributes, '$."user"."id"') AS VARCHAR)"""
"""The expression of Phoenix's own index on user ids; SQLite uses it only for exactly this text."""

_OF_SPAN: Final = (
    "(SELECT t.trace_id FROM spans s, traces t WHERE t.id = s.trace_rowid AND s.id = {}.span_rowid)"
)
_OF_TRACE: Final = "(SELECT t.trace_id FROM traces t WHERE t.id = {}.trace_rowid)"

SIDE: Final = (
    SideTable("project_sessions", "session"),
    SideTable("project_session_annotations", "session annotation"),
    SideTable("trace_annotations", "trace annotation", _OF_TRACE.format("trace_annotations")),
    SideTable("span_annotations", "span annotation", _OF_SPAN.format("span_annotations")),
    SideTable("document_annotations", "document annotation", _OF_SPAN.format("document_annotations")),
    SideTable(
        "dataset_example_revisions",
        "dataset example",
        "(SELECT t.trace_id FROM dataset_examples e, spans s, traces t WHERE t.id = s.trace_rowid "
        "AND s.id = e.span_rowid AND e.id = dataset_example_revisions.dataset_example_id)",
    ),
    SideTable(
        "dataset_examples", "dataset example", _OF_SPAN.format("dataset_examples"), ("id", "external_id")
    ),
    SideTable("datasets", "dataset"),
    SideTable("experiment_runs", "experiment run", "trace_id"),
    SideTable("experiment_run_annotations", "experiment annotation", "trace_id"),
    SideTable("experiment_logs", "experiment log"),
    SideTable("prompts", "prompt"),
    SideTable("prompt_versions", "prompt"),
    SideTable("agent_sessions", "assistant session"),
    SideTable("agent_session_messages", "assistant message"),
    SideTable("agent_session_snapshots", "assistant snapshot"),
    SideTable("users", "user", columns=("id", "username", "email", "oauth2_user_id", "ldap_unique_id")),
)
