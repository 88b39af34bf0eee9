"""Which string token of a JSON line holds a byte, told from its surroundings where they tell it."""

from __future__ import annotations

import re
from bisect import bisect_right

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BETWEEN = re.compile(rb"(?:[\s:,\[\]{}0-9.eE+\-]|true|false|null|NaN|Infinity)*")
_FRONT = b": ,[{\t\r"
_FRONTS = tuple(bytes([c]) + b'"' for c in _FRONT)
_NEAR = 4096
_SPACE = b" \t\r\n"
_ROW = 8
"""Quotes in a row beyond which only reading from the start tells which begin a string."""
NOWHERE = (-1, -1)


class Strings:
    """The string tokens of one line."""

    def __init__(self, line: bytes) -> None:
        self._line = line
        self._starts: list[int] | None = None
        self._ends: list[int] = []

    def at(self, at: int) -> tuple[int, int]:
        """The string token that holds a byte, quotes included, or NOWHERE."""
        line = self._line
        if at and line[at] == 34 and not self.escaped(at):
            return self._at_quote(at)
        if self._starts is not None:
            return self._looked_up(at)
        start = self._opening(at)
        if start < 0:
            return NOWHERE
        match = _STRING.match(line, start)
        if match is None:
            return self._looked_up(at)
        if match.end() <= at:
            return NOWHERE
        inner = line[start + 1 : match.end() - 1].strip()
        if inner and (
            inner[:1] not in b":,]}" or inner[-1:] not in b":,[{" or _BETWEEN.fullmatch(inner) is None
        ):
            return start, match.end()
        # It looks like what stands between two strings. So it is, if the quote before it can't open one.
        return self._looked_up(at) if self._may_open(start) else NOWHERE

    def _at_quote(self, at: int) -> tuple[int, int]:
        """The same for a quote, which ends the string before it or begins one."""
        if self._starts is not None or self._line[max(0, at - _ROW) : at] == b'"' * _ROW:
            return self._looked_up(at)
        start, end = self.at(at - 1)
        if start < 0:
            match = _STRING.match(self._line, at)
            return (at, match.end()) if match is not None else NOWHERE
        return (start, end) if end == at + 1 else self._looked_up(at)

    def _opening(self, at: int) -> int:
        """The last quote before a byte that stands where one may begin a string, or -1."""
        line = self._line
        last = line.rfind(b'"', 0, at)
        if last <= 0 or line[last - 1] in _FRONT:
            return last
        for floor in (max(0, at - _NEAR), 0):
            best = -1
            for front in _FRONTS:
                found = line.rfind(front, floor if best < 0 else best, at)
                if found > best:
                    best = found
            if best >= 0:
                return best + 1
        return -1

    def _may_open(self, quote: int) -> bool:
        """Whether what stands before a quote lets it open a string."""
        before = self._before(quote)
        return before < 0 or self._line[before] in b":,[{"

    def escaped(self, at: int) -> bool:
        line, slashes = self._line, at
        while slashes and line[slashes - 1] == 92:
            slashes -= 1
        return (at - slashes) % 2 == 1

    def key_of(self, at: int) -> tuple[int, int]:
        """The key whose value starts at a byte."""
        colon = self._before(at)
        if colon < 0 or self._line[colon] != 58:
            return NOWHERE
        end = self._before(colon)
        return self.at(end) if end >= 0 and self._line[end] == 34 else NOWHERE

    def _before(self, at: int) -> int:
        """The last byte before one that is no space."""
        line, before = self._line, at - 1
        while before >= 0 and line[before] in _SPACE:
            before -= 1
        return before

    def _looked_up(self, at: int) -> tuple[int, int]:
        """The same by reading the line's strings from its start, once."""
        if self._starts is None:
            self._starts = []
            for match in _STRING.finditer(self._line):
                self._starts.append(match.start())
                self._ends.append(match.end())
        n = bisect_right(self._starts, at) - 1
        return (self._starts[n], self._ends[n]) if n >= 0 and at < self._ends[n] else NOWHERE
