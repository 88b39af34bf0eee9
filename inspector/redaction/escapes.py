"""Where the text of a JSON string token stands in it: so that places found in one are places in the other."""

from __future__ import annotations

import re
from bisect import bisect_left

from inspector.redaction.positions import Edit, edit, escaped
from inspector.redaction.result import Piece

_USUAL = re.compile(rb'[^\\]*(?:\\["\\nrtbf][^\\]*)*')
_ESCAPE = re.compile(rb"\\.", re.DOTALL)


class Escapes:
    """The escapes of one token in ASCII, each for one byte of its text."""

    __slots__ = ("_raw", "_text")

    def __init__(self, raw: bytes) -> None:
        self._raw = [m.start() for m in _ESCAPE.finditer(raw)] if b"\\" in raw else []
        self._text = [start - 1 - n for n, start in enumerate(self._raw)]

    def inward(self, at: int) -> int:
        """The byte of the text that a byte of the token stands for."""
        return at - 1 - bisect_left(self._raw, at)

    def outward(self, at: int) -> int:
        """Where in the token a byte of the text begins."""
        return at + 1 + bisect_left(self._text, at)

    def edit(self, start: int, end: int, pieces: tuple[Piece, ...]) -> Edit:
        """The edit of the token that puts pieces in the place of a part of its text."""
        written = tuple([Piece(escaped(p.text, True), p.finding, p.failed) for p in pieces])
        return edit(self.outward(start), self.outward(end), written)


def escapes_of(raw: bytes) -> Escapes | None:
    """The escapes of a token that is written as we would write it, so that its parts may stay; else none."""
    return Escapes(raw) if raw.isascii() and _USUAL.fullmatch(raw) is not None else None
