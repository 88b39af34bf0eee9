"""Where in the bytes of a JSON text each string and number stands, and the way to it; nothing is decoded but
keys. Repeated keys are all seen, and what is no JSON is one literal: itself."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_DEEP: Final = 10
_STRIDE: Final = 16384
"""What is longer is gone into rather than passed over: most that is holds what is looked for."""


def _shut(depth: int) -> bytes:
    """An object or list that holds no more than so many levels of others."""
    inner = rb'[^"{}\[\]]++|' + _STRING
    return rb"[{\[](?:" + (inner + rb"|" + _shut(depth - 1) if depth else inner) + rb")*+[}\]]"


_SHUT: Final = re.compile(_shut(_DEEP), re.DOTALL)
_OPEN_BRACE, _CLOSE_BRACE, _OPEN_LIST, _CLOSE_LIST, _COMMA, _COLON, _QUOTE = b'{}[],:"'
_PLUMBING: Final = frozenset(
    "value stringValue intValue doubleValue boolValue bytesValue arrayValue kvlistValue values "
    "string_value int_value double_value bytes_value array_value kvlist_value".split()
)
_LABEL_DEPTH: Final = 6
"""A label may come behind its value, a few brackets further out."""
Path = tuple[str | int, ...]


@dataclass(slots=True)
class _Frame:
    """One open object or list. `label` is what a sibling `key` says: `{"key": "user.id", "value": …}`."""

    is_object: bool
    step: str | int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Literal:
    """A string's inside or a number; `kind` is `s` string, `n` number, `k` key, `t` a text that is no JSON."""

    start: int
    end: int
    kind: str
    path: Path
    frames: tuple[_Frame, ...] = field(default=(), repr=False)

    @property
    def is_label(self) -> bool:
        """Whether it names the value that stands beside it."""
        return bool(self.frames) and self.path[-1] == "key" and bool(self.frames[-1].label)

    @property
    def keys(self) -> Path:
        """The way in the store's own keys: `key` siblings in place of list indices, no wrapping of values."""
        out: list[str | int] = []
        labelled = False
        for step, frame in zip(self.path, (*self.frames[1:], None), strict=False):
            if frame is not None and frame.label:
                out.append(frame.label)
                labelled = True
            elif not (labelled and step in _PLUMBING):
                out.append(step)
        if "spans" in out:
            out = out[len(out) - out[::-1].index("spans") :]
            out = out[1:] if out and isinstance(out[0], int) else out
        return tuple(out)

    @property
    def where(self) -> str:
        """The same in words; numbers within keys as `N`, so that equal places count together."""
        names = (step for step in self.keys if isinstance(step, str))
        return ".".join(re.sub(r"(?<=\.)\d+(?=\.|$)", "N", name) for name in names)


def looks_like_json(content: bytes) -> bool:
    head = content[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head[:1] in (b"{", b"[", b'"')


def literals(content: bytes, positions: Sequence[int] | None = None) -> Iterator[Literal]:
    """Those literals in which one of `positions` (ascending) lies; all where none are given."""
    if not looks_like_json(content):
        if positions is None or positions:
            yield Literal(0, len(content), "t", ())
        return
    stack: list[_Frame] = []
    key = b""
    waits_for_value = False
    wanted = _Wanted(positions)
    closed = 0
    for token in _tokens(content, wanted):
        start = token.start()
        mark = content[start]
        if mark == _QUOTE:
            end = token.end() - 1
            if content[end] != _QUOTE or end == start:
                end += 1  # cut off: the text ends before the string does
            frame = stack[-1] if stack else None
            if frame is not None and frame.is_object and not waits_for_value:
                key = content[start : token.end()]
                frame.step = _decoded(key)
                kind = "k"
            else:
                kind = "s"
                if frame is not None and key == b'"key"' and frame.is_object:
                    frame.label = _decoded(content[start : token.end()])
            if wanted.within(start, end):
                yield Literal(start + 1, end, kind, _path(stack), tuple(stack))
        elif mark == _OPEN_BRACE:
            stack.append(_Frame(True, ""))
            waits_for_value = False
        elif mark == _OPEN_LIST:
            stack.append(_Frame(False, 0))
        elif mark in (_CLOSE_BRACE, _CLOSE_LIST):
            if stack:
                stack.pop()
            waits_for_value = False
            closed += wanted.passed
        elif mark == _COMMA:
            waits_for_value = False
            if stack and not stack[-1].is_object:
                frame = stack[-1]
                frame.step = int(frame.step) + 1
        elif mark == _COLON:
            waits_for_value = True
        else:
            if wanted.within(start, token.end()):
                yield Literal(start, token.end(), "n", _path(stack), tuple(stack))
        if closed > _LABEL_DEPTH:
            return
    if wanted.missed:
        # What is no JSON after all, or stands between its values.
        yield Literal(0, len(content), "t", ())


def _tokens(content: bytes, wanted: _Wanted) -> Iterator[re.Match[bytes]]:
    """Without objects and lists in which no position lies: most of a long record, passed over in one step."""
    at = 0
    while (token := _TOKEN.search(content, at)) is not None:
        at = token.end()
        if content[token.start()] in b"{[":
            start = token.start()
            shut = _SHUT.match(content, start, min(start + _STRIDE, wanted.next(len(content))))
            if shut is not None:
                at = shut.end()
                continue
        yield token


class _Wanted:
    """Positions that are passed from left to right."""

    __slots__ = ("_at", "_positions", "missed")

    def __init__(self, positions: Sequence[int] | None) -> None:
        self._positions = positions
        self._at = 0
        self.missed = False
        """Whether a position lies in no literal."""

    def within(self, start: int, end: int) -> bool:
        if self._positions is None:
            return True
        at = bisect_left(self._positions, start, self._at)
        self.missed = self.missed or at > self._at
        self._at = at
        if at == len(self._positions) or self._positions[at] >= end:
            return False
        self._at = bisect_left(self._positions, end, at)
        return True

    def next(self, size: int) -> int:
        """The position that comes next; behind the text where there is none, before it where all is wanted."""
        if self._positions is None:
            return 0
        return self._positions[self._at] if self._at < len(self._positions) else size

    @property
    def passed(self) -> bool:
        return self._positions is not None and self._at == len(self._positions) and not self.missed


def _path(stack: Sequence[_Frame]) -> Path:
    return tuple(frame.step for frame in stack)


def _decoded(quoted: bytes) -> str:
    if b"\\" not in quoted:
        return quoted[1:-1].decode(errors="replace")
    try:
        return str(orjson.loads(quoted))
    except orjson.JSONDecodeError:
        return quoted[1:-1].decode(errors="replace")
