"""The support log: what kind of thing went wrong and where in the code, never with what data."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

LEVELS = ("error", "info", "debug")


class Log:
    """Silent until it is started."""

    def __init__(self) -> None:
        self._file: TextIO | None = None
        self._level = 0

    def start(self, path: str, level: str) -> None:
        if self._file is not None:
            return
        from pathlib import Path

        from inspector.errors import UsageError
        from inspector.paths import open_private

        try:
            fd = open_private(Path(path), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        except OSError as error:
            raise UsageError(
                f"The log file can't be written ({error.strerror}).", "Name a file that you may write."
            ) from None
        self._file = os.fdopen(fd, "w", encoding="utf-8", errors="backslashreplace")
        self._level = LEVELS.index(level)
        from inspector import __version__

        self.info(f"inspector {__version__} python {sys.version.split()[0]} {sys.platform}")

    def info(self, event: str) -> None:
        """`event` is the program's own text, with numbers and names of its own at most."""
        self._write(1, "info", event)

    def debug(self, event: str) -> None:
        self._write(2, "debug", event)

    def error(self, error: BaseException) -> None:
        """Types along the chain of causes; the frames at level debug. Messages and locals are left out."""
        if self._file is None:
            return
        import traceback

        cause: BaseException | None = error
        while cause is not None:
            self._write(0, "error", type(cause).__qualname__)
            for frame, line in traceback.walk_tb(cause.__traceback__):
                code = frame.f_code
                self._write(2, "frame", f"{_short(code.co_filename)}:{line} {code.co_name}")
            cause = cause.__cause__ or cause.__context__

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, level: int, kind: str, text: str) -> None:
        if self._file is not None and level <= self._level:
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            self._file.write(f"{stamp} {kind} {text}\n")
            self._file.flush()


def _short(file: str) -> str:
    """The last two parts of a path: a home folder's name is nobody's business."""
    return "/".join(file.replace(os.sep, "/").split("/")[-2:])


LOG = Log()
