"""Writing the log: order, intents, torn tails, refusal when it can't be made durable."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from inspector.audit.actions import ACTIONS
from inspector.audit.log import AuditLog
from inspector.audit.record import Entry, Outcome, Surroundings
from inspector.audit.segments import segments
from inspector.audit.verify import verify
from inspector.errors import AuditError
from inspector.intent import Intent

from .conftest import NOBODY, TRUST, fill, make_log


def records(folder: Path) -> list[dict[str, object]]:
    lines = b"".join(p.read_bytes() for p in segments(folder)).splitlines()
    return [orjson.loads(line) for line in lines if line.endswith(b"}")]


def test_records_are_numbered_and_chained(log: AuditLog) -> None:
    fill(log, 25)
    assert [r["seq"] for r in records(log.folder)] == list(range(25))
    report = verify(log.folder, TRUST)
    assert (report.bad, report.records, report.signed, report.checkpoints) == (None, 25, True, 2)


def test_files_are_private(log: AuditLog) -> None:
    fill(log, 12)
    assert log.folder.stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in log.folder.iterdir()} == {0o600}


def test_an_act_is_announced_before_and_closed_after(log: AuditLog) -> None:
    with log.act(Entry("erasure.executed", counts={"planned": 3})) as intent:
        assert [r["phase"] for r in records(log.folder)] == ["intent"]
        intent.counts["deleted"] = 3
    first, second = records(log.folder)
    assert first["op_id"] == second["op_id"] == intent.op_id
    assert (second["phase"], second["outcome"], second["counts"]) == (
        "outcome",
        "success",
        {"planned": 3, "deleted": 3},
    )
    assert verify(log.folder, TRUST).open_intents == []


def test_an_act_that_fails_says_so_without_the_message(log: AuditLog) -> None:
    with pytest.raises(ValueError, match="secret"), log.act(Entry("pii.reveal")):
        raise ValueError("secret value zofia")
    outcome = records(log.folder)[-1]
    assert (outcome["outcome"], outcome["error"]) == ("failure", "ValueError")
    assert b"zofia" not in b"".join(p.read_bytes() for p in log.folder.iterdir())


def test_a_killed_act_leaves_an_open_intent(tmp_path: Path) -> None:
    program = f"""
import os, signal
from tests.audit.conftest import make_log
from inspector.audit.record import Entry
from pathlib import Path
log = make_log(Path({str(tmp_path)!r}))
with log.act(Entry("erasure.executed")):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == -signal.SIGKILL
    report = verify(tmp_path, TRUST)
    assert len(report.open_intents) == 1


def test_guarded_actions_need_an_intent(log: AuditLog) -> None:
    for action in ACTIONS.values():
        if action.guarded:
            with pytest.raises(ValueError, match="needs an intent"):
                log.event(Entry(action.name))
            log.event(Entry(action.name, outcome=Outcome.DENIED))
    with pytest.raises(TypeError):
        Intent(object(), "op", 1)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_tail_is_sealed_and_named(log: AuditLog, cut: int) -> None:
    fill(log, 3)
    path = segments(log.folder)[0]
    data = path.read_bytes()
    path.write_bytes(data[:-cut])
    fill(log, 2)
    report = verify(log.folder, NOBODY)
    assert report.bad is None
    assert report.records == 4
    assert len(report.sealed) == 1


def test_two_crashes_in_a_row_are_both_sealed(log: AuditLog) -> None:
    fill(log, 2)
    path = segments(log.folder)[0]
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    log.event(Entry("trace.view"))
    again = path.read_bytes()
    for end in range(len(whole) - 30 + 1, len(again)):
        path.write_bytes(again[:end])
        log.event(Entry("trace.view"))
        report = verify(log.folder, NOBODY)
        assert report.bad is None, end
        assert report.records == 2


def test_a_foreign_last_line_stops_the_log(log: AuditLog) -> None:
    fill(log, 2)
    with segments(log.folder)[0].open("ab") as file:
        file.write(b"garbage\n")
    with pytest.raises(AuditError, match="no audit record"):
        fill(log, 1)


def test_a_new_month_is_a_new_segment_in_the_same_chain(log: AuditLog) -> None:
    for month in (1, 2, 2, 1, 3):
        log.now = lambda month=month: datetime(2026, month, 5, tzinfo=UTC)
        log.event(Entry("trace.view"))
    names = [p.name for p in segments(log.folder)]
    assert names == ["audit-2026-01.jsonl", "audit-2026-02.jsonl", "audit-2026-03.jsonl"]
    assert [p.read_bytes().count(b"\n") for p in segments(log.folder)] == [1, 3, 1]
    assert verify(log.folder, TRUST).bad is not None  # nothing signed yet
    log.checkpoint()
    assert verify(log.folder, TRUST).ok


def test_incremental_reads_only_what_is_new(log: AuditLog) -> None:
    fill(log, 40)
    log.checkpoint()
    fill(log, 3)
    report = verify(log.folder, TRUST, incremental=True)
    assert (report.ok, report.records, report.size) == (True, 3, 43)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_nothing_happens_if_the_intent_cannot_be_written(
    log: AuditLog, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    fill(log, 1)

    def refuse(fd: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("inspector.audit.segments.sync", refuse)
    happened = []
    for action in ACTIONS.values():
        if action.guarded:
            with pytest.raises(AuditError) as caught, log.act(Entry(action.name)):
                happened.append(action.name)
            assert caught.value.fix
    assert happened == []


def test_several_writers_with_kills_lose_nothing(tmp_path: Path) -> None:
    program = f"""
import sys
from tests.audit.conftest import make_log
from inspector.audit.record import Entry
from pathlib import Path
log = make_log(Path({str(tmp_path)!r}))
while True:
    print(log.event(Entry("trace.view")), flush=True)
"""
    synced: set[int] = set()
    started = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) for _ in range(8)]
    for number, process in enumerate(started):
        # Each is killed in the middle of writing, after a few more records than the one before.
        assert process.stdout is not None
        synced.update(int(process.stdout.readline()) for _ in range(10 + number))
        process.kill()
        synced.update(int(line) for line in process.communicate()[0].split() if line)
    report = verify(tmp_path, TRUST)
    assert report.bad is None
    assert synced <= set(range(report.size))
    assert len(synced) >= sum(range(10, 18))


def test_marks_are_keyed_and_normalised(log: AuditLog, tmp_path: Path) -> None:
    other = AuditLog(tmp_path, log.actor, b"x" * 32)
    assert log.mark("Zofia@Example.org ") == log.mark("zofia@example.org")
    assert log.mark("a") != log.mark("b")
    assert log.mark("a") != other.mark("a")
    assert len(log.mark("a")) == 64


def test_an_unsigned_log_is_honest(tmp_path: Path) -> None:
    log = make_log(tmp_path, signer=None)
    fill(log, 12)
    report = verify(tmp_path, NOBODY)
    assert (report.ok, report.signed, report.checkpoints) == (True, False, 1)


def test_who_it_was_is_not_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Surroundings.current().user
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert Surroundings.current().user == before != "somebody-else"


def test_every_reason_is_written_as_the_log_says(tmp_path: Path) -> None:
    log = make_log(tmp_path / "audit")
    log.written = lambda typed: typed.replace("anna", "[X]")
    with log.act(Entry("pii.reveal", reason="anna asked")):
        pass
    log.event(Entry("store.open", reason="for anna"))
    assert {r["reason"] for r in records(tmp_path / "audit")} == {"[X] asked", "for [X]"}
