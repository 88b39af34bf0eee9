"""What is kept between two looks at the same stores: how the list was ordered, which tab was open, named
bookmarks. Ids and the program's own words, never content: no query, no search, no text of a trace."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import asdict

from inspector import paths

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAME = re.compile(r"[A-Za-z][A-Za-z _-]{0,23}")
"""A bookmark's name: a short word, so that no id or address finds its way into the file."""
_ID = re.compile(r"[0-9a-fA-F-]{8,64}")
"""A trace's id that is one; anything else isn't kept."""
_MOST = 100


class Remembered(Struct):
    sort: str = "start"
    descending: bool = True
    columns: list[str] = field(default_factory=list)
    widths: dict[str, int] = field(default_factory=dict)
    """Widths of columns, by id."""
    tab: int = 0
    by_service: bool = False
    trace: str = ""
    """Id of the trace that was looked at."""
    bookmarks: dict[str, str] = field(default_factory=dict)
    """Trace ids by name."""


class Memory:
    def __init__(self, file: Path | None, stores: Sequence[Path]) -> None:
        """Without a file nothing is kept."""
        self._file = file
        self._stores = stores

    def load(self) -> Remembered:
        """What was kept; what can't be read or isn't sound counts as nothing."""
        if self._file is None:
            return Remembered()
        try:
            text = self._file.read_text("utf-8")
        except (OSError, ValueError):
            return Remembered()
        import json  # the first frame waits for every import

        try:
            held = json.loads(text)
        except ValueError:
            return Remembered()
        return _sound(held) if isinstance(held, dict) else Remembered()

    def save(self, kept: Remembered) -> None:
        """A file that can't be written is no reason to stop."""
        if self._file is None:
            return
        import json

        text = json.dumps(asdict(_sound(asdict(kept))), indent=1)
        beside = self._file.with_suffix(f".{os.getpid()}")
        try:
            paths.private_folder(self._file.parent)
            fd = paths.open_private(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            with os.fdopen(fd, "w", encoding="utf-8") as out:
                out.write(text)
            beside.replace(self._file)
            for store in self._stores:
                paths.note_written("session", self._file, store)
        except OSError:
            return


def _sound(held: dict[str, object]) -> Remembered:
    """Only what has the right shape: a file from elsewhere can't put a text on the screen."""
    kept = Remembered()
    for name in Remembered.__struct_fields__:
        value = held.get(name)
        if type(value) is type(getattr(kept, name)):
            setattr(kept, name, value)
    kept.tab = min(max(kept.tab, 0), 4)
    kept.sort = kept.sort if kept.sort.isalpha() else "start"
    kept.columns = [name for name in kept.columns if isinstance(name, str) and name.isalpha()]
    kept.widths = {
        name: width
        for name, width in kept.widths.items()
        if isinstance(name, str) and name.isalpha() and type(width) is int and 0 < width < 1000
    }
    kept.trace = kept.trace if _ID.fullmatch(kept.trace) else ""
    kept.bookmarks = {
        name: id
        for name, id in list(kept.bookmarks.items())[:_MOST]
        if isinstance(id, str) and NAME.fullmatch(name) and _ID.fullmatch(id)
    }
    return kept
