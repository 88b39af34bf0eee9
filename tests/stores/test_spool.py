"""Standard input as a store."""

from __future__ import annotations

import errno
import io
import os
import stat
import subprocess
import sys

import pytest

from inspector.errors import StoreError, UsageError
from inspector.paths import cache_folder
from inspector.stores import open_store
from inspector.stores.spool import spool, spooled


class Stream(io.BytesIO):
    def __init__(self, data=b"", terminal=False):
        super().__init__(data)
        self.buffer = self
        self._terminal = terminal

    def isatty(self):
        return self._terminal


def test_it_is_private_and_named_as_the_user_named_it(stores, monkeypatch):
    data = (stores / "hostile" / "crlf.jsonl").read_bytes()
    monkeypatch.setattr(sys, "stdin", Stream(data))
    store = open_store("-")
    assert str(store.info.path) == "-"
    assert not store.info.writable
    assert sum(len(b.spans) for b in store.scan()) == 320
    (kept,) = (cache_folder() / "spool").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert kept.read_bytes() == data


def test_it_is_gone_when_the_program_ends(stores):
    code = "from inspector.stores import open_store; s = open_store('-'); print(s.info.format.id)"
    with (stores / "hostile" / "orphans.jsonl").open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-c", code], stdin=file, capture_output=True, text=True, check=True
        )
    assert done.stdout == "otlp\n"
    assert list((cache_folder() / "spool").iterdir()) == []


def test_what_a_killed_run_left_is_removed(monkeypatch):
    folder = cache_folder() / "spool"
    folder.mkdir(parents=True)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    old = folder / f"stdin-{gone.pid}-abc"
    other = folder / f"stdin-{os.getppid()}-abc"
    old.write_bytes(b"x")
    other.write_bytes(b"x")
    spool(Stream(b"y"))
    assert not old.exists()
    assert other.exists()


def test_a_terminal_is_not_waited_for():
    with pytest.raises(UsageError, match="terminal"):
        spool(Stream(terminal=True))


def test_a_full_disk_is_said(monkeypatch):
    class Fails(Stream):
        def read(self, size=-1):
            raise OSError(28, "No space left on device")

    with pytest.raises(StoreError, match="No space"):
        spool(Fails(b"x"))


def test_what_a_full_disk_cuts_off_is_not_left():
    def write(file):
        file.write(b"half of it")
        raise OSError(errno.ENOSPC, "full")

    with pytest.raises(StoreError, match="No space"):
        spooled(write, "It")
    assert not list((cache_folder() / "spool").iterdir())
