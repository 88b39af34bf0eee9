"""Each anchor keeps what it was given and gives it back; a place that is away is an error with a fix."""

from __future__ import annotations

import base64
import socket
import struct
import subprocess
from pathlib import Path

import pytest

from inspector.audit.anchors import Strength, read_back, strongest
from inspector.audit.anchors.file import FileAnchor
from inspector.audit.anchors.git import NAME, GitAnchor
from inspector.audit.anchors.keyring import KeyringAnchor
from inspector.audit.anchors.system import JournalAnchor, SyslogAnchor, note_in_line
from inspector.audit.log import AuditLog
from inspector.audit.segments import segments
from inspector.audit.verify import Tamper, verify
from inspector.errors import AuditError
from inspector.keys.states import KeyringError, KeyState

from ..conftest import SIGNER, TRUST, fill, make_log


class Kept:
    """A key store in memory."""

    def __init__(self) -> None:
        self.items: dict[str, bytes] = {}
        self.locked = False

    def state(self) -> KeyState:
        return KeyState.READY

    def get(self, name: str) -> bytes | None:
        if self.locked:
            raise KeyringError(KeyState.LOCKED)
        return self.items.get(name)

    def set(self, name: str, key: bytes) -> None:
        self.items[name] = key

    def delete(self, name: str) -> None:
        self.items.pop(name, None)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder


def test_a_file_elsewhere(tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "heads.jsonl")
    anchor.keep("one\n\n")
    anchor.keep("two\n\n")
    assert anchor.heads() == ["one\n\n", "two\n\n"]
    assert (tmp_path / "heads.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_git_folder(tree: Path) -> None:
    anchor = GitAnchor(tree)
    for note in ("one\n\n", "two\n\n", "two\n\n"):
        anchor.keep(note)
    assert anchor.heads() == ["one\n\n", "two\n\n"]
    assert (tree / NAME).read_text() == "two\n\n"


def test_a_git_folders_own_hooks_are_not_run(tree: Path) -> None:
    hook = tree / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch ran\nexit 1\n")
    hook.chmod(0o755)
    GitAnchor(tree).keep("one\n\n")
    assert not (tree / "ran").exists()


def test_other_changes_in_the_git_folder_are_left_alone(tree: Path) -> None:
    (tree / "mine").write_text("draft")
    subprocess.run(["git", "-C", str(tree), "add", "mine"], check=True)
    GitAnchor(tree).keep("one\n\n")
    shown = subprocess.run(["git", "-C", str(tree), "show", "--name-only", "--format="], capture_output=True)
    assert shown.stdout.decode().split() == [NAME]


def test_the_keyring() -> None:
    store = Kept()
    anchor = KeyringAnchor(store, Path("log"))
    anchor.keep("one\n\n")
    anchor.keep("two\n\n")
    assert anchor.heads() == ["two\n\n"]
    store.locked = True
    assert anchor.heads() == []


def listening(path: Path) -> socket.socket:
    server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    server.bind(str(path))
    server.settimeout(5)
    return server


def test_the_journal_gets_the_note_as_a_field(tmp_path: Path) -> None:
    with listening(tmp_path / "journal") as server:
        JournalAnchor(tmp_path / "journal").keep("one\ntwo\n\n")
        data = server.recv(65536)
    assert b"SYSLOG_IDENTIFIER=inspector-audit\n" in data
    name, _, rest = data.partition(b"INSPECTOR_NOTE\n")
    assert struct.unpack("<Q", rest[:8]) == (9,)
    assert rest[8:] == b"one\ntwo\n\n\n"
    assert name.endswith(b"\n")


def test_syslog_gets_a_line_that_can_be_read_back(tmp_path: Path) -> None:
    with listening(tmp_path / "log") as server:
        SyslogAnchor(tmp_path / "log").keep("one\ntwo\n\n")
        line = server.recv(65536).decode()
    assert line.startswith("<85>inspector-audit: ")
    assert note_in_line(f"Nov 22 host {line.removeprefix('<85>')}\n") == "one\ntwo\n\n"
    assert note_in_line("nothing of ours") == ""
    assert note_in_line("inspector-audit: checkpoint !!") == ""
    assert base64.b64encode(b"one\ntwo\n\n").decode() in line


@pytest.mark.parametrize(
    "anchor",
    [
        FileAnchor(Path("/nonexistent/folder/heads")),
        GitAnchor(Path("/nonexistent/folder")),
        JournalAnchor(Path("/nonexistent/socket")),
        SyslogAnchor(Path("/nonexistent/socket")),
    ],
    ids=lambda a: a.name,
)
def test_a_place_that_is_away_is_said_and_blocks_nothing(
    anchor: FileAnchor | GitAnchor | JournalAnchor | SyslogAnchor, tmp_path: Path
) -> None:
    with pytest.raises(AuditError) as caught:
        anchor.keep("note")
    assert caught.value.fix
    assert anchor.heads() == []
    log = make_log(tmp_path / "audit")
    log.anchors = (anchor.keep,)
    fill(log, 10)
    assert anchor.name in log.anchor_problem or "anchor" in log.anchor_problem
    assert verify(log.folder, TRUST).ok


def test_the_strongest_is_shown() -> None:
    anchors = (KeyringAnchor(Kept(), Path("log")), JournalAnchor(), FileAnchor(Path("x")))
    assert [a.strength for a in anchors] == [Strength.KEYRING, Strength.SYSTEM, Strength.FOLDER]
    found = strongest(anchors)
    assert found is not None
    assert found.name == "journald"
    assert strongest(()) is None


def test_a_log_rewritten_with_the_right_key_is_found_by_what_anchors_kept(tmp_path: Path, tree: Path) -> None:
    """The class that needs a head out of reach, through the real anchors."""
    anchors = (FileAnchor(tmp_path / "heads"), GitAnchor(tree), KeyringAnchor(Kept(), Path("log")))
    log = make_log(tmp_path / "audit")
    log.anchors = tuple(anchor.keep for anchor in anchors)
    fill(log, 20)
    for path in log.folder.iterdir():
        path.unlink()
    forged = AuditLog(log.folder, log.actor, b"k" * 32, lambda: (SIGNER,), every=10)
    fill(forged, 20)
    assert verify(log.folder, TRUST).ok, "without an anchor nobody can tell"
    for anchor in anchors:
        assert not verify(log.folder, TRUST, anchored=read_back([anchor])).ok, anchor.name
    for path in segments(log.folder):
        path.unlink()
    for name in ("checkpoints.jsonl", "frontier.json"):
        (log.folder / name).unlink()
    report = verify(log.folder, TRUST, anchored=read_back(anchors))
    assert report.bad is not None
    assert report.bad.kind is Tamper.ROLLED_BACK
