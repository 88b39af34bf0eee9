"""The real program in a real pseudo-terminal, with a terminal emulator at the other end."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
_SIZE = ("COLUMNS", "LINES")
"""The runner of parallel tests sets a size, and a terminal program would believe it rather than its pty."""


def _environment() -> dict[str, str]:
    """As it is now: each test has folders of its own."""
    return {name: value for name, value in os.environ.items() if name not in _SIZE}


class Terminal:
    """Send keys, wait for what should stand on the screen, keep every byte that came."""

    def __init__(self, *arguments: str, columns: int = 140, rows: int = 40, locale: str = "C.UTF-8") -> None:
        self._spawn(["-m", "inspector", *arguments], columns, rows, locale)

    @classmethod
    def of(cls, script: str) -> Terminal:
        """A Python script instead of the program itself."""
        made = cls.__new__(cls)
        made._spawn([script], 140, 40)
        return made

    def _spawn(self, arguments: list[str], columns: int, rows: int, locale: str = "C.UTF-8") -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.bytes = b""
        self._child = pexpect.spawn(
            sys.executable,
            arguments,
            dimensions=(rows, columns),
            env={**_environment(), "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "LANG": locale},
        )
        self._child.delaybeforesend = None  # pexpect's own is 50 ms before every key

    @property
    def pid(self) -> int:
        return int(self._child.pid)

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait(self, *wanted: str | Callable[[str], bool]) -> str:
        """The screen's text once all that is wanted is on it; fails with the screen when it never is."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if all(w in self.text if isinstance(w, str) else w(self.text) for w in wanted):
                return self.text
            self._read(0.05)
        raise AssertionError(f"waited for {wanted} in vain:\n{self.text}")

    @property
    def alive(self) -> bool:
        return bool(self._child.isalive())

    def send(self, keys: str) -> None:
        self._child.send(keys)

    def react(self, keys: str, patience: float = 1.0) -> float | None:
        """Seconds from a key to the first byte that the program draws for it; none if it draws nothing."""
        began = time.perf_counter()
        os.write(self._child.child_fd, keys.encode())
        ready, _, _ = select.select([self._child.child_fd], [], [], patience)
        return time.perf_counter() - began if ready else None

    def settle(self, quiet: float = 0.4) -> str:
        """Wait until nothing has come for a while."""
        while self._read(quiet):
            pass
        return self.text

    def end(self) -> int:
        """Wait for the program to leave; its exit code."""
        stop = time.monotonic() + PATIENCE
        while self._child.isalive() and time.monotonic() < stop:
            self._read(0.05)
        self._read(0.1)
        self._child.close(force=True)
        return int(self._child.exitstatus if self._child.exitstatus is not None else -1)

    def _read(self, seconds: float) -> bool:
        try:
            data = self._child.read_nonblocking(1 << 16, seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        self.bytes += data
        self._stream.feed(data)
        return True
