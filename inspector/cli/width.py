"""How many columns a text takes on a terminal, as Unicode's East Asian Width says."""

from __future__ import annotations

import unicodedata

_ZERO = {"Mn", "Me", "Cf"}


def width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(map(_char, text))


def _char(char: str) -> int:
    if char < "\u0300":
        return 1
    if unicodedata.category(char) in _ZERO:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def clip(text: str, columns: int) -> str:
    """At most `columns` wide, with an ellipsis where something is cut."""
    if width(text) <= columns:
        return text
    if columns <= 1:
        return "…"[:columns]
    used, out = 0, []
    for char in text:
        used += _char(char)
        if used > columns - 1:
            break
        out.append(char)
    return "".join(out) + "…"


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """Filled with blanks to `columns`; `right` puts the text at the right end."""
    blanks = " " * (columns - width(text))
    return blanks + text if right else text + blanks
