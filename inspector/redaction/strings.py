"""Which string token of a JSON line holds a byte: with escapes blanked, every quote opens or closes one."""

from __future__ import annotations

import json

import msgspec

NOWHERE = (-1, -1)
_SPACE = b" \t\r\n"
_QUOTE = b'"'
_check = msgspec.json.Decoder(msgspec.Raw).decode
"""Reads to the end without making anything of what it reads."""


def is_json(line: bytes) -> bool:
    """Whether a line is one JSON object or array. NaN and infinities, which Python writes, count."""
    head = line.lstrip(b"\xef\xbb\xbf \t")[:1]
    if head != b"{" and head != b"[":
        return False
    try:
        _check(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        try:
            json.loads(line.decode("utf-8", "surrogateescape").lstrip("\ufeff"))
        except (ValueError, RecursionError):
            return False
    return True


_FEW = 32


def _blanked(line: bytes) -> bytes:
    """A line with each escape of a quote or backslash as two spaces."""
    at = line.find(b"\\")
    if at < 0:
        return line
    # Looking for one byte leaps, for two it doesn't.
    if line.count(b"\\", at) > _FEW:
        return line.replace(rb"\\", b"  ").replace(rb"\"", b"  ")
    out = bytearray(line)
    while at >= 0:
        if line[at + 1 : at + 2] in (b'"', b"\\"):
            out[at : at + 2] = b"  "
        at = line.find(b"\\", at + 2)
    return bytes(out)


class Strings:
    """The string tokens of one line that is JSON."""

    def __init__(self, line: bytes) -> None:
        self._marks = _blanked(line)
        """As long as the line; a quote in it stands at either end of a token."""
        self._here = 0
        self._before_here = 0
        """Quotes before that byte."""

    def at(self, at: int) -> tuple[int, int]:
        """The string token that holds a byte, quotes included, or NOWHERE."""
        marks = self._marks
        if at >= self._here:
            self._before_here += marks.count(_QUOTE, self._here, at)
        else:
            self._before_here -= marks.count(_QUOTE, at, self._here)
        self._here = at
        if self._before_here % 2:
            return marks.rfind(_QUOTE, 0, at), marks.find(_QUOTE, at) + 1
        return (at, self.end(at)) if marks[at] == 34 else NOWHERE

    def end(self, start: int) -> int:
        """Where the token that starts at a byte ends."""
        return self._marks.find(_QUOTE, start + 1) + 1

    def key_of(self, at: int) -> tuple[int, int]:
        """The key whose value starts at a byte."""
        colon = self._before(at)
        if colon < 0 or self._marks[colon] != 58:
            return NOWHERE
        end = self._before(colon)
        return self._marks.rfind(_QUOTE, 0, end), end + 1

    def _before(self, at: int) -> int:
        """The last byte before one that is no space."""
        marks, before = self._marks, at - 1
        while before >= 0 and marks[before] in _SPACE:
            before -= 1
        return before
