"""What a session leaves in the audit log, and what the header says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.audit.log import AuditLog
from inspector.audit.reading import counts, oldest_first, subjects, text
from inspector.audit.record import Actor, Entry
from inspector.errors import AuditError
from inspector.session.trail import Trail, fingerprint


@pytest.fixture
def trail(tmp_path: Path) -> Trail:
    return Trail(AuditLog(tmp_path / "audit", Actor("viewer"), b"k" * 32), lambda: "unsigned: no-bus")


def test_a_view_names_trace_and_persons_by_marks_alone(trail: Trail, tmp_path: Path) -> None:
    store = tmp_path / "store.jsonl"
    store.write_text("{}\n")
    trail.viewed(store, "trace-canary", {f"person-{n}" for n in range(150)})
    trail.close()
    record = next(oldest_first(trail.log.folder))
    assert text(record, "resource", "id_hmac") == trail.log.mark("trace-canary")
    assert (counts(record)["persons"], len(subjects(record))) == (150, 100)
    assert trail.log.mark("person-7") in {trail.log.mark(f"person-{n}") for n in range(150)}
    written = b"".join(p.read_bytes() for p in trail.log.folder.iterdir())
    for word in (b"canary", b"person-", b"store.jsonl"):
        assert word not in written


def test_the_audit_of_a_trace_is_its_own(trail: Trail, tmp_path: Path) -> None:
    trail.viewed(tmp_path / "s", "one", ())
    trail.viewed(tmp_path / "s", "two", ())
    trail.searched("one", {"hits": 1})
    assert [r.action for r in trail.of("one")] == ["trace.view"]
    assert trail.of("three") == []


def test_the_header_counts_and_tells_when_nothing_is_written(trail: Trail, tmp_path: Path) -> None:
    assert trail.badge() == ("ok · unsigned: no-bus", True)
    trail.opened([tmp_path / "s"])
    trail.batch.flush()
    assert trail.badge() == ("ok #0 · unsigned: no-bus", True)
    trail.log.refused = AuditError("the disk is full", "Free some.")
    trail.opened([tmp_path / "s"])
    trail.close()
    assert trail.badge() == ("not written", False)
    assert trail.problem is not None


def test_closing_signs_once(trail: Trail, tmp_path: Path) -> None:
    trail.opened([tmp_path / "s"])
    trail.close()
    notes = (trail.log.folder / "checkpoints.jsonl").read_bytes()
    trail.close()
    assert (trail.log.folder / "checkpoints.jsonl").read_bytes() == notes


def test_a_fingerprint_stays_while_a_store_grows(stores: Path, tmp_path: Path) -> None:
    import shutil
    import sqlite3

    path = tmp_path / "t.db"
    shutil.copyfile(next(stores.rglob("*.db")), path)
    before = fingerprint(path)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = user_version")
        table = db.execute("SELECT name FROM sqlite_master WHERE type='table' LIMIT 1").fetchone()[0]
        db.execute(f'DELETE FROM "{table}" WHERE rowid < 0')
    assert fingerprint(path) == before
    lines = tmp_path / "t.jsonl"
    lines.write_bytes(b"x" * 5000)
    before = fingerprint(lines)
    lines.write_bytes(b"x" * 9000)
    assert fingerprint(lines) == before
    assert fingerprint(tmp_path / "absent") == ""


def test_a_reason_of_the_log_reaches_the_screen_clean(trail: Trail) -> None:
    trail.log.event(Entry("trace.view", reason="a\x1b[31mb"))
    from inspector.audit.reading import newest_first
    from inspector.session.trail import shown

    assert "\x1b" not in shown(next(newest_first(trail.log.folder))).reason
