"""TraceCraft SQLite: rows for structure, the run's JSON for content."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from inspector.model import Kind, RowPlace, Status
from inspector.stores.sqlite import open_sqlite

RUN = "668d4311-2e68-49c6-9a71-436db1299b30"


@pytest.fixture
def writable(stores: Path, tmp_path: Path) -> Path:
    path = tmp_path / "x.db"
    shutil.copyfile(stores / "tracecraft" / "runs.db", path)
    return path


def test_a_run_and_its_steps(stores: Path) -> None:
    store = open_sqlite(stores / "tracecraft" / "runs.db")
    trace = store.load(RUN, [])
    store.close()
    head = trace.head
    assert (head.name, head.session, head.user, head.environment) == (
        "triage_agent", "sess-user-00008-2", None, "production"
    )  # fmt: skip
    assert (head.project, head.tags, head.status) == ("research", ("beta", "pii"), Status.ERROR)
    assert len(trace.spans) == 17
    assert isinstance(trace.input, dict)
    assert trace.input["customer_id"] == "user-00008"
    assert isinstance(trace.raw, dict)
    assert isinstance(trace.raw["data"], dict)
    assert "steps" not in trace.raw["data"]
    assert {"git.sha", "client.ip"} <= {attribute.key for attribute in trace.attributes}
    assert sorted(record.kind for record in trace.side) == ["tag", "tag"]


def test_inputs_and_outputs_come_from_the_run_s_json(stores: Path) -> None:
    store = open_sqlite(stores / "tracecraft" / "runs.db")
    spans = {span.name: span for span in store.load(RUN, []).spans}
    store.close()
    lookup = spans["crm_lookup"]
    assert lookup.kind is Kind.TOOL
    assert isinstance(lookup.input, dict)
    assert lookup.input["customer_id"] == "user-00008"
    assert lookup.output
    assert isinstance(lookup.raw, dict)
    assert set(lookup.raw) == {"steps", "data"}
    llm = spans["ChatOpenAI"]
    assert (llm.model, llm.tokens.input, llm.tokens.output) == ("gemini-1.5-pro", 5073, 210)
    assert llm.cost == pytest.approx(0.00739125)
    failed = spans["unhandled"]
    assert (failed.status, failed.kind_written) == (Status.ERROR, "error")
    assert failed.status_message


def test_a_run_whose_user_is_null_still_names_the_person(stores: Path) -> None:
    store = open_sqlite(stores / "tracecraft" / "runs.db")
    span = store.load(RUN, []).spans[0]
    store.close()
    assert ("user-00008", "run.input:customer_id") in {(s.id, s.source) for s in span.subjects}


def test_every_run_s_subject_is_found(stores: Path) -> None:
    """Against the planted values: each run names its customer in a field of some step."""
    truth: dict[str, str] = {}
    for line in (stores / "tracecraft" / "runs.truth.jsonl").read_text().splitlines():
        record = json.loads(line)
        truth[record["run_id"]] = record["subject"]
    store = open_sqlite(stores / "tracecraft" / "runs.db")
    for run, subject in truth.items():
        assert subject in {ref.id for span in store.load(run, []).spans for ref in span.subjects}
    store.close()


def test_steps_that_only_one_side_knows_are_flagged_or_placed(writable: Path) -> None:
    with contextlib.closing(sqlite3.connect(writable)) as db:
        (data,) = db.execute("SELECT data FROM traces WHERE id = ?", (RUN,)).fetchone()
        (gone,) = db.execute(
            "SELECT id FROM steps WHERE trace_id = ? AND name = 'unhandled'", (RUN,)
        ).fetchone()
        db.execute("DELETE FROM steps WHERE id = ?", (gone,))
        db.execute(
            "INSERT INTO steps (id, trace_id, type, name, start_time) VALUES ('new', ?, 'tool', 'late', ?)",
            (RUN, "2025-10-23T00:00:30+00:00"),
        )
        db.commit()
    store = open_sqlite(writable)
    spans = {span.span_id: span for span in store.load(RUN, []).spans}
    store.close()
    assert spans["new"].flags == ("not in the run's data",)
    assert spans["new"].status is Status.IN_PROGRESS
    place = spans[gone].place
    assert isinstance(place, RowPlace)
    assert (place.table, place.path[0]) == ("traces", "data")
    found: object = {"data": json.loads(data)}
    for step in place.path:
        found = found[step]  # type: ignore[index]
    assert isinstance(found, dict)
    assert found["id"] == gone


def test_orphaned_steps_and_broken_json(writable: Path) -> None:
    with contextlib.closing(sqlite3.connect(writable)) as db:
        other = db.execute("SELECT id FROM traces WHERE id != ? LIMIT 1", (RUN,)).fetchone()[0]
        db.execute("DELETE FROM traces WHERE id = ?", (RUN,))
        db.execute("UPDATE traces SET data = '{\"steps\": [' WHERE id = ?", (other,))
        db.commit()
    store = open_sqlite(writable)
    batches = list(store.scan())
    assert sum(len(batch.spans) for batch in batches) == 723
    assert len([s for batch in batches for s in batch.spans if s.trace_id == RUN]) == 17
    assert len(store.load(RUN, []).spans) == 17
    assert all("bad JSON" in span.flags for span in store.load(other, []).spans)
    store.close()


@pytest.mark.parametrize(("version", "known"), [(8, True), (5, True), (9, False)])
def test_schema_versions(writable: Path, version: int, known: bool) -> None:
    with contextlib.closing(sqlite3.connect(writable)) as db:
        db.execute("UPDATE schema_version SET version = ?", (version,))
        db.commit()
    info = open_sqlite(writable).info
    assert (info.schema, info.writable, bool(info.banner)) == (f"version {version}", known, not known)
