"""The states a key store can be in, each with the one command that mends it."""

from __future__ import annotations

from enum import StrEnum

from inspector.errors import Exit, InspectorError


class KeyState(StrEnum):
    """Facts behind each: what the `keyring` library and the daemons do when a keyring can't be used."""

    READY = "ready"
    NO_BACKEND = "no-backend"
    """A session bus, but nobody on it keeps secrets."""
    NO_BUS = "no-bus"
    LOCKED = "locked"
    """Also a call that didn't answer in time: an unlock prompt that nobody sees blocks for ever."""
    DISMISSED = "dismissed"
    MISSING = "missing"
    """No such key; a locked KWallet says the same."""
    REFUSED_BACKEND = "refused-backend"
    """The backend at hand would keep keys in plain text, or nowhere."""


WHAT: dict[KeyState, str] = {
    KeyState.READY: "the keyring answers",
    KeyState.NO_BACKEND: "no program on this session's bus keeps secrets",
    KeyState.NO_BUS: "there is no session bus to reach a keyring on",
    KeyState.LOCKED: "the keyring is locked",
    KeyState.DISMISSED: "the keyring's prompt was dismissed or could not be shown",
    KeyState.MISSING: "the key is not in the keyring, or the keyring is locked",
    KeyState.REFUSED_BACKEND: "the configured keyring backend does not protect keys",
}

FIX: dict[KeyState, str] = {
    KeyState.READY: "",
    KeyState.NO_BACKEND: "Install one and start it: apt-get install gnome-keyring",
    KeyState.NO_BUS: "Start inside a session bus: dbus-run-session -- bash",
    KeyState.LOCKED: "Unlock it: gnome-keyring-daemon --unlock (it reads the password from standard input)",
    KeyState.DISMISSED: "Unlock it without a prompt: gnome-keyring-daemon --unlock",
    KeyState.MISSING: "Make it: inspector keys init",
    KeyState.REFUSED_BACKEND: "Name a backend that you trust: inspector config edit, [keys] backend",
}


class KeyringError(InspectorError):
    """A key couldn't be had; `state` says why."""

    exit_code = Exit.DENIED

    def __init__(self, state: KeyState, what: str = "") -> None:
        super().__init__(f"{what or WHAT[state]} ({state.value})", FIX[state])
        self.state = state
