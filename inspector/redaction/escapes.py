"""Where the text of a JSON string token stands in it, so that a part of it is cut and the rest stays."""

from __future__ import annotations

import re
from bisect import bisect_left

from inspector.redaction.positions import Edit, edit, escaped
from inspector.redaction.result import Piece

_USUAL = re.compile(rb'[^\\]*(?:\\["\\nrtbf][^\\]*)*')
_ESCAPE = re.compile(rb"\\.", re.DOTALL)


class Escapes:
    """The escapes of one token in ASCII, each for one byte of its text."""

    __slots__ = ("_at",)

    def __init__(self, raw: bytes) -> None:
        found = _ESCAPE.finditer(raw) if b"\\" in raw else ()
        self._at = [match.start() - 1 - n for n, match in enumerate(found)]

    def outward(self, at: int) -> int:
        """Where in the token a byte of the text begins."""
        return at + 1 + bisect_left(self._at, at)

    def edit(self, start: int, end: int, pieces: tuple[Piece, ...]) -> Edit:
        """The edit of the token that puts pieces in the place of a part of its text."""
        written = tuple([Piece(escaped(p.text, True), p.finding, p.failed) for p in pieces])
        return edit(self.outward(start), self.outward(end), written)


def escapes_of(raw: bytes) -> Escapes | None:
    """The escapes of a token that is written as we would write it, so that its parts may stay; else none."""
    return Escapes(raw) if raw.isascii() and _USUAL.fullmatch(raw) is not None else None
