"""Redacted values as JSON text whose hidden parts stay marked. Without recursion: depth may be thousands."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, TypeAlias

from inspector.redaction.result import Piece, RedactedList, RedactedMap, RedactedText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.redaction.result import RedactedValue

_Child: TypeAlias = "tuple[RedactedText | None, RedactedValue]"
_DEEPEST_INDENT = 40


def pretty_text(value: RedactedValue, indent: int = 2) -> RedactedText:
    """JSON with one member a line. A number that JSON lacks is written as its name in quotes."""
    return _Writer(indent).write(value)


def compact_text(value: RedactedValue) -> RedactedText:
    """JSON on one line."""
    return _Writer(0).write(value)


class _Writer:
    def __init__(self, indent: int) -> None:
        self._indent = indent
        self._pieces: list[Piece] = []
        self._clean: list[str] = []

    def write(self, value: RedactedValue) -> RedactedText:
        stack: list[tuple[Iterator[_Child], str]] = []
        first = True
        opened = self._open(value)
        if opened is not None:
            stack.append(opened)
        while stack:
            children, close = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                self._line(len(stack))
                self._clean.append(close)
                first = False
                continue
            if not first:
                self._clean.append("," if self._indent else ", ")
            self._line(len(stack))
            key, below = child
            if key is not None:
                self._string(key)
                self._clean.append(": ")
            opened = self._open(below)
            first = opened is not None
            if opened is not None:
                stack.append(opened)
        self._flush()
        return RedactedText(tuple(self._pieces))

    def _open(self, value: RedactedValue) -> tuple[Iterator[_Child], str] | None:
        """Write a scalar or an empty container whole; open any other container."""
        if isinstance(value, RedactedMap):
            if value.pairs:
                self._clean.append("{")
                return iter(value.pairs), "}"
            self._clean.append("{}")
        elif isinstance(value, RedactedList):
            if value.items:
                self._clean.append("[")
                return ((None, item) for item in value.items), "]"
            self._clean.append("[]")
        elif isinstance(value, RedactedText):
            self._string(value)
        else:
            self._clean.append(_scalar(value))
        return None

    def _string(self, text: RedactedText) -> None:
        self._clean.append('"')
        for piece in text.pieces:
            escaped = json.dumps(piece.text, ensure_ascii=False)[1:-1]
            if piece.finding is None and not piece.failed:
                self._clean.append(escaped)
            else:
                self._flush()
                self._pieces.append(Piece(escaped, piece.finding, piece.failed))
        self._clean.append('"')

    def _line(self, depth: int) -> None:
        if self._indent:
            self._clean.append("\n" + " " * (self._indent * min(depth, _DEEPEST_INDENT)))

    def _flush(self) -> None:
        if self._clean:
            self._pieces.append(Piece("".join(self._clean)))
            self._clean.clear()


def _scalar(value: bool | int | float | None) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return f'"{"NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}"'
    return json.dumps(value)
