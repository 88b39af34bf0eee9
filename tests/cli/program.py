"""Run the real program as a subprocess, in folders of its own."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

from inspector.cli import start

ROOT = Path(__file__).parents[2]


def run(
    *arguments: str, stdin: bytes = b"", env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    """The command's outcome; never a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "inspector", *arguments],
        input=stdin,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        cwd=cwd,
        timeout=120,
        check=False,
    )


class _Captured(io.TextIOWrapper):
    """A standard stream that keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def taken(self) -> bytes:
        self.flush()
        kept = self.buffer
        assert isinstance(kept, io.BytesIO)
        return kept.getvalue()


def inside(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """The same in this process, for tests that run many commands: all but the start-up."""
    out, err = _Captured(), _Captured()
    mask, hook = os.umask(0o077), sys.excepthook
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = start.run(arguments)
    finally:
        os.umask(mask)
        sys.excepthook = hook
    return subprocess.CompletedProcess(arguments, code, out.taken(), err.taken())
