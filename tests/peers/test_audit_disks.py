"""The audit log on real disks that fail, under kills between any two calls, and with a real authority."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.audit.actions import ACTIONS
from inspector.audit.anchors.rfc3161 import FILE, TimestampAnchor
from inspector.audit.log import AuditLog
from inspector.audit.record import Actor, Entry
from inspector.audit.verify import Trust, verify
from inspector.errors import AuditError
from inspector.keys.signer import signature_holds
from tests.audit.anchors.test_rfc3161 import authority
from tests.sweep import audit as sweep

GUARDED = [action.name for action in ACTIONS.values() if action.guarded]
NOBODY = Trust((), signature_holds)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 128 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def make(folder: Path) -> AuditLog:
    return AuditLog(folder, Actor("admin"), b"k" * 32)


def refused(log: AuditLog) -> list[str]:
    happened = []
    for action in GUARDED:
        with pytest.raises(AuditError) as caught, log.act(Entry(action)):
            happened.append(action)
        assert caught.value.fix
    return happened


def test_a_full_disk(disk: Path) -> None:
    log = make(disk / "audit")
    log.event(Entry("trace.view"))
    ballast = disk / "ballast"
    with pytest.raises(OSError, match="No space"), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(256))
    # tmpfs gives out whole pages: fill the log's last one too.
    with pytest.raises(AuditError):
        while True:
            log.event(Entry("trace.view"))
    assert refused(log) == []
    assert verify(log.folder, NOBODY).bad is None
    ballast.unlink()
    with log.act(Entry("pii.reveal")):
        pass
    report = verify(log.folder, NOBODY)
    assert (report.bad, report.open_intents) == (None, [])


def test_a_read_only_disk(disk: Path) -> None:
    log = make(disk / "audit")
    log.event(Entry("trace.view"))
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    assert refused(log) == []
    assert verify(log.folder, NOBODY).records == 1
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    with log.act(Entry("pii.reveal")):
        pass
    assert verify(log.folder, NOBODY).bad is None


def test_a_short_sweep_of_kills_and_failing_calls() -> None:
    tally = sweep.run(9, ("ENOSPC", "EIO"))
    assert tally is not None
    assert tally.points >= 50


CONFIG = """
[tsa]
default_tsa = tsa1
[tsa1]
serial = {place}/serial
signer_digest = sha256
digests = sha256
default_policy = 1.2.3.4.1
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def openssl(place: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    done = subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, cwd=place, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_time_stamp_by_openssl_that_openssl_verifies(tmp_path: Path) -> None:
    (tmp_path / "tsa.cnf").write_text(CONFIG.format(place=tmp_path))
    (tmp_path / "serial").write_text("01\n")
    openssl(
        tmp_path, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.crt",
        "-subj", "/CN=Test TSA", "-days", "2", "-addext", "extendedKeyUsage=critical,timeStamping",
    )  # fmt: skip

    def answer(body: bytes) -> bytes:
        (tmp_path / "query.tsq").write_bytes(body)
        openssl(
            tmp_path, "ts", "-reply", "-queryfile", "query.tsq", "-inkey", "tsa.key", "-signer", "tsa.crt",
            "-config", "tsa.cnf", "-section", "tsa1", "-out", "answer.tsr",
        )  # fmt: skip
        return (tmp_path / "answer.tsr").read_bytes()

    log = make(tmp_path / "audit")
    log.event(Entry("trace.view"))
    with authority(answer) as url:
        anchor = TimestampAnchor(url, log.folder)
        log.anchors = (anchor.keep,)
        note = log.checkpoint()
    assert log.anchor_problem == ""
    assert anchor.heads() == [note]
    assert verify(log.folder, NOBODY, anchored=anchor.heads()).anchored == 1
    # As the manual shows it.
    kept = json.loads((log.folder / FILE).read_text())
    (tmp_path / "token").write_bytes(bytes.fromhex(kept["token"]))
    (tmp_path / "note").write_text(kept["note"])
    said = openssl(
        tmp_path, "ts", "-verify", "-data", "note", "-in", "token", "-token_in", "-CAfile", "tsa.crt"
    )  # fmt: skip
    assert b"Verification: OK" in said


def test_a_log_signed_by_a_real_keyring(tmp_path: Path) -> None:
    """gnome-keyring holds the key and the head; without it the same log is honest, not forged."""
    store = Path(__file__).parents[2] / "sample_traces" / "zipkin.jsonl"
    script = f"""
printf '%s' pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null
"$0" -m inspector ls {store} >/dev/null
"$0" -m inspector audit export --role admin >/dev/null
"$0" -m inspector audit verify --role admin --json
"""
    root = Path(__file__).parents[2]
    environ = {
        "HOME": str(tmp_path),
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(root),
        "INSPECTOR_STATE_DIR": str(tmp_path / "state"),
    }
    done = subprocess.run(
        ["dbus-run-session", "--", "bash", "-c", script, sys.executable],
        capture_output=True, text=True, env=environ, cwd=root, timeout=120, check=False,
    )  # fmt: skip
    shape = json.loads(done.stdout)
    assert (shape["ok"], shape["signed"], shape["key"], shape["anchors"]) == (True, True, "keyring", 1), done
    away = subprocess.run(
        [sys.executable, "-m", "inspector", "audit", "verify", "--role", "admin", "--json"],
        capture_output=True, text=True, env=environ, cwd=root, check=False,
    )  # fmt: skip
    shape = json.loads(away.stdout)
    assert away.returncode == 0
    assert (shape["ok"], shape["signed"], shape["key"]) == (
        True,
        True,
        "file beside the log (the keyring: no-bus)",
    )
