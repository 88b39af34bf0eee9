"""What the screen is drawn on: both streams, and the terminal's characters."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pexpect
import pytest

from inspector.cli.terminal import ascii_only
from tests.e2e.terminal import ROOT, Terminal


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm-256color", "LANG": "en_GB.UTF-8"}, False),
        ({"TERM": "xterm-256color", "LANG": "de_DE.utf8"}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-256color", "LANG": "C"}, True),
        ({"TERM": "xterm-256color", "LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
        ({"TERM": "xterm-256color", "LANG": "C", "LC_CTYPE": "en_US.UTF-8"}, False),
        ({"TERM": "xterm-256color", "LANG": "en_GB.UTF-8", "LC_ALL": "POSIX"}, True),
        ({"TERM": "xterm-256color", "LANG": "en_US.ISO-8859-1"}, True),
        ({"TERM": "dumb", "LANG": "en_GB.UTF-8"}, True),
        ({"TERM": "linux", "LANG": "en_GB.UTF-8"}, True),
        ({"TERM": "linux-16color", "LANG": "en_GB.UTF-8"}, True),
    ],
)
def test_locale_and_terminal_decide_on_ascii(environ: dict[str, str], expected: bool) -> None:
    assert ascii_only(environ) is expected


def test_standard_error_in_a_file_gets_a_sentence_and_no_screen(stores: Path, tmp_path: Path) -> None:
    log = tmp_path / "err"
    store = stores / "openai_agents" / "traces.jsonl"
    child = pexpect.spawn(
        "/bin/sh",
        ["-c", f"{sys.executable} -m inspector {store} 2>{log}"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"},
        timeout=60,
    )
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 2
    assert log.read_text().startswith("inspector: The screen is drawn on standard error")
    assert b"\x1b[" not in log.read_bytes()


def test_in_the_c_locale_the_screen_is_ascii(stores: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    terminal = Terminal(str(stores / "openai_agents" / "traces.jsonl"), locale="C")
    text = terminal.wait("60 traces")
    assert [c for c in text if not c.isascii()] == []
    terminal.send("q")
    assert terminal.end() == 0
