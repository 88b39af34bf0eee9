"""Phoenix: attributes as stored, and what stands beside spans."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.model import Kind, RowPlace, Span, Status, SubjectRef, Trace
from inspector.stores.formats.phoenix_attributes import flat
from inspector.stores.sqlite import SqliteStore, open_sqlite

FIRST = "d6cac13001d29163fc43f84c4be478ef"


@pytest.fixture
def store(stores: Path) -> Iterator[SqliteStore]:
    opened = open_sqlite(stores / "phoenix" / "phoenix.db")
    yield opened
    opened.close()


@pytest.fixture
def trace(store: SqliteStore) -> Trace:
    return store.load(FIRST, [])


@pytest.fixture
def writable(stores: Path, tmp_path: Path) -> Path:
    path = tmp_path / "x.db"
    shutil.copyfile(stores / "phoenix" / "phoenix.db", path)
    return path


def span_of(trace: Trace, key: int) -> Span:
    return next(span for span in trace.spans if span.place == RowPlace("spans", key))


def test_a_trace_knows_its_project_and_session(trace: Trace) -> None:
    assert (trace.head.project, trace.head.session) == ("support-bot", "sess-zofia-01")
    assert trace.head.place == RowPlace("traces", 1)
    assert trace.head.start == 1779820378352657000
    assert all(span.project == "support-bot" for span in trace.spans)


def test_a_span_in_full(trace: Trace) -> None:
    span = span_of(trace, 1)
    assert (span.span_id, span.parent_id, span.name) == (
        "be98996e499dd076",
        "2214dbb88ef686e1",
        "ChatCompletion",
    )
    assert (span.kind, span.kind_written, span.status) == (Kind.LLM, "LLM", Status.OK)
    assert (span.start, span.end, span.time_unit) == (1779820378425803000, 1779820378476965000, "naive-utc")
    assert span.model == "gpt-5.5-mini-2026-08-06"
    assert (span.tokens.input, span.tokens.output, span.tokens.sum) == (30, 9, 39)
    assert span.cost == pytest.approx(0.00042)
    assert span.tags == ("prod", "t0")
    assert span.user == "usr_7f3a91c2d4"
    assert SubjectRef("usr_7f3a91c2d4", "attr:user.id") in span.subjects
    assert isinstance(span.input, str)
    assert json.loads(span.input)["model"] == "gpt-5.5-mini"
    assert isinstance(span.output, str)


def test_attributes_stay_nested_in_stored_order(trace: Trace) -> None:
    span = span_of(trace, 1)
    keys = [attribute.key for attribute in span.attributes]
    assert keys == ["tag", "input", "openinference", "llm", "user", "metadata", "output", "session"]
    assert isinstance(span.raw, dict)
    assert span.raw["attributes"] == {attribute.key: attribute.value for attribute in span.attributes}
    assert span.raw["cumulative_llm_token_count_prompt"] == 30
    assert isinstance(span.raw["span_costs"], dict)


def test_int64_and_missing_floats_are_kept(store: SqliteStore) -> None:
    values = [
        attribute.value
        for batch in store.scan()
        for head in batch.traces
        for span in store.load(head.trace_id, []).spans
        for attribute in span.attributes
        if attribute.key == "int"
    ]
    assert {"attr": 9007199254740993} in values
    assert len(values) == 144


def test_judgements_are_annotations(trace: Trace) -> None:
    (note,) = span_of(trace, 1).annotations
    assert (note.name, note.place) == ("correctness", RowPlace("span_annotations", 1))
    assert isinstance(note.value, dict)
    assert (note.value["label"], note.value["score"]) == ("bad", 0.1)
    assert isinstance(note.value["metadata"], dict)
    (of_trace,) = trace.annotations
    assert of_trace.place == RowPlace("trace_annotations", 1)


def test_copies_elsewhere_are_side_records(trace: Trace) -> None:
    kinds = sorted(record.kind for record in trace.side)
    assert kinds == ["dataset example", "session", "session annotation"]
    assert {record.trace_id for record in trace.side} == {FIRST}


def test_events_have_their_time_and_attributes(store: SqliteStore) -> None:
    events = [
        event
        for batch in store.scan()
        for head in batch.traces
        for span in store.load(head.trace_id, []).spans
        for event in span.events
        if span.status is Status.ERROR
    ]
    exceptions = [event for event in events if event.name == "exception"]
    assert exceptions
    assert all(event.time for event in exceptions)
    assert {"exception.type", "exception.message"} <= {a.key for a in exceptions[0].attributes}


def test_a_span_without_an_end_is_in_progress(writable: Path) -> None:
    with contextlib.closing(sqlite3.connect(writable)) as db:
        (_trace_rowid, _span_id) = db.execute(
            "SELECT trace_rowid, span_id FROM spans WHERE id = 1400"
        ).fetchone()
        columns = [row[1] for row in db.execute("PRAGMA table_info(spans)")]
        row = list(db.execute("SELECT * FROM spans WHERE id = 1400").fetchone())
        row[columns.index("id")], row[columns.index("span_id")] = 5000, "aaaaaaaaaaaaaaaa"
        row[columns.index("end_time")], row[columns.index("status_code")] = "", "UNSET"
        db.execute(f"INSERT INTO spans VALUES ({','.join('?' * len(row))})", row)
        db.commit()
    store = open_sqlite(writable)
    first = next(iter(store.scan()))
    assert (first.spans[0].place, first.spans[0].status) == (RowPlace("spans", 5000), Status.IN_PROGRESS)
    store.close()


def test_spans_and_traces_without_each_other(writable: Path) -> None:
    """Foreign keys are off by default, so a deletion leaves spans; a trace may have none yet."""
    with contextlib.closing(sqlite3.connect(writable)) as db:
        (left,) = db.execute("SELECT count(*) FROM spans WHERE trace_rowid = 1").fetchone()
        db.execute("DELETE FROM traces WHERE id = 1")
        db.execute("DELETE FROM spans WHERE trace_rowid = 2")
        db.commit()
    store = open_sqlite(writable)
    batches = list(store.scan())
    spans = [span for batch in batches for span in batch.spans if span.trace_id == "untraced:1"]
    assert len(spans) == left
    trace = store.load("untraced:1", [span.place for span in spans])
    assert all("no trace id" in span.flags for span in trace.spans)
    assert len(trace.spans) == left
    empty = "fe784b3561c164d5ee2204e906f82ff4"
    assert empty in {head.trace_id for batch in batches for head in batch.traces}
    assert store.load(empty, []).spans == ()
    store.close()


def test_flat_keys_count_lists_of_objects_only() -> None:
    nested = {"a": {"b": [1, 2], "c": [{"d": 1}, {"d": 2}]}, "metadata": {"x": 1}, "e": {}}
    assert flat(nested) == {"a.b": [1, 2], "a.c.0.d": 1, "a.c.1.d": 2, "metadata": {"x": 1}, "e": {}}
