"""The OS keyring in the states that users meet, short of a real one (tests/peers has that)."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from inspector.keys.agent import ALLOWED
from inspector.keys.os_keyring import OsKeyring
from inspector.keys.states import FIX, KeyringError, KeyState


def test_without_a_bus_the_state_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    assert OsKeyring().state() is KeyState.NO_BUS


@pytest.mark.parametrize("backend", ["keyring.backends.null:Keyring", "keyring.backends.fail:Keyring"])
def test_a_backend_that_keeps_nothing_is_refused_when_written_to(backend: str) -> None:
    ring = OsKeyring(backend=backend)
    assert ring.warning
    with pytest.raises(KeyringError) as caught:
        ring.set("audit", b"k" * 32)
    assert caught.value.state in (KeyState.REFUSED_BACKEND, KeyState.NO_BACKEND, KeyState.LOCKED)


def test_files_and_chainers_are_not_on_the_allow_list() -> None:
    assert not [
        name for name in ALLOWED if any(w in name for w in ("alt", "chainer", "null", "fail", "file"))
    ]


def test_a_keyring_that_never_answers_costs_the_deadline_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(slow))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    began = time.monotonic()
    assert OsKeyring(deadline=0.3).state() is KeyState.LOCKED
    assert time.monotonic() - began < 10


def test_every_state_has_a_fix() -> None:
    assert all(FIX[state] for state in KeyState if state is not KeyState.READY)


def test_a_secret_is_never_in_argv_or_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[object, object]] = []
    real = subprocess.run

    def spy(argv: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        seen.append((argv, options.get("env")))
        return real(argv, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(subprocess, "run", spy)
    with pytest.raises(KeyringError):
        OsKeyring(backend="keyring.backends.null:Keyring").set("audit", b"CANARY" * 5)
    assert seen
    assert all("Q0FOQVJZ" not in repr(call) and "CANARY" not in repr(call) for call in seen)
