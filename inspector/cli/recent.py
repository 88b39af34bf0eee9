"""The stores opened last: their paths and nothing else, in a private file that an erasure may clear."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.paths import open_private, private_folder, recent_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MOST = 20


def remember(paths: Iterable[Path]) -> None:
    """Put stores in front of the list. A list that can't be written is no reason to stop."""
    new = [str(p.absolute()) for p in paths if str(p) != "-"]
    try:
        write([*new, *(p for p in read() if p not in new)][:_MOST])
    except OSError:
        return


def read() -> list[str]:
    """Paths, last opened first. A list that can't be read counts as empty."""
    try:
        held = json.loads(recent_file().read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return [p for p in held if isinstance(p, str)][:_MOST] if isinstance(held, list) else []


def still_there() -> list[Path]:
    return [Path(p) for p in read() if Path(p).exists()]


def write(paths: Sequence[str]) -> None:
    """Replace the list at once; a reader sees the old or the new one."""
    file = recent_file()
    private_folder(file.parent)
    beside = file.with_suffix(f".{os.getpid()}")
    fd = open_private(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    with os.fdopen(fd, "w", encoding="utf-8") as out:
        json.dump(list(paths), out)
    beside.replace(file)
