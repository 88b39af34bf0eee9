"""Keys from elsewhere: a command (secret managers, HSM tools) or a package's entry point."""

from __future__ import annotations

import base64
import binascii
import subprocess
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Protocol, runtime_checkable

from inspector.errors import UsageError
from inspector.keys.os_keyring import DEADLINE
from inspector.keys.states import KeyringError, KeyState

GROUP = "inspector.keys"


@runtime_checkable
class KeyStore(Protocol):
    """Named secrets of at most 1 KiB. `get` gives none for a missing one; all raise KeyringError."""

    def state(self) -> KeyState: ...
    def get(self, name: str) -> bytes | None: ...
    def set(self, name: str, key: bytes) -> None: ...
    def delete(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class CommandStore:
    """`argv + [op, name]`, without a shell: `get` prints base64, `set` reads it, exit 3 means missing."""

    argv: tuple[str, ...]
    deadline: float = DEADLINE

    MISSING_EXIT = 3

    def state(self) -> KeyState:
        try:
            self.get("probe")
        except KeyringError as error:
            return error.state
        return KeyState.READY

    def get(self, name: str) -> bytes | None:
        code, out = self._run("get", name)
        if code == self.MISSING_EXIT:
            return None
        try:
            return base64.b64decode(out.strip(), validate=True)
        except (binascii.Error, ValueError):
            raise KeyringError(KeyState.REFUSED_BACKEND, "the key provider's answer is not base64") from None

    def set(self, name: str, key: bytes) -> None:
        self._run("set", name, base64.b64encode(key))
        if self.get(name) != key:
            raise KeyringError(
                KeyState.REFUSED_BACKEND, "the key provider gives back another key than it was given"
            )

    def delete(self, name: str) -> None:
        self._run("delete", name)

    def _run(self, op: str, name: str, stdin: bytes = b"") -> tuple[int, bytes]:
        try:
            done = subprocess.run(
                [*self.argv, op, name], input=stdin, capture_output=True, timeout=self.deadline, check=False
            )
        except subprocess.TimeoutExpired:
            raise KeyringError(KeyState.LOCKED, "the key provider didn't answer in time") from None
        except OSError as error:
            raise KeyringError(
                KeyState.NO_BACKEND, f"the key provider can't be started: {error.strerror}"
            ) from None
        if done.returncode not in (0, self.MISSING_EXIT):
            raise KeyringError(KeyState.LOCKED, f"the key provider failed with exit {done.returncode}")
        return done.returncode, done.stdout


def plugin_store(name: str) -> KeyStore:
    """The store of an installed package, which registers a factory under the group `inspector.keys`."""
    for point in entry_points(group=GROUP, name=name):
        store: object = point.load()()
        if isinstance(store, KeyStore):
            return store
        raise UsageError(
            f"the key plug-in {name} is no key store", "It must have state, get, set and delete."
        )
    raise UsageError(
        f"no installed package offers the key plug-in {name}", "Check [keys] plugin in inspector.toml."
    )
