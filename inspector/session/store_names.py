"""A file's name as it may be printed: names of files are data too."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.redaction import Redactor


def store_name(path: Path | str) -> str:
    """The path, with what the shipped rules find in it hidden, whatever the policy shows."""
    return str(_engine().text(str(path)))


def stem_of(name: str) -> str:
    """What a file made from a store may be called after it: its name's beginning, if that tells of nobody."""
    stem = "" if name == "-" else Path(name).name.split(".")[0]
    return stem if stem and store_name(Path(name).name) == Path(name).name else "traces"


@cache
def _engine() -> Redactor:
    from inspector.redaction.engine import Redactor

    return Redactor()
