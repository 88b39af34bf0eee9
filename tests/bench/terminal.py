"""Run a program in a pseudo-terminal and note when its first frame and a wanted text have been drawn."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from dataclasses import dataclass
from pathlib import Path

_ESCAPES = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[ -/]*[0-~])"
)


@dataclass(frozen=True, slots=True)
class Paint:
    """Seconds from the start of the process; `text` is none if the wanted text never came."""

    frame: float | None
    text: float | None
    output: bytes
    rss: int = 0
    """Bytes that the process and those it started hold when the wanted text has come."""


def watch(
    argv: list[str],
    wanted: bytes | re.Pattern[bytes] | None,
    *,
    columns: int = 160,
    rows: int = 48,
    seconds: float = 15,
    keys: bytes = b"q",
    environ: dict[str, str] | None = None,
) -> Paint:
    """Start `argv` in a pty of the given size; a frame counts once half of its cells were written."""
    pid, fd = pty.fork()
    if pid == 0:
        for name, value in {"TERM": "xterm-256color", "COLORTERM": "truecolor", **(environ or {})}.items():
            os.environ[name] = value
        os.execvp(argv[0], argv)
    started = time.perf_counter()
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    output = bytearray()
    frame = text = None
    rss = 0
    try:
        while time.perf_counter() - started < seconds:
            if not select.select([fd], [], [], 0.05)[0]:
                continue
            try:
                data = os.read(fd, 1 << 16)
            except OSError:
                break
            if not data:
                break
            now = time.perf_counter() - started
            output += data
            if frame is None and len(_ESCAPES.sub(b"", bytes(output))) >= columns * rows // 2:
                frame = now
            if wanted is not None and text is None and _has(_ESCAPES.sub(b"", bytes(output)), wanted):
                text, rss = now, held(pid)
            if frame is not None and (wanted is None or text is not None):
                break
    finally:
        os.write(fd, keys)
        time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
        os.close(fd)
        os.waitpid(pid, 0)
    return Paint(frame, text, bytes(output), rss)


def _has(text: bytes, wanted: bytes | re.Pattern[bytes]) -> bool:
    return wanted in text if isinstance(wanted, bytes) else wanted.search(text) is not None


def held(pid: int) -> int:
    """Resident bytes of a process and of all that it started."""
    try:
        resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0
    return resident + sum(held(int(child)) for child in children)
