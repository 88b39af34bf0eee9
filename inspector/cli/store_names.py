"""A file's name as it may be printed: names of files are data too."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.redaction import Redactor


def store_name(path: Path | str) -> str:
    """The path, with what the shipped rules find in it hidden, whatever the policy shows."""
    return str(_engine().text(str(path)))


@cache
def _engine() -> Redactor:
    from inspector.cli.engine import build_engine
    from inspector.redaction import DEFAULT

    return build_engine(DEFAULT)
