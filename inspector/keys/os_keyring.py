"""Role and signing keys in the OS keyring, each call in a killable process with a deadline."""

from __future__ import annotations

import base64
import binascii
import json
import os
import subprocess
import sys
from dataclasses import dataclass

from inspector.keys.agent import has_bus
from inspector.keys.states import KeyringError, KeyState

DEADLINE = 5.0
"""Seconds. A healthy get takes 15 to 37 ms; what takes longer waits for a prompt that may never come."""
LARGEST = 1024
"""Bytes. Windows takes 2,560 in UTF-16; base64 of this stays below."""
USER = "inspector"

PLAINTEXT_MARKS = ("keyrings.alt", "PlaintextKeyring", "null", "cryptfile", "chainer", "fail")


@dataclass(frozen=True, slots=True)
class OsKeyring:
    """`backend` (`module:Class`) overrides the allow-list: config named it, and the user was warned."""

    backend: str = ""
    deadline: float = DEADLINE

    @property
    def warning(self) -> str:
        """One sentence where the named backend is known not to protect keys, or empty."""
        if any(mark in self.backend for mark in PLAINTEXT_MARKS):
            return f"The keyring backend {self.backend} keeps keys where other programs can read them."
        return ""

    def state(self) -> KeyState:
        """Whether keys can be had at all; never prompts longer than the deadline."""
        found = KeyState(self._call("get", "probe")["state"])
        return KeyState.READY if found is KeyState.MISSING else found

    def get(self, name: str) -> bytes | None:
        """The key, or none where it is missing. Raises KeyringError in the other states."""
        answer = self._call("get", name)
        state = KeyState(answer["state"])
        if state is KeyState.MISSING:
            return None
        if state is not KeyState.READY:
            raise KeyringError(state)
        try:
            return base64.b64decode(answer["value"], validate=True)
        except (binascii.Error, ValueError):
            raise KeyringError(
                KeyState.REFUSED_BACKEND, f"the keyring's item for {name} is no key of ours"
            ) from None

    def set(self, name: str, key: bytes) -> None:
        """Store and read back. Raises KeyringError if what comes back differs."""
        if len(key) > LARGEST:
            raise ValueError("a key is at most 1 KiB")
        state = KeyState(self._call("set", name, base64.b64encode(key).decode())["state"])
        if state is not KeyState.READY:
            raise KeyringError(state)

    def delete(self, name: str) -> None:
        state = KeyState(self._call("delete", name)["state"])
        if state not in (KeyState.READY, KeyState.MISSING):
            raise KeyringError(state)

    def _call(self, op: str, name: str, value: str = "") -> dict[str, str]:
        if not self.backend and not os.environ.get("DISPLAY") and not has_bus():
            # Each run ends with a signature: without a bus it needn't start a process to learn that. With a
            # display, libdbus may start a bus by itself.
            return {"state": KeyState.NO_BUS}
        request = {
            "op": op,
            "service": f"trace-inspector/{name}",
            "user": USER,
            "value": value,
            "backend": self.backend,
        }
        argv = [sys.executable, "-I", "-m", "inspector.keys.agent"]
        try:
            done = subprocess.run(
                argv,
                input=json.dumps(request),
                capture_output=True,
                text=True,
                timeout=self.deadline,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"state": KeyState.LOCKED}
        try:
            answer: dict[str, str] = json.loads(done.stdout)
        except ValueError:
            return {"state": KeyState.NO_BACKEND}
        return answer
