"""Records of reading: batched, in order, and no reason to stop reading when they can't be written."""

from __future__ import annotations

import threading

import pytest

from inspector.audit import batch as batch_module
from inspector.audit.batch import Batch
from inspector.audit.log import AuditLog
from inspector.audit.reading import counts, oldest_first
from inspector.audit.record import Entry
from inspector.errors import AuditError


def view(number: int) -> Entry:
    return Entry("trace.view", counts={"n": number})


def test_a_batch_is_one_sync_in_order(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs: list[int] = []
    monkeypatch.setattr("inspector.audit.segments.sync", syncs.append)
    batch = Batch(log, delay=60)
    for number in range(9):
        batch.add(view(number))
    assert list(oldest_first(log.folder)) == []
    batch.flush()
    assert [counts(r)["n"] for r in oldest_first(log.folder)] == list(range(9))
    assert len(syncs) == 1


def test_it_writes_by_itself(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    written = threading.Event()
    real = AuditLog.events
    monkeypatch.setattr(AuditLog, "events", lambda self, e: (real(self, e), written.set())[0])
    batch = Batch(log, delay=0.01)
    batch.add(view(1))
    assert written.wait(30)
    assert len(list(oldest_first(log.folder))) == 1


def test_what_cannot_be_written_waits_and_the_reader_goes_on(
    log: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = Batch(log, delay=60)

    def refuse(fd: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("inspector.audit.segments.sync", refuse)
        patch.setattr(batch_module, "_MOST", 2)
        for number in range(3):
            batch.add(view(number))
        batch.flush()
        assert isinstance(batch.problem, AuditError)
        assert batch.problem.fix
        assert batch.lost == 1
    batch.flush()
    assert batch.problem is None
    assert [counts(r)["n"] for r in oldest_first(log.folder)][-2:] == [0, 1]


def test_many_threads_lose_nothing(log: AuditLog) -> None:
    batch = Batch(log, delay=0.001)

    def work(first: int) -> None:
        for number in range(50):
            batch.add(view(first + number))

    threads = [threading.Thread(target=work, args=(i * 50,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    batch.flush()
    assert sorted(counts(r)["n"] for r in oldest_first(log.folder)) == list(range(200))
