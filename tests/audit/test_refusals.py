"""A log that can't be made durable stops every guarded action. Real disks that fail are in tests/peers."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.audit import segments as segments_module
from inspector.audit.actions import ACTIONS
from inspector.audit.log import AuditLog
from inspector.audit.reading import oldest_first
from inspector.audit.record import Entry
from inspector.audit.verify import verify
from inspector.errors import AuditError

from .conftest import NOBODY, fill, make_log

GUARDED = [action.name for action in ACTIONS.values() if action.guarded]
CODES = [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES]
CALLS = ["os.write", "inspector.audit.segments.sync", "inspector.audit.segments.open_private"]


def attempt(log: AuditLog, action: str) -> list[str]:
    happened: list[str] = []
    with pytest.raises(AuditError) as caught, log.act(Entry(action)):
        happened.append(action)
    assert caught.value.exit_code == 7
    assert caught.value.fix
    return happened


@pytest.mark.parametrize("code", CODES, ids=errno.errorcode.get)
@pytest.mark.parametrize("call", CALLS)
def test_nothing_happens_whatever_fails(
    call: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = make_log(tmp_path / "audit")
    fill(log, 1)
    before = verify(log.folder, NOBODY).records

    def refuse(*args: object, **kwargs: object) -> int:
        raise OSError(code, os.strerror(code))

    for action in GUARDED:
        with monkeypatch.context() as patch:
            patch.setattr(call, refuse)
            happened = attempt(log, action)
        assert happened == [], action
    # The log goes on where it stopped, once the disk does. What a failed sync left behind is announced only.
    fill(log, 1)
    report = verify(log.folder, NOBODY)
    assert report.bad is None
    assert report.records >= before + 1
    assert not any(r.get("phase") == "outcome" for r in oldest_first(log.folder))


def test_a_half_written_intent_is_no_intent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk takes a part of the line."""
    log = make_log(tmp_path / "audit")
    fill(log, 1)
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, data[:100]))
    for action in GUARDED:
        assert attempt(log, action) == []
    monkeypatch.undo()
    fill(log, 1)
    report = verify(log.folder, NOBODY)
    assert (report.bad, report.records, report.open_intents) == (None, 2, [])
    assert len(report.sealed) >= 1


FULL = """
import resource, signal, sys
from pathlib import Path
from inspector.audit.record import Entry
from inspector.errors import AuditError
from tests.audit.conftest import make_log

log, limit = make_log(Path(sys.argv[1])), int(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    with log.act(Entry("erasure.executed")):
        print("happened", flush=True)
except AuditError as error:
    print(error.exit_code)
"""


@pytest.mark.parametrize("room", [0, 1, 60, 300, 500])
def test_a_file_that_may_not_grow(room: int, tmp_path: Path) -> None:
    """The system takes a part of the line and refuses the rest, as a full disk does: nothing is mocked."""
    log = make_log(tmp_path / "audit")
    fill(log, 1)
    size = segments_module.segments(log.folder)[0].stat().st_size
    argv = [sys.executable, "-c", FULL, str(log.folder), str(size + room)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["7"], done.stderr
    fill(log, 1)
    report = verify(log.folder, NOBODY)
    assert (report.bad, report.records, report.open_intents) == (None, 2, [])
    assert len(report.sealed) == (room > 0)


def test_a_lock_that_is_held_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments_module, "LOCK_PATIENCE", 0.05)
    log = make_log(tmp_path / "audit")
    fill(log, 1)
    with segments_module.locked(log.folder):
        for action in GUARDED:
            assert attempt(log, action) == []
