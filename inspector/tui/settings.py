"""What the config says of the screen."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.tui.keymap import Keys


class Settings(NamedTuple):
    theme: str = "dark"
    ascii: bool = False
    keys: Keys = MappingProxyType({})
    mouse: bool = True
    columns: tuple[str, ...] = ()
    """Columns of the list; empty for those that fit."""
    line: str = ""
    """A one-line format instead of columns, see `columns.line_of`."""
    local: bool = False
    """Whether times are the machine's own zone rather than UTC."""
    memory: Path | None = None
    """The file of what is kept between two looks at the same stores."""
    stores: tuple[Path, ...] = ()
    """Whom that file is about."""


PLAIN = Settings()
"""What is so where nothing is configured."""
