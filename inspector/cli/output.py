"""Standard output is data, standard error is narration; nothing from a store can act on a terminal."""

from __future__ import annotations

import os
import sys

from inspector.reports.json import Json, to_json

__all__ = ["Json", "Out", "StdoutClosed", "block", "narrate", "one_line", "stop_stdout", "to_json"]


class StdoutClosed(Exception):
    """Whoever read our output has had enough."""


def stop_stdout() -> None:
    """Point standard output nowhere, so that the interpreter's last flush is quiet too."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def one_line(text: str) -> str:
    """Printable, on one line: newlines and tabs become visible or blank."""
    from inspector.view import sanitise

    return sanitise(text).replace("\n", "␤").replace("\t", " ")


def block(text: str) -> str:
    """Printable, lines kept, tabs as blanks."""
    from inspector.view import sanitise

    return sanitise(text).expandtabs(4)


def _columns() -> int:
    import shutil

    return shutil.get_terminal_size((80, 24)).columns


class Out:
    """Writes lines to standard output; `tty` says whether a person reads them."""

    def __init__(self, *, no_color: bool = False) -> None:
        self.tty = sys.stdout.isatty()
        plain = no_color or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        self.color = self.tty and not plain
        self.width = _columns() if self.tty else 0
        self._encoding = sys.stdout.encoding or "utf-8"

    def line(self, text: str = "") -> None:
        self._write(text + "\n", self._encoding)

    def json(self, value: Json) -> None:
        """One JSON value on one line, UTF-8 whatever the terminal's encoding."""
        self._write(to_json(value) + "\n", "utf-8")

    def dim(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[22m" if self.color and text else text

    def bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[22m" if self.color and text else text

    def red(self, text: str) -> str:
        return f"\x1b[31m{text}\x1b[39m" if self.color and text else text

    def _write(self, text: str, encoding: str) -> None:
        try:
            sys.stdout.flush()
            sys.stdout.buffer.write(text.encode(encoding, "backslashreplace"))
            if self.tty:
                sys.stdout.buffer.flush()
        except BrokenPipeError:
            raise StdoutClosed from None

    def flush(self) -> None:
        try:
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            raise StdoutClosed from None


def narrate(text: str) -> None:
    """A sentence for the person, on standard error."""
    sys.stderr.write(one_line(text) + "\n")
    sys.stderr.flush()
