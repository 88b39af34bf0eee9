"""What is said of a query or path that can't be understood: where, why, and what would be."""

from __future__ import annotations

import unicodedata

from inspector.errors import UsageError

_WINDOW = 60


class QueryError(UsageError):
    """`column` is 1-based. The sketch is the typed text and a caret under that column; the sentence holds none
    of it, since what people type may be what they look for."""

    def __init__(self, text: str, column: int, reason: str, fix: str = "", *, noun: str = "query") -> None:
        super().__init__(f"The {noun} isn't understood at column {column}: {reason}.", fix)
        self.column = column
        self.sketch = pointer(text, column)


def pointer(text: str, column: int) -> str:
    """Two lines: the text around `column`, and a caret under it."""
    start = max(0, column - 1 - _WINDOW)
    before = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[start : column - 1])
    after = "".join(
        c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[column - 1 : column - 1 + _WINDOW]
    )
    width = sum(_cells(c) for c in before)
    return f"  {before}{after}\n  {' ' * width}^"


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
