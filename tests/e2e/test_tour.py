"""A newcomer's first minutes, in a pseudo-terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from inspector.paths import shipped
from tests.e2e.terminal import Terminal

EMAIL = re.compile(rb"[\w.+-]{2,}@[\w-]+(?:\.[\w-]+)+")
OSC = re.compile(rb"\x1b\](\d*)")


@pytest.fixture
def sample() -> Path:
    return shipped("sample_traces") / "support_agent.otlp.jsonl"


def test_open_look_search_leave(sample: Path) -> None:
    planted = set(EMAIL.findall(sample.read_bytes()))
    assert len(planted) >= 3
    terminal = Terminal(str(sample))
    first = terminal.wait("37 traces", "282 spans", "invoke_agent", "1 of 37")
    assert "READ-ONLY" in first
    assert "viewer" in first
    terminal.send("j")
    terminal.wait("2 of 37")
    terminal.send("?")
    terminal.wait("Next line.")
    terminal.send("\x1b")
    terminal.wait(lambda text: "Next line." not in text)
    terminal.send("\r")
    terminal.settle()
    terminal.send("j")
    terminal.wait("user", "▒ phone ••••43", "update_customer(")
    for tab in "2341":
        terminal.send(tab)
        terminal.settle()
    terminal.send("/")
    terminal.wait("words that the redacted text of a span holds")
    terminal.send("card_declined")
    terminal.wait("/ card_declined")
    terminal.send("\r")
    terminal.settle()
    terminal.send("n")
    terminal.wait(lambda text: "2 of 37" not in text, "card_declined")
    terminal.send("q")
    assert terminal.end() == 0
    assert b"Traceback" not in terminal.bytes
    assert [m for m in planted if m in terminal.bytes] == []


def test_alone_it_offers_the_samples() -> None:
    terminal = Terminal()
    terminal.wait("support_agent.otlp.jsonl")
    terminal.send("q")
    assert terminal.end() == 0


def test_values_that_act_on_terminals_are_only_shown(stores: Path) -> None:
    terminal = Terminal(str(stores / "hostile" / "terminal_escapes.jsonl"))
    terminal.wait("17 spans")
    title = terminal.screen.title
    terminal.send("\r")
    terminal.settle()
    for _ in range(6):
        for tab in "1234":
            terminal.send(tab)
            terminal.settle(0.15)
        terminal.send("jj")
    terminal.send("q")
    terminal.settle()
    terminal.send("q")
    terminal.end()
    assert "␛".encode() in terminal.bytes
    assert terminal.screen.title == title
    assert {code for code in OSC.findall(terminal.bytes) if code in (b"0", b"1", b"2", b"52", b"8")} == set()
    assert b"Traceback" not in terminal.bytes


def test_standard_input_leaves_the_keyboard_to_the_screen(sample: Path, tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(
        "import subprocess, sys\n"
        f"with open({str(sample)!r}, 'rb') as store:\n"
        "    sys.exit(subprocess.call([sys.executable, '-m', 'inspector', '-'], stdin=store))\n"
    )
    terminal = Terminal.of(str(script))
    terminal.wait("37 traces")
    terminal.send("q")
    assert terminal.end() == 0


@pytest.mark.parametrize("name", ["empty.jsonl", "invoices.jsonl", "notsqlite.db"])
def test_what_is_no_store_is_one_line_and_no_screen(name: str, stores: Path) -> None:
    terminal = Terminal(str(stores / "hostile" / name))
    assert terminal.end() == 4
    assert terminal.bytes.count(b"\n") == 1
    assert b"\x1b" not in terminal.bytes


def test_a_burst_goes_to_the_line_that_its_first_key_opens(sample: Path) -> None:
    terminal = Terminal(str(sample))
    terminal.wait("37 traces")
    terminal.settle()
    terminal.send("/refund\r")
    terminal.wait("/ refund  1 of")
    terminal.send("&status:error\r")
    terminal.wait("& status:error")
    terminal.settle()
    terminal.send("q")
    assert terminal.end() == 0
