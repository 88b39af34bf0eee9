"""MLflow 3 with spans in the database, and the older schema that has none."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.model import Kind, RowPlace, Status, SubjectRef, Trace
from inspector.stores.sqlite import SqliteStore, open_sqlite

FIRST = "tr-89fea1e8934db2174d785696bc94cf09"

# Schema of MLflow 2.22 (revision 0584bdc529eb), its trace tables.
MLFLOW_2 = """
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
CREATE TABLE experiments (experiment_id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(256));
CREATE TABLE trace_info (
    request_id VARCHAR(50) NOT NULL PRIMARY KEY, experiment_id INTEGER NOT NULL, timestamp_ms BIGINT NOT NULL,
    execution_time_ms BIGINT, status VARCHAR(50) NOT NULL,
    FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id));
CREATE TABLE trace_tags (
    "key" VARCHAR(250) NOT NULL, value VARCHAR(8000), request_id VARCHAR(50) NOT NULL,
    PRIMARY KEY ("key", request_id),
    FOREIGN KEY(request_id) REFERENCES trace_info (request_id) ON DELETE CASCADE);
CREATE TABLE trace_request_metadata (
    "key" VARCHAR(250) NOT NULL, value VARCHAR(8000), request_id VARCHAR(50) NOT NULL,
    PRIMARY KEY ("key", request_id),
    FOREIGN KEY(request_id) REFERENCES trace_info (request_id) ON DELETE CASCADE);
INSERT INTO alembic_version VALUES ('0584bdc529eb');
INSERT INTO experiments VALUES (3, 'assistants');
INSERT INTO trace_info VALUES ('aa01', 3, 1700000000123, 250, 'OK'),
    ('aa02', 3, 1700000001000, NULL, 'IN_PROGRESS'), ('aa03', 3, 1700000002000, 10, 'ERROR');
INSERT INTO trace_tags VALUES ('mlflow.traceName', 'answer', 'aa01'), ('tenant', 'acme', 'aa01'),
    ('mlflow.artifactLocation', '/srv/mlruns/3/traces/aa01/artifacts', 'aa01');
INSERT INTO trace_request_metadata VALUES ('mlflow.traceInputs', '{"q": "hello user-1@example.com"}', 'aa01'),
    ('mlflow.traceOutputs', '"hi"', 'aa01'), ('mlflow.trace.user', 'user-1', 'aa01'),
    ('mlflow.trace.session', 'session-1', 'aa01');
"""


@pytest.fixture
def store(stores: Path) -> Iterator[SqliteStore]:
    opened = open_sqlite(stores / "mlflow" / "mlflow.db")
    yield opened
    opened.close()


@pytest.fixture
def trace(store: SqliteStore) -> Trace:
    return store.load(FIRST, [])


@pytest.fixture
def writable(stores: Path, tmp_path: Path) -> Path:
    path = tmp_path / "x.db"
    shutil.copyfile(stores / "mlflow" / "mlflow.db", path)
    return path


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript(MLFLOW_2)
    return path


def test_a_trace_s_own_facts(trace: Trace) -> None:
    head = trace.head
    assert (head.name, head.session, head.user, head.project) == (
        "support_turn", "sess-zofia-01", "usr_7f3a91c2d4", "support-bot"
    )  # fmt: skip
    assert head.start == 1779820484521 * 1_000_000
    assert head.end == (1779820484521 + 48) * 1_000_000
    assert (head.tokens.input, head.tokens.output, head.tokens.sum) == (25, 9, 34)
    assert "tenant=acme" in head.tags
    assert not any(tag.startswith("mlflow.") for tag in head.tags)
    metadata = {attribute.key: attribute.value for attribute in trace.attributes}
    assert metadata["mlflow.trace.user"] == "usr_7f3a91c2d4"
    assert metadata["tag.tenant"] == "acme"
    assert isinstance(trace.input, dict)
    assert trace.output is not None


def test_attribute_values_are_decoded_once_and_kept_raw(trace: Trace) -> None:
    span = next(span for span in trace.spans if span.name == "Completions")
    attributes = {attribute.key: attribute.value for attribute in span.attributes}
    assert attributes["mlflow.spanType"] == "CHAT_MODEL"
    assert attributes["mlflow.chat.tokenUsage"] == {
        "input_tokens": 25,
        "output_tokens": 9,
        "total_tokens": 34,
    }
    assert isinstance(span.input, dict)
    assert span.input["model"] == "gpt-5.5"
    assert (span.kind, span.kind_written, span.model) == (Kind.LLM, "CHAT_MODEL", "gpt-5.5-2026-08-06")
    assert (span.start, span.end) == (1779820484553045363, 1779820484564700077)
    assert isinstance(span.raw, dict)
    content = span.raw["content"]
    assert isinstance(content, dict)
    assert content["trace_id"] == "if6h6JNNshdNeFaWvJTPCQ=="
    assert isinstance(content["attributes"], dict)
    assert content["attributes"]["mlflow.spanType"] == '"CHAT_MODEL"'
    assert SubjectRef("usr_7f3a91c2d4", "attr:user") in span.subjects
    assert SubjectRef("usr_7f3a91c2d4", "trace_request_metadata:mlflow.trace.user") in span.subjects


def test_nested_json_is_decoded_no_deeper(trace: Trace) -> None:
    span = next(span for span in trace.spans if span.name == "crm_lookup")
    assert isinstance(span.output, dict)
    assert isinstance(span.output["blob"], str)


def test_failed_spans_have_message_and_exception(store: SqliteStore) -> None:
    heads = [head for batch in store.scan() for head in batch.spans if head.status is Status.ERROR]
    failed = {head.trace_id for head in heads}
    assert len(heads) == 224
    spans = [s for t in failed for s in store.load(t, []).spans if s.status is Status.ERROR]
    exceptions = [event for span in spans for event in span.events if event.name == "exception"]
    assert len(exceptions) >= len(failed)
    assert all(event.time for event in exceptions)
    assert any(span.status_message for span in spans)


def test_assessments_are_annotations_of_the_trace(store: SqliteStore) -> None:
    notes = store.load("tr-a72544bfaa98bd167d59c23f9b8bb3b2", []).annotations
    assert {note.name for note in notes} == {"csat", "expected"}
    values = [note.value for note in notes]
    assert any(isinstance(value, dict) and value.get("rationale") for value in values)
    assert all(isinstance(note.place, RowPlace) and note.place.table == "assessments" for note in notes)


def test_previews_tags_and_metadata_are_side_records(store: SqliteStore, trace: Trace) -> None:
    kinds = {record.kind for record in trace.side}
    assert kinds == {"preview", "tag", "metadata"}
    everything = list(store.side_records())
    assert sum(record.kind == "dataset record" for record in everything) == 3
    assert sum(record.kind == "metadata" for record in everything) == 1300


def test_spans_kept_elsewhere_are_said_to_be(writable: Path) -> None:
    with contextlib.closing(sqlite3.connect(writable)) as db:
        db.execute(
            "UPDATE trace_tags SET value = 'ARTIFACT_REPO' WHERE key = 'mlflow.trace.spansLocation' "
            "AND request_id IN (SELECT request_id FROM trace_info ORDER BY rowid LIMIT 2)"
        )
        db.execute("DELETE FROM spans WHERE trace_id = ?", (FIRST,))
        db.commit()
    store = open_sqlite(writable)
    assert "outside this database" in store.info.banner
    assert store.info.writable
    problems = [problem for batch in store.scan() for problem in batch.problems]
    assert [(problem.where, problem.count) for problem in problems] == [("table trace_info", 2)]
    trace = store.load(FIRST, [])
    store.close()
    assert trace.spans == ()
    (outside,) = [record for record in trace.side if record.kind == "file outside"]
    assert isinstance(outside.value, dict)
    assert str(outside.value["folder"]).endswith("/artifacts")


def test_orphaned_spans_are_listed(writable: Path) -> None:
    with contextlib.closing(sqlite3.connect(writable)) as db:
        db.execute("DELETE FROM trace_info WHERE request_id = ?", (FIRST,))
        db.commit()
    store = open_sqlite(writable)
    spans = [span for batch in store.scan() for span in batch.spans]
    assert len(spans) == 836
    assert store.load(FIRST, []).spans
    store.close()


def test_content_that_is_broken(writable: Path) -> None:
    with contextlib.closing(sqlite3.connect(writable)) as db:
        db.execute("UPDATE spans SET content = '{\"mlflow.chat.tokenUsage' WHERE trace_id = ?", (FIRST,))
        db.commit()
    store = open_sqlite(writable)
    spans = [span for batch in store.scan() for span in batch.spans]
    assert len(spans) == 836
    trace = store.load(FIRST, [])
    assert all(span.flags == ("bad JSON",) for span in trace.spans)
    assert all(span.name and span.start for span in trace.spans)
    store.close()


def test_links_are_decoded_from_base64(writable: Path) -> None:
    with contextlib.closing(sqlite3.connect(writable)) as db:
        rowid, content = db.execute("SELECT rowid, content FROM spans LIMIT 1").fetchone()
        body = json.loads(content)
        body["links"] = [
            {"trace_id": body["trace_id"], "span_id": body["span_id"], "attributes": {"why": "retry"}}
        ]
        db.execute("UPDATE spans SET content = ? WHERE rowid = ?", (json.dumps(body), rowid))
        db.commit()
    store = open_sqlite(writable)
    (link,) = [link for span in store.load(FIRST, []).spans for link in span.links]
    store.close()
    assert (link.trace_id, link.span_id) == (FIRST.removeprefix("tr-"), "273441021ebe18d5")


def test_the_older_schema_has_traces_without_spans(old: Path) -> None:
    store = open_sqlite(old)
    info = store.info
    assert (info.format.id, info.schema, info.writable) == ("mlflow2", "alembic 0584bdc529eb", True)
    assert "outside this database" in info.banner
    batches = list(store.scan())
    heads = {head.trace_id: head for batch in batches for head in batch.traces}
    assert not any(batch.spans for batch in batches)
    assert set(heads) == {"aa01", "aa02", "aa03"}
    first = heads["aa01"]
    assert (first.name, first.user, first.session, first.project) == (
        "answer",
        "user-1",
        "session-1",
        "assistants",
    )
    assert (first.start, first.end) == (1700000000123000000, 1700000000373000000)
    assert [heads[key].status for key in sorted(heads)] == [Status.OK, Status.IN_PROGRESS, Status.ERROR]
    trace = store.load("aa01", [])
    assert trace.spans == ()
    assert trace.input == {"q": "hello user-1@example.com"}
    assert trace.output == "hi"
    problems = [problem for batch in batches for problem in batch.problems]
    assert [problem.count for problem in problems] == [3]
    assert sum(batch.side for batch in batches) == sum(1 for _ in store.side_records())
    store.close()
