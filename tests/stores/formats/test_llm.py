"""llm logs: threads and turns of 0.36, conversations and responses before."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.model import Kind, RowPlace, Value
from inspector.stores.sqlite import SqliteStore, open_sqlite

THREAD = "01ktch3s2mh7nxces52x1jscm7"
WITH_TOOLS = "01m1m8wxm13ze68d917fbjfp97"

# Schemas as llm 0.12 and 0.27 make them.
LLM_12 = """
CREATE TABLE _llm_migrations (name TEXT PRIMARY KEY, applied_at TEXT);
CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
CREATE TABLE responses (
    id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, prompt_json TEXT, options_json TEXT,
    response TEXT, response_json TEXT, conversation_id TEXT REFERENCES conversations(id),
    duration_ms INTEGER, datetime_utc TEXT);
CREATE VIRTUAL TABLE responses_fts USING FTS5 (prompt, response, content=[responses]);
INSERT INTO _llm_migrations VALUES ('m011_fts_for_responses', '2024-01-01');
INSERT INTO conversations VALUES ('01aa', 'Two questions', 'gpt-4'), ('01bb', 'empty', 'gpt-4');
INSERT INTO responses VALUES
    ('01r1', 'gpt-4', 'first?', 'Be brief', NULL, '{"temperature": 0.5}', 'one', '{"id": "x"}', '01aa', 1500,
     '2024-01-01T10:00:00.000001'),
    ('01r2', 'gpt-4', 'second?', NULL, NULL, '{}', 'two', NULL, '01aa', 20, '2024-01-01T10:01:00'),
    ('01r3', 'gpt-4', 'alone', NULL, NULL, '{}', 'yes', NULL, NULL, NULL, '2024-01-01T11:00:00');
"""
LLM_27 = """
ALTER TABLE responses ADD COLUMN input_tokens INTEGER;
ALTER TABLE responses ADD COLUMN output_tokens INTEGER;
ALTER TABLE responses ADD COLUMN token_details TEXT;
ALTER TABLE responses ADD COLUMN schema_id TEXT;
ALTER TABLE responses ADD COLUMN resolved_model TEXT;
CREATE TABLE attachments (id TEXT PRIMARY KEY, type TEXT, path TEXT, url TEXT, content BLOB);
CREATE TABLE prompt_attachments (response_id TEXT, attachment_id TEXT, "order" INTEGER,
    PRIMARY KEY (response_id, attachment_id));
CREATE TABLE fragments (id INTEGER PRIMARY KEY, hash TEXT, content TEXT, datetime_utc TEXT, source TEXT);
CREATE TABLE prompt_fragments (response_id TEXT, fragment_id INTEGER, "order" INTEGER,
    PRIMARY KEY (response_id, fragment_id, "order"));
CREATE TABLE system_fragments (response_id TEXT, fragment_id INTEGER, "order" INTEGER,
    PRIMARY KEY (response_id, fragment_id, "order"));
CREATE TABLE tools (id INTEGER PRIMARY KEY, hash TEXT, name TEXT, description TEXT, input_schema TEXT,
    plugin TEXT);
CREATE TABLE tool_calls (id INTEGER PRIMARY KEY, response_id TEXT, tool_id INTEGER, name TEXT, arguments TEXT,
    tool_call_id TEXT);
CREATE TABLE tool_results (id INTEGER PRIMARY KEY, response_id TEXT, tool_id INTEGER, name TEXT, output TEXT,
    tool_call_id TEXT, instance_id INTEGER, exception TEXT);
INSERT INTO _llm_migrations VALUES ('m021_tool_results_exception', '2025-08-01');
UPDATE responses SET input_tokens = 7, output_tokens = 3, resolved_model = 'gpt-4-0613' WHERE id = '01r1';
INSERT INTO attachments VALUES ('at1', 'image/png', NULL, NULL, x'89504e47');
INSERT INTO prompt_attachments VALUES ('01r1', 'at1', 0);
INSERT INTO fragments VALUES (1, 'h', 'a long document', '2025-01-01', 'doc.txt');
INSERT INTO prompt_fragments VALUES ('01r1', 1, 0);
INSERT INTO tool_calls VALUES (1, '01r1', 1, 'lookup', '{"q": 1}', 'call_1');
INSERT INTO tool_results VALUES (1, '01r2', 1, 'lookup', 'found', 'call_1', NULL, 'ValueError: no');
"""


@pytest.fixture
def store(stores: Path) -> Iterator[SqliteStore]:
    opened = open_sqlite(stores / "llm" / "logs.db")
    yield opened
    opened.close()


def old(path: Path, *scripts: str) -> SqliteStore:
    with contextlib.closing(sqlite3.connect(path)) as db:
        for script in scripts:
            db.executescript(script)
    return open_sqlite(path)


def said(messages: Value) -> list[tuple[object, list[object]]]:
    """Role and the types of the parts of each message."""
    assert isinstance(messages, list)
    found: list[tuple[object, list[object]]] = []
    for message in messages:
        assert isinstance(message, dict)
        parts = message["parts"]
        assert isinstance(parts, list)
        found.append((message["role"], [part["type"] for part in parts if isinstance(part, dict)]))
    return found


def test_a_thread_s_turns_build_on_each_other(store: SqliteStore) -> None:
    trace = store.load(THREAD, [])
    assert trace.head.name == "Hi I am Zofia Wrześniewska zofi…"
    first, second, third = trace.spans
    assert said(first.input) == [("system", ["text"]), ("user", ["text"])]
    assert said(first.output) == [("assistant", ["text"])]
    assert isinstance(second.input, list)
    assert isinstance(first.input, list)
    assert isinstance(first.output, list)
    assert second.input[:3] == [*first.input, *first.output]
    assert len(said(third.input)) == 6
    assert (first.kind, first.model, first.tokens.sum) == (Kind.LLM, "echo", 34)
    assert first.start == 1780684547157438000
    assert first.end == first.start
    assert first.place == RowPlace("turns", 1)


def test_tool_calls_and_results(store: SqliteStore) -> None:
    call, result = store.load(WITH_TOOLS, []).spans
    assert said(call.output) == [("assistant", ["text", "tool_call"])]
    assert isinstance(call.output, list)
    assert isinstance(call.output[0], dict)
    assert isinstance(call.output[0]["parts"], list)
    part = call.output[0]["parts"][1]
    assert isinstance(part, dict)
    assert part["name"] == "crm_lookup"
    assert part["arguments"] == {"email": "zofia.wrzesniewska84@nordhaven.example"}
    assert str(part["id"]).startswith("tc_")
    assert said(result.input)[-1] == ("tool", ["tool_call_response"])
    (tools,) = [attribute.value for attribute in call.attributes if attribute.key == "tools"]
    assert isinstance(tools, list)
    assert len(tools) == 1


def test_fragments_and_attachments_stand_in_their_message(store: SqliteStore) -> None:
    everything = json.dumps(
        [span.input for b in store.scan() for h in b.traces for span in store.load(h.trace_id, []).spans]
    )
    (content,) = [r.value["content"] for r in store.side_records() if r.kind == "fragment"]  # type: ignore[index,call-overload]
    assert json.dumps(content)[1:-1] in everything
    assert '"mime_type": "image/png"' in everything


def test_parts_belong_to_the_thread_that_said_them_first(store: SqliteStore) -> None:
    threads = {head.trace_id for batch in store.scan() for head in batch.traces}
    parts = [record for record in store.side_records() if record.kind == "message part"]
    assert len(parts) == 77
    owners = {record.trace_id for record in parts}
    assert owners < threads
    # One thread says nothing that another hasn't said before: messages are shared.
    assert len(owners) == len(threads) - 1


def test_a_chain_that_loops_ends(stores: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    shutil.copyfile(stores / "llm" / "logs.db", path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE messages SET parent_hash = hash WHERE parent_hash IS NULL")
        db.execute("UPDATE turns SET thread_id = NULL WHERE rowid = 1")
        db.commit()
    store = open_sqlite(path)
    heads = [head for batch in store.scan() for head in batch.spans]
    assert len(heads) == 37
    for head in heads:
        assert store.load(head.trace_id, [head.place]).spans
    assert sum(1 for _ in store.side_records()) == 117
    store.close()


def test_conversations_of_the_first_schema(tmp_path: Path) -> None:
    store = old(tmp_path / "logs.db", LLM_12)
    assert (store.info.format.id, store.info.schema) == ("llm-responses", "migration m011_fts_for_responses")
    batches = list(store.scan())
    heads = [head for batch in batches for head in batch.spans]
    assert [head.span_id for head in heads] == ["01r3", "01r2", "01r1"]
    assert {head.trace_id for batch in batches for head in batch.traces} == {"01aa", "01bb"}
    assert heads[2].start == 1704103200000001000
    assert heads[2].end == heads[2].start + 1_500_000_000  # type: ignore[operator]
    first, second = store.load("01aa", []).spans
    assert said(first.input) == [("system", ["text"]), ("user", ["text"])]
    assert said(second.input) == [
        ("system", ["text"]),
        ("user", ["text"]),
        ("assistant", ["text"]),
        ("user", ["text"]),
    ]
    assert {a.key: a.value for a in first.attributes} == {
        "options_json": {"temperature": 0.5},
        "response_json": {"id": "x"},
    }
    (alone,) = store.load("01r3", []).spans
    assert alone.trace_id == "01r3"
    assert (alone.end, store.load("01bb", []).spans) == (None, ())
    store.close()


def test_tools_fragments_and_attachments_of_later_ones(tmp_path: Path) -> None:
    store = old(tmp_path / "logs.db", LLM_12, LLM_27)
    assert store.info.schema == "migration m021_tool_results_exception"
    first, second = store.load("01aa", [RowPlace("responses", 1), RowPlace("responses", 2)]).spans
    assert said(first.input) == [("system", ["text"]), ("user", ["text", "text", "attachment"])]
    assert said(first.output) == [("assistant", ["text", "tool_call"])]
    assert said(second.input)[-2:] == [("tool", ["tool_call_response"]), ("user", ["text"])]
    assert (first.model, first.tokens.sum) == ("gpt-4-0613", 10)
    count = sum(batch.side for batch in store.scan())
    assert count == sum(1 for _ in store.side_records()) == 4
    store.close()


def test_an_unknown_migration_is_read_and_not_quoted(tmp_path: Path) -> None:
    store = old(tmp_path / "logs.db", LLM_12, "INSERT INTO _llm_migrations VALUES ('m099_secret_name', 'x')")
    info = store.info
    assert not info.writable
    assert "read-only" in info.banner
    assert "m099" not in info.schema + info.banner
    store.close()
