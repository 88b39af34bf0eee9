"""One call to the OS keyring, in a process of its own: `python -m inspector.keys.agent`.

A keyring call may block for ever (an unlock prompt that nobody sees), so the caller kills this process after
its deadline. Request and answer are one JSON object each on standard input and output: nothing secret is ever
an argument or an environment variable.

Request: {"op": "get" | "set" | "delete", "service", "user", "value", "backend": "module:Class" or ""}
Answer:  {"state": KeyState, "backend": "module:Class" or "", "value" after a get}
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Protocol

from inspector.keys.states import KeyState

ALLOWED = (
    "keyring.backends.SecretService:Keyring",
    "keyring.backends.libsecret:Keyring",
    "keyring.backends.kwallet:DBusKeyring",
    "keyring.backends.macOS:Keyring",
    "keyring.backends.Windows:WinVaultKeyring",
)
"""Backends that encrypt at rest, by exact class; chainers, `fail`, `null` and files are left out."""


class _Backend(Protocol):
    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


def _load(name: str) -> _Backend | None:
    """The backend if it works here. Its `priority` raises RuntimeError where it does not."""
    module, _, class_name = name.partition(":")
    try:
        cls = getattr(importlib.import_module(module), class_name)
        _ = cls.priority
        backend: _Backend = cls()
    except (ImportError, AttributeError, RuntimeError, OSError, NameError):
        return None
    return backend


def _choose(named: str) -> tuple[str, _Backend | None]:
    for name in (named,) if named else ALLOWED:
        backend = _load(name)
        if backend is not None:
            return name, backend
    return "", None


def has_bus() -> bool:
    """Whether a keyring daemon could be reached at all; always so where keyrings need no bus."""
    if sys.platform in ("darwin", "win32") or os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return bool(runtime) and (Path(str(runtime)) / "bus").exists()


def _act(backend: _Backend, request: dict[str, str]) -> dict[str, str]:
    service, user = request["service"], request["user"]
    match request["op"]:
        case "get":
            value = backend.get_password(service, user)
            return {"state": KeyState.MISSING} if value is None else {"state": KeyState.READY, "value": value}
        case "set":
            backend.set_password(service, user, request["value"])
            # `null` and some locked wallets accept a value and keep nothing.
            kept = backend.get_password(service, user) == request["value"]
            return {"state": KeyState.READY if kept else KeyState.REFUSED_BACKEND}
        case "delete":
            backend.delete_password(service, user)
    return {"state": KeyState.READY}


def answer(request: dict[str, str]) -> dict[str, str]:
    """Carry out one request and name the state it met; raises nothing that the keyring can cause."""
    from keyring.errors import InitError, KeyringError, KeyringLocked, PasswordDeleteError

    named = request.get("backend", "")
    name, backend = _choose(named)
    if backend is None:
        if named:
            return {"state": KeyState.REFUSED_BACKEND, "backend": ""}
        return {"state": KeyState.NO_BACKEND if has_bus() else KeyState.NO_BUS, "backend": ""}
    try:
        result = _act(backend, request)
    except KeyringLocked:
        result = {"state": KeyState.LOCKED}
    except InitError:
        result = {"state": KeyState.DISMISSED}
    except PasswordDeleteError:
        result = {"state": KeyState.MISSING}
    except (KeyringError, RuntimeError, OSError):
        result = {"state": KeyState.LOCKED}
    return {"backend": name, **result}


def main() -> None:
    result = answer(json.load(sys.stdin))
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
