"""Every action of the registry in the real program, by its key, on a store whose values attack the terminal: it
lives, and no byte of the data acts."""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path

from inspector.audit.reading import newest_first, text
from inspector.tui.actions import ACTIONS, Place
from tests.e2e.terminal import Terminal

OSC = re.compile(rb"\x1b\](\d*)")
KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "space": " ",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
}
HOME = "\x1b\x1b\x1b"
"""Out of dialogs and prompts, back to the list."""
WAY = {
    Place.TRACES: "",
    Place.LIST: "",
    Place.BROWSE: "",
    Place.APP: "",
    Place.SPANS: "\r",
    Place.DETAIL: "\r\r",
    Place.OVERVIEW: "i",
    Place.COMPARE: "mjm=",
    Place.COLUMNS: "x",
    Place.COPY: "\r\ry",
    Place.MODAL: "?",
}
LEAVES = {"leave", "stop", "copy.print"}
"""Actions that leave the screen: they have tests of their own."""


def typed(key: str) -> str:
    """What a terminal sends for a key."""
    if key.startswith("ctrl+") and len(key) == 6:
        return chr(ord(key[5]) & 0x1F)
    return KEYS.get(key, key)


def test_every_action_by_its_key(stores: Path) -> None:
    terminal = Terminal(str(stores / "hostile" / "terminal_escapes.jsonl"))
    terminal.wait("17 spans")
    title = terminal.screen.title
    for action in ACTIONS:
        if action.id in LEAVES or not action.keys:
            continue
        for key in WAY.get(action.place, ""):
            terminal.send(key)
            terminal.settle(0.05)
        terminal.send(typed(action.keys[0]))
        terminal.settle(0.08)
        for key in HOME:
            terminal.send(key)
            terminal.settle(0.12)
        assert terminal.alive, action.id
        assert b"Traceback" not in terminal.bytes, action.id
    terminal.wait("inspector", "17 spans")
    terminal.send("\x11")
    assert terminal.end() == 0
    assert terminal.screen.title == title
    # Viewer may all that asks for no permission: what was refused is what an action names.
    log = newest_first(Path(os.environ["INSPECTOR_STATE_DIR"]) / "audit")
    refused = {text(r, "new_state", "action") for r in log if text(r, "action") == "access.denied"}
    assert refused <= {action.permission for action in ACTIONS if action.permission}
    # Copies of ours (52) and the pointer's shape (22); no title, no link, nothing of the data.
    assert set(OSC.findall(terminal.bytes)) <= {b"22", b"52"}
    copies = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)", terminal.bytes)
    assert copies
    for copy in copies:
        copied = base64.b64decode(copy).decode()
        assert all(c.isprintable() or c in "\n\t" for c in copied), copied
