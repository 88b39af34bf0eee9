"""Opening a value on the real screen in a real terminal: it is there while it is open, and nowhere after."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inspector.audit.reading import oldest_first, text
from tests.cli.keyed import Keyed
from tests.cli.test_unlock import MAIL
from tests.cli.test_unlock import store as sealed_store
from tests.e2e.terminal import Terminal

HOME = "12 Canary Lane"

store = sealed_store


@pytest.fixture
def keyed(tmp_path: Path) -> Keyed:
    return Keyed.granted(tmp_path / "machine", "operator")


def test_a_span_opens_locks_and_leaves_nothing(keyed: Keyed, store: str) -> None:
    terminal = Terminal(store, "--role", "operator")
    terminal.wait("operator (proved)", "work")
    terminal.send("2")
    terminal.wait("needs role", "email")
    assert MAIL not in terminal.text
    terminal.send("U")
    terminal.wait("why?")
    terminal.send("ticket SUP-2210\r")
    shown = terminal.wait(MAIL, HOME, "UNLOCKED", "reason: ticket SUP-2210", "ctrl+l locks now")
    assert "operator (proved)" in shown
    held = Path(f"/proc/{terminal.pid}")
    if held.is_dir():
        for name in ("environ", "cmdline"):
            data = (held / name).read_bytes()
            assert MAIL.encode() not in data
            for item in keyed.items.iterdir():
                assert item.read_bytes()[:20] not in data or not item.read_bytes()
    terminal.send("\x0c")
    terminal.wait(lambda screen: "UNLOCKED" not in screen and MAIL not in screen and HOME not in screen)
    terminal.send("U")
    terminal.wait("why?")
    terminal.send("again\r")
    terminal.wait(MAIL)
    terminal.send("q")
    assert terminal.end() == 0
    # The screen was the alternate one: what the terminal shows after it holds nothing of it.
    after = terminal.bytes.rsplit(b"\x1b[?1049l", 1)
    assert len(after) == 2
    assert MAIL.encode() not in after[1]
    log = [r for r in oldest_first(keyed.state / "audit") if text(r, "action") == "field.unlock"]
    assert [text(r, "reason") for r in log if text(r, "outcome")] == ["ticket SUP-2210", "again"]
    for folder in ("STATE", "CACHE", "CONFIG"):
        for path in Path(os.environ[f"INSPECTOR_{folder}_DIR"]).rglob("*"):
            assert not path.is_file() or MAIL.encode() not in path.read_bytes()
