"""Plaintext and keys after a look on the real screen: not in the scrollback, the clipboard, a traceback, or what the
system tells of the process."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

from tests.cli.keyed import Keyed
from tests.cli.test_unlock import MAIL
from tests.cli.test_unlock import store as sealed_store
from tests.e2e.terminal import Terminal

HOME = "12 Canary Lane"
COPIES = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")

store = sealed_store


@pytest.fixture
def keyed(tmp_path: Path) -> Keyed:
    return Keyed.granted(tmp_path / "machine", "operator")


def opening(terminal: Terminal) -> Terminal:
    """Asked to open the span's values, with a reason."""
    terminal.wait("work", "operator (proved)")
    terminal.send("2")
    terminal.wait("needs role", "email")
    terminal.send("U")
    terminal.wait("why?")
    terminal.send("ticket 7\r")
    return terminal


def secrets_of(keyed: Keyed) -> Iterator[bytes]:
    """Every key of the key store, as it may be written: raw, hex, base64; whole and by its halves."""
    for item in keyed.items.iterdir():
        held = base64.b64decode(item.read_bytes())
        for part in {held, held[:32], held[32:]} - {b""}:
            yield from (part, part.hex().encode(), base64.b64encode(part)[:40])


def test_nothing_is_left_when_the_screen_has_gone(keyed: Keyed, store: str) -> None:
    terminal = opening(Terminal(store, "--role", "operator"))
    terminal.wait(MAIL, HOME, "UNLOCKED")
    plain = [MAIL.encode(), HOME.encode()]
    for name in ("environ", "cmdline"):
        told = (Path(f"/proc/{terminal.pid}") / name).read_bytes()
        assert not [each for each in (*plain, *secrets_of(keyed)) if each in told], name
    terminal.send("Y")
    terminal.settle()
    terminal.send("q")
    assert terminal.end() == 0
    for each in secrets_of(keyed):
        assert each not in terminal.bytes
    # A terminal that keeps a history keeps what is on the main screen; ours was the alternate one.
    entered, left = terminal.bytes.index(b"\x1b[?1049h"), terminal.bytes.rindex(b"\x1b[?1049l")
    history = pyte.HistoryScreen(140, 40, history=5_000)
    pyte.ByteStream(history).feed(terminal.bytes[:entered] + terminal.bytes[left:])
    lines = [*history.display, *("".join(c.data for c in line.values()) for line in history.history.top)]
    assert not [line for line in lines if "anary" in line]
    # What was copied was plaintext, and the last thing that the clipboard was told is nothing.
    copies = [base64.b64decode(copy) for copy in COPIES.findall(terminal.bytes)]
    assert any(b"anary" in copy for copy in copies)
    assert copies[-1] == b""


FAILING = """
import sys
from inspector.tui.panes.detail import Detail

drawn = Detail.render_line

def render_line(self, y):
    made = drawn(self, y)
    text = "".join(segment.text for segment in made)
    if "Canary Lane" in text:
        plaintext = text
        raise ValueError(plaintext)
    return made

Detail.render_line = render_line
from inspector.cli import main
sys.argv = ["inspector", {store!r}, "--role", "operator"]
sys.exit(main())
"""


def test_a_traceback_of_the_screen_holds_nothing(keyed: Keyed, store: str, tmp_path: Path) -> None:
    """A widget fails while it draws what is open: the value is in the message and among the locals."""
    script = tmp_path / "failing.py"
    script.write_text(FAILING.format(store=store))
    terminal = opening(Terminal.of(str(script)))
    assert terminal.end() != 0
    assert b"anary" not in terminal.bytes
    assert b"ValueError" in terminal.bytes


PRINTING = """
import sys
import inspector.cli.commands.show as show

def print_span(out, span, raw):
    plaintext = repr(span)
    raise ValueError(plaintext)

show.print_span = print_span
from inspector.cli import main
sys.argv = ["inspector", "show", {store!r}, {trace!r}, "--role", "operator", "--unlock", "--reason", "x",
            "--plaintext-to-pipe"]
sys.exit(main())
"""


def test_a_traceback_of_a_command_holds_nothing(keyed: Keyed, store: str, tmp_path: Path) -> None:
    from tests.cli.test_unlock import TRACE

    script = tmp_path / "failing.py"
    script.write_text(PRINTING.format(store=store, trace=TRACE))
    terminal = Terminal.of(str(script))
    assert terminal.end() != 0
    assert b"ValueError" in terminal.bytes
    assert b"anary" not in terminal.bytes
