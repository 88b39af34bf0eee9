"""Pruning: whole months go, the rest still proves itself, and nobody else can remove a beginning."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from inspector.audit import prune, pruned
from inspector.audit.checkpoints import FRONTIER
from inspector.audit.log import AuditLog
from inspector.audit.record import Entry
from inspector.audit.segments import segments
from inspector.audit.verify import Tamper, verify
from inspector.errors import AuditError

from .conftest import TRUST, make_log


def at(month: int, day: int = 5) -> datetime:
    return datetime(2026, month, day, tzinfo=UTC)


@pytest.fixture
def months(tmp_path: Path) -> AuditLog:
    """Five months of seven records each, checkpoints every ten."""
    log = make_log(tmp_path / "audit")
    for month in range(1, 6):
        log.now = lambda month=month: at(month)
        for _ in range(7):
            log.event(Entry("trace.view"))
    log.checkpoint()
    return log


def pruned_before(log: AuditLog, month: int) -> None:
    plan = prune.plan(log.folder, at(month))
    assert plan is not None
    prune.prune(log, plan)


def test_whole_months_go_and_the_rest_verifies(months: AuditLog) -> None:
    head = months.checkpoint()
    pruned_before(months, 3)
    assert [p.name for p in segments(months.folder)] == [f"audit-2026-{m:02d}.jsonl" for m in (3, 4, 5)]
    report = verify(months.folder, TRUST, anchored=[head])
    assert (report.bad, report.pruned, report.records, report.size) == (None, 14, 23, 37)
    assert report.anchored == 1


def test_a_log_goes_on_and_can_be_pruned_again(months: AuditLog) -> None:
    pruned_before(months, 3)
    (months.folder / FRONTIER).unlink()
    for _ in range(9):
        months.event(Entry("trace.view"))
    pruned_before(months, 5)
    months.checkpoint()
    report = verify(months.folder, TRUST)
    assert (report.bad, report.pruned) == (None, 28)
    assert verify(months.folder, TRUST, incremental=True).ok


def test_nothing_old_is_nothing_to_do(months: AuditLog) -> None:
    assert prune.plan(months.folder, at(1)) is None
    pruned_before(months, 12)
    assert len(segments(months.folder)) == 1, "the newest segment stays"
    assert verify(months.folder, TRUST).ok


def test_an_interrupted_prune_verifies(months: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after one of three files: the log says what was about to happen, and the rest holds."""
    plan = prune.plan(months.folder, at(4))
    assert plan is not None
    removed: list[Path] = []

    def once(path: Path, missing_ok: bool = False) -> None:
        if removed:
            raise KeyboardInterrupt
        removed.append(path)
        path.rename(path.with_name("gone"))

    monkeypatch.setattr(Path, "unlink", once)
    with pytest.raises(KeyboardInterrupt):
        prune.prune(months, plan)
    monkeypatch.undo()
    report = verify(months.folder, TRUST)
    assert (report.bad, report.pruned) == (None, 21)
    pruned_before(months, 4)
    assert verify(months.folder, TRUST).ok


def test_an_open_operation_is_not_pruned_away(tmp_path: Path) -> None:
    log = make_log(tmp_path)
    log.now = lambda: at(1)
    act = log.act(Entry("erasure.executed"))
    act.__enter__()
    log.now = lambda: at(4)
    log.event(Entry("trace.view"))
    with pytest.raises(AuditError, match="no outcome"):
        prune.plan(tmp_path, at(3))


def forged_base(folder: Path) -> pruned.Base:
    plan = prune.plan(folder, at(3))
    assert plan is not None
    return plan.base


def test_a_beginning_that_somebody_else_removed_is_missed(months: AuditLog) -> None:
    base = forged_base(months.folder)
    for path in segments(months.folder)[:2]:
        path.unlink()
    assert verify(months.folder, TRUST).bad is not None
    pruned.write_base(months.folder, base)
    report = verify(months.folder, TRUST)
    assert report.bad is not None
    assert report.bad.kind is Tamper.GAP


def test_more_than_the_record_says_is_missed(months: AuditLog) -> None:
    pruned_before(months, 2)
    plan = prune.plan(months.folder, at(4))
    assert plan is not None
    for path in plan.segments:
        path.unlink()
    pruned.write_base(months.folder, plan.base)
    report = verify(months.folder, TRUST)
    assert report.bad is not None
    assert report.bad.kind is Tamper.GAP


@pytest.mark.parametrize("key", ["size", "root", "hashes", "prev", "segment"])
def test_a_changed_base_is_found(months: AuditLog, key: str) -> None:
    pruned_before(months, 3)
    path = months.folder / pruned.FILE
    state = orjson.loads(path.read_bytes())
    changed = {
        "size": state["size"] - 1,
        "root": "00" * 32,
        "hashes": [h[::-1] for h in state["hashes"]],
        "prev": "00" * 32,
        "segment": "audit-2026-04.jsonl",
    }
    path.write_bytes(orjson.dumps({**state, key: changed[key]}))
    assert not verify(months.folder, TRUST).ok


def test_a_lost_base_is_found(months: AuditLog) -> None:
    pruned_before(months, 3)
    (months.folder / pruned.FILE).unlink()
    report = verify(months.folder, TRUST)
    assert report.bad is not None
    assert report.bad.kind is Tamper.GAP


def test_since_a_note_checks_the_root_and_reads_the_rest(months: AuditLog) -> None:
    note = months.checkpoint()
    months.event(Entry("trace.view"))
    report = verify(months.folder, TRUST, since=note)
    assert (report.bad, report.records, report.size) == (None, 1, 36)
    first = segments(months.folder)[0]
    first.write_bytes(first.read_bytes().replace(b"viewer", b"nobody", 1))
    report = verify(months.folder, TRUST, since=note)
    assert report.bad is not None
    assert report.bad.kind is Tamper.REWRITTEN
