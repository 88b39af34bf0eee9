"""A file is known by its content; what is no trace store is told what it looks like, without quoting it."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile

import pytest

from inspector.errors import NotAStore
from inspector.stores import open_store


def refused(path):
    with pytest.raises(NotAStore) as caught:
        open_store(path)
    return caught.value.what


def test_files_of_other_kinds_are_named(tmp_path, stores):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", "b")
    kinds = {
        "a CSV table": b"name,email\na,b@example.com\nc,d@example.com\n",
        "plain text": b"Dear diary,\n",
        "PNG": b"\x89PNG\r\n\x1a\n" + bytes(40),
        "zip archive": packed.getvalue(),
        "PDF": b"%PDF-1.7\n%\xe2\xe3",
        "binary": bytes(range(256)),
        "zeros": bytes(5000),
        "HTML": b"<!doctype html><p>hi",
        "Parquet": b"PAR1\x15\x04",
        "encrypted with age": b"age-encryption.org/v1\n-> X25519 abc\n",
    }
    for words, data in kinds.items():
        (tmp_path / "x.jsonl").write_bytes(data)
        what = refused(tmp_path / "x.jsonl")
        assert words in what
        assert "example.com" not in what
    assert "plain text" in refused(stores / "hostile" / "notsqlite.db")


def test_a_database_of_something_else(tmp_path):
    path = tmp_path / "x.jsonl"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE customers (email TEXT)")
    db.close()
    assert "SQLite database" in refused(path)


def test_json_that_is_no_trace_names_known_keys_only(tmp_path, stores):
    assert "id, name, start_time" in refused(stores / "hostile" / "invoices.jsonl")
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"jane.roe@example.com": 1, "name": "Jane Roe", "password": "x"}))
    what = refused(path)
    assert "name" in what
    assert "Jane" not in what
    assert "example.com" not in what
    assert "password" not in what


@pytest.mark.parametrize(
    "value",
    [
        {"trace_id": "a", "name": "only one of the two ids"},
        {"span_id": "a", "amount": 3},
        {"id": 1, "trace": None, "span": None},
        {"resourceSpans": "text"},
        {"resourceSpans": [{"a": 1}]},
        {"object": "trace"},
        {"data": [1, 2]},
        {"steps": [], "id": 3},
        {"context": {"trace_id": "0x1"}},
    ],
)
def test_one_key_is_not_enough(tmp_path, value):
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(value) + "\n")
    refused(path)


def test_good_lines_may_come_late(tmp_path, stores):
    path = tmp_path / "x"
    good = (stores / "hostile" / "no_final_newline.jsonl").read_bytes()
    path.write_bytes(b"2026-01-01 starting up\n" * 300 + good)
    store = open_store(path)
    assert store.info.format.id == "otlp"
    assert sum(len(b.spans) for b in store.scan()) == 320


def test_log_lines_may_come_first(tmp_path, stores):
    path = tmp_path / "x"
    log = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"stringValue": "a"}}]}]}]}
    metric = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "m"}]}]}]}
    lines = "".join(json.dumps(value) + "\n" for value in (log, metric) * 30)
    path.write_bytes(lines.encode() + (stores / "hostile" / "no_final_newline.jsonl").read_bytes())
    store = open_store(path)
    batches = list(store.scan())
    assert sum(len(b.spans) for b in batches) == 320
    assert sum(b.side for b in batches) == 60
    assert [s.kind for s in store.side_records()] == ["log", "metric"] * 30
