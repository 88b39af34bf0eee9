"""Every SQLite store that ships with the tests: counts, errors, whole loads, and what is refused."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlite_cases import folder_state, load_all, plain_copy, read_whole, scan

from inspector.errors import NotAStore, NotFound
from inspector.model import Span, Value, head_of
from inspector.stores.sqlite import formats, open_sqlite
from inspector.stores.sqlite_formats import SHIPPED

# Counts of TraceCraft's store are in the stores' README, the others in truth.json.
STORES = {
    "phoenix/phoenix.db": ("phoenix", "SELECT count(*) FROM spans WHERE status_code = 'ERROR'"),
    "mlflow/mlflow.db": ("mlflow", "SELECT count(*) FROM spans WHERE status = 'ERROR'"),
    "llm/logs.db": ("llm", "SELECT 0"),
    "tracecraft/runs.db": ("tracecraft-sqlite", "SELECT count(*) FROM steps WHERE error IS NOT NULL"),
}
HOSTILE = ("hostile/phoenix_corrupt_leafs.db", "hostile/phoenix_freelist_residue.db")


def truth(stores: Path, name: str) -> dict[str, Any]:
    if name == "tracecraft/runs.db":
        return {"traces": 60, "spans": 723}
    found: dict[str, Any] = json.loads((stores / "truth.json").read_text())[name]
    return found


@pytest.fixture
def copy(stores: Path, tmp_path: Path) -> Path:
    """A folder to copy a store to, so that SQL may be run on it."""
    return tmp_path / "copy.db"


@pytest.mark.parametrize("name", STORES)
def test_counts_are_the_truth(stores: Path, name: str, copy: Path) -> None:
    store = open_sqlite(stores / name)
    found = scan(store)
    expected = truth(stores, name)
    assert len(found.trace_ids()) == expected["traces"]
    assert len(found.traces) == expected["traces"]
    assert len(found.spans) == expected["spans"]
    assert found.problems == []
    shutil.copyfile(stores / name, copy)
    with contextlib.closing(sqlite3.connect(copy)) as db:
        assert (found.errors,) == db.execute(STORES[name][1]).fetchone()
    assert store.info.format.id == STORES[name][0]
    assert store.info.schema
    assert store.info.banner == ""
    assert store.info.bytes == (stores / name).stat().st_size
    store.close()


@pytest.mark.parametrize("name", [*STORES, *HOSTILE])
def test_a_loaded_span_says_what_its_head_said(stores: Path, name: str) -> None:
    store = open_sqlite(stores / name)
    found = scan(store)
    heads = {head.place: head for head in found.spans}
    assert len(heads) == len(found.spans)
    spans = [span for trace in load_all(store, found) for span in trace.spans]
    assert len(spans) == len(found.spans)
    for span in spans:
        assert head_of(span) == heads[span.place]
        assert span.raw
    store.close()


def texts(value: Value | object) -> Iterator[str]:
    """Every string of a value, keys too."""
    stack: list[object] = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            stack += [*item.keys(), *item.values()]
        elif isinstance(item, (list, tuple)):
            stack += item


def words_of(span: Span) -> str:
    everything = [
        span.name,
        span.status_message,
        span.user or "",
        span.session or "",
        span.input,
        span.output,
    ]
    everything += [[a.key, a.value] for a in span.attributes]
    everything += [[event.name, [[a.key, a.value] for a in event.attributes]] for event in span.events]
    everything += [note.value for note in span.annotations]
    everything += [subject.id for subject in span.subjects]
    return "\n".join(texts(everything))


@pytest.mark.parametrize("name", ["phoenix/phoenix.db", "mlflow/mlflow.db"])
def test_subjects_are_named_with_the_field_that_says_so(stores: Path, name: str) -> None:
    tokens = [json.loads(line) for line in (stores / "tokens.jsonl").read_text().splitlines()]
    ids = {t["owner"]: t["token"] for t in tokens if t["role"] == "subject" and t["type"] == "user_id"}
    store = open_sqlite(stores / name)
    traces = load_all(store, scan(store))
    assert set(ids) == {"S1", "S2", "S3"}
    for owner, user in ids.items():
        named = [
            trace for trace in traces if any(s.id == user for span in trace.spans for s in span.subjects)
        ]
        expected = truth(stores, name)["subjects"][owner]["traces"]
        # What names them in text only (Phoenix: 1 trace at most) is the search's to find.
        assert expected - 1 <= len(named) <= expected
        assert all(s.source for trace in named for span in trace.spans for s in span.subjects)
    store.close()


@pytest.mark.parametrize("name", ["phoenix/phoenix.db", "mlflow/mlflow.db", "llm/logs.db"])
def test_every_word_about_a_subject_is_in_a_span_or_a_side_record(
    stores: Path, name: str, copy: Path
) -> None:
    """Each text cell of the file that holds a subject's email is found again through the store."""
    store = open_sqlite(stores / name)
    traces = load_all(store, scan(store))
    seen = "\n".join(words_of(span) for trace in traces for span in trace.spans)
    seen += "\n".join(text for t in traces for text in texts([t.input, t.output, t.raw]))
    seen += "\n".join(text for record in store.side_records() for text in texts(record.value))
    store.close()
    shutil.copyfile(stores / name, copy)
    with contextlib.closing(sqlite3.connect(copy)) as db:
        for token in ("zofia.wrzesniewska84@nordhaven.example", "omar.elhaddad@bluecrate.example"):
            assert token in seen
            for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                if "_fts" in table:
                    continue
                for row in db.execute(f'SELECT * FROM "{table}"'):
                    for cell in row:
                        if isinstance(cell, str) and token in cell and cell[:1] not in "{[":
                            assert cell in seen, table


@pytest.mark.parametrize("name", STORES)
def test_the_first_step_is_small_and_holds_the_newest(stores: Path, name: str) -> None:
    store = open_sqlite(stores / name)
    first = next(iter(store.scan()))
    everything = scan(store)
    store.close()
    assert first.spans
    keys = [int(str(span.place.key)) for span in everything.spans]  # type: ignore[union-attr]
    assert max(int(str(span.place.key)) for span in first.spans) == max(keys)  # type: ignore[union-attr]
    assert 0 < first.done <= store.info.bytes


def test_damaged_leaves_are_problems_and_the_rest_is_shown(stores: Path) -> None:
    found = read_whole(stores / "hostile" / "phoenix_corrupt_leafs.db")
    assert len(found.spans) == 1464
    assert len(found.traces) == 274
    wheres = {problem.where for problem in found.problems}
    assert {
        "table spans, row 620",
        "table spans, row 879",
        "table spans, row 1165",
        "table span_costs",
    } == wheres


def test_free_pages_with_old_rows_are_no_problem(stores: Path) -> None:
    found = read_whole(stores / "hostile" / "phoenix_freelist_residue.db")
    assert (len(found.traces), len(found.spans), found.problems) == (260, 1378, [])


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("CREATE TABLE django_migrations (a); CREATE TABLE b (a)", r"a Django database \(2 tables\)"),
        ("CREATE TABLE spans (a); CREATE TABLE traces (b)", r"something else \(2 tables\)"),
        (
            "CREATE TABLE spans (id, trace_id); CREATE TABLE alembic_version (version_num)",
            "managed by Alembic",
        ),
        ("PRAGMA application_id=0x47504B47; CREATE TABLE t (a)", r"a GeoPackage \(1 table\)"),
        ("VACUUM", "no tables"),
    ],
)
def test_a_database_of_something_else_is_named(tmp_path: Path, script: str, said: str) -> None:
    path = tmp_path / "x.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version=1")
        db.executescript(script)
    before = folder_state(tmp_path)
    with pytest.raises(NotAStore, match=said):
        open_sqlite(path)
    assert folder_state(tmp_path) == before


@pytest.mark.parametrize("name", ["phoenix/phoenix.db", "mlflow/mlflow.db"])
@pytest.mark.parametrize("version", ["0123456789ab", "\x1b[31mred", "zofia@nordhaven.example"])
def test_an_unknown_revision_opens_read_only_with_a_banner(
    stores: Path, tmp_path: Path, name: str, version: str
) -> None:
    path = plain_copy(stores / name, tmp_path / "s", "delete")
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE alembic_version SET version_num = ?", (version,))
        db.commit()
    store = open_sqlite(path)
    info = store.info
    assert not info.writable
    assert "read-only" in info.banner
    assert info.schema == ("alembic 0123456789ab" if version == "0123456789ab" else "")
    assert len(scan(store).spans) == truth(stores, name)["spans"]
    store.close()


def test_a_known_store_is_writable_where_its_file_is(stores: Path, tmp_path: Path) -> None:
    store = open_sqlite(plain_copy(stores / "phoenix" / "phoenix.db", tmp_path / "s", "delete"))
    assert store.info.writable
    store.close()


def test_a_trace_that_is_gone_is_said_to_be(stores: Path) -> None:
    for name in STORES:
        store = open_sqlite(stores / name)
        with pytest.raises(NotFound):
            store.load("nowhere", [])
        store.close()


def test_a_view_in_place_of_a_table_is_no_store(stores: Path, tmp_path: Path) -> None:
    path = plain_copy(stores / "phoenix" / "phoenix.db", tmp_path / "s", "delete")
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA legacy_alter_table=ON")
        db.execute("ALTER TABLE spans RENAME TO real_spans")
        db.execute("CREATE VIEW spans AS SELECT * FROM real_spans")
        db.commit()
    with pytest.raises(NotAStore):
        open_sqlite(path)


def test_every_format_recognises_only_its_own(stores: Path) -> None:
    from inspector.stores.sqlite_db import Database

    for name, (identity, _) in STORES.items():
        db = Database(stores / name)
        assert [each.info.id for each in formats() if each.recognise(db.schema)] == [identity]
        db.close()
    assert len(formats()) == len(SHIPPED) == len({each.info.id for each in formats()})


def test_text_that_is_not_utf8_is_shown_and_flagged(stores: Path, tmp_path: Path) -> None:
    path = plain_copy(stores / "phoenix" / "phoenix.db", tmp_path / "s", "delete")
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE spans SET name = CAST(x'6f6b20ff' AS TEXT), events = '{broken' WHERE id = 7")
        db.commit()
    store = open_sqlite(path)
    found = scan(store)
    assert len(found.spans) == 1467
    (head,) = [span for span in found.spans if span.place.key == 7]  # type: ignore[union-attr]
    assert head.name == "ok \ufffd"
    (span,) = [s for s in store.load(head.trace_id, []).spans if s.place == head.place]
    assert span.flags == ("not UTF-8", "bad JSON")
    assert span.raw["name"] == b"ok \xff"  # type: ignore[index,call-overload]
    store.close()
