"""Standard input as a file: private, and gone when the program ends."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inspector.errors import StoreError, UsageError
from inspector.paths import cache_folder, private_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

_STEP: Final = 1 << 20
_PREFIX: Final = "stdin-"


def spool(stream: BinaryIO) -> Path:
    """Everything of `stream`; see `spooled`."""
    if stream.isatty():
        raise UsageError("Standard input is a terminal.", "Pipe a store into it: inspector - < FILE.")
    return spooled(lambda file: shutil.copyfileobj(stream, file, _STEP), "Standard input")


def spooled(write: Callable[[BinaryIO], None], what: str) -> Path:
    """What is written, in a 0600 file in a 0700 folder of our cache; removed at exit, and if we were killed, by the
    next run."""
    folder = private_folder(cache_folder() / "spool")
    _sweep(folder)
    try:
        # mkstemp makes the file 0600 and never follows a link; the name says whose it is.
        fd, name = tempfile.mkstemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=folder)
        path = Path(name)
        atexit.register(path.unlink, missing_ok=True)
        try:
            with os.fdopen(fd, "wb") as file:
                write(file)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise StoreError(
            f"{what} can't be kept: {why}.", "Free disk space, or open the file itself."
        ) from error
    return path


def _sweep(folder: Path) -> None:
    """Remove what processes that are gone have left."""
    for path in folder.glob(f"{_PREFIX}*"):
        pid = path.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isascii() and pid.isdigit() and int(pid) != os.getpid() and not _lives(int(pid)):
            path.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
