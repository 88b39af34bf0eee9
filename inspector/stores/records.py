"""A text cut into JSON records: lines, elements of a top-level list, or objects one after another.

Nothing is held but the record at hand; offsets and line numbers are exact.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from inspector.model import Problem
from inspector.stores.decode import BadJson, decode
from inspector.stores.formats.base import Record

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import BinaryIO

LONGEST: Final = 256 << 20
"""A record beyond this is skipped and named: it is read as a whole."""
_CHUNK: Final = 1 << 20
_BOM: Final = b"\xef\xbb\xbf"
_SPACE: Final = b" \t\r\n"


class Shape(Enum):
    LINES = "lines"
    """One value a line."""
    VALUES = "values"
    """Values that span lines, or one long line that is a list."""


class Piece(Struct, frozen=True):
    """The bytes of one value, not decoded yet."""

    data: bytes
    start: int
    line: int
    whole: bool = True
    """False where the text ended before the value did."""

    @property
    def end(self) -> int:
        return self.start + len(self.data)

    @property
    def where(self) -> str:
        return f"line {self.line}, byte {self.start}"


def shape_of(head: bytes) -> Shape:
    """By the first non-empty line of a text (a head without a line's end is a text of one long line): it is
    a value, or the beginning of one that goes on in the next."""
    head = head.removeprefix(_BOM).lstrip()
    first, newline, rest = head.partition(b"\n")
    if not newline:
        return Shape.VALUES if head[:1] == b"[" else Shape.LINES
    if first[:1] not in (b"{", b"[") or _is_value(first):
        return Shape.LINES
    depth = 0
    for token in _TOKEN.finditer(first):
        mark = token[0]
        if mark == b'"':
            return Shape.LINES
        depth += 1 if mark in (b"{", b"[") else -1 if mark in (b"}", b"]") else 0
    second = rest.lstrip().partition(b"\n")[0]
    return Shape.LINES if depth <= 0 or (first[:1] == b"{" and _is_value(second)) else Shape.VALUES


def _is_value(line: bytes) -> bool:
    try:
        return isinstance(decode(line)[0], (dict, list))
    except BadJson:
        return False


def pieces(file: BinaryIO, shape: Shape) -> Iterator[Piece | Problem]:
    """All values of a text, in order."""
    return _lines(file) if shape is Shape.LINES else _Cutter(file).run()


def records(piece: Piece) -> Iterator[Record | Problem]:
    """The objects of a piece: itself, or the elements of a list, however nested."""
    try:
        value, odd = decode(piece.data)
    except BadJson as error:
        what = str(error) if piece.whole else "cut off: the text ends in the middle of a value"
        yield Problem(piece.where, what)
        return
    if odd:
        yield Problem(piece.where, odd)
    yield from _objects(value, piece, ())


def _objects(value: object, piece: Piece, path: tuple[int, ...]) -> Iterator[Record | Problem]:
    if isinstance(value, dict):
        yield Record(value, piece.start, piece.end, piece.line, path)
    elif isinstance(value, list) and len(path) < 4:
        for index, item in enumerate(value):
            yield from _objects(item, piece, (*path, index))
    else:
        where = piece.where + "".join(f"[{step}]" for step in path)
        yield Problem(where, "JSON, but no object")


def _lines(file: BinaryIO) -> Iterator[Piece | Problem]:
    """Lines end at LF or CR LF alone: U+2028 and the like are part of a text."""
    start = line = 0
    while data := file.readline(LONGEST):
        line += 1
        size = len(data)
        whole = data.endswith(b"\n")
        if size == LONGEST and not whole:
            yield Problem(f"line {line}, byte {start}", f"longer than {LONGEST >> 20} MB: skipped")
            while (rest := file.readline(LONGEST)) and not rest.endswith(b"\n"):
                size += len(rest)
            size += len(rest)
        else:
            mark = len(_BOM) if line == 1 and data.startswith(_BOM) else 0
            text = data.rstrip(_SPACE)
            if len(text) > mark:
                yield Piece(text[mark:] if mark else text, start + mark, line, whole)
        start += size


_TOKEN: Final = re.compile(rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|["{}\[\]\n]')


class _Cutter:
    """Finds where top-level values, and elements of top-level lists, begin and end, by brackets alone."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._buffer = b""
        self._base = 0
        """Offset of the buffer in the text."""
        self._line = 1
        self._depth = 0
        self._inside_list = False
        self._start = -1
        """Where in the buffer the value at hand begins."""
        self._start_line = 1
        self._checked = 0
        """Where in the buffer the last value ended: between it and the next only commas may be."""

    def run(self) -> Iterator[Piece | Problem]:
        position = 0
        while True:
            grown = self._grow(position)
            if grown is None:
                break
            position = yield from self._scan(grown)
            if len(self._buffer) - self._kept > LONGEST:
                yield Problem(self._where(self._kept), f"longer than {LONGEST >> 20} MB: given up")
                return
        yield from self._rest()

    def _grow(self, position: int) -> int | None:
        """Drop what is done, read more: as much again as is held, so that a long value costs linear time."""
        keep = min(self._kept, position)
        more = self._file.read(max(_CHUNK, len(self._buffer) - keep))
        if not more:
            return None
        self._base += keep
        self._buffer = self._buffer[keep:] + more
        self._start -= keep if self._start >= 0 else 0
        self._checked -= keep
        if self._base == 0 and position == 0 and self._buffer.startswith(_BOM):
            self._checked = len(_BOM)
            return len(_BOM)
        return position - keep

    def _scan(self, position: int) -> Generator[Piece | Problem, None, int]:
        buffer = self._buffer
        for token in _TOKEN.finditer(buffer, position):
            mark = buffer[token.start()]
            if mark == 0x0A:
                self._line += 1
            elif mark == 0x22:
                if token.end() - token.start() == 1 and buffer.find(b"\n", token.end()) < 0:
                    return token.start()  # the string goes on in what isn't read yet
            elif mark in b"{[":
                yield from self._open(token.start(), mark)
            else:
                yield from self._close(token.end())
            position = token.end()
        return max(position, len(buffer) if self._start < 0 else position)

    def _open(self, at: int, mark: int) -> Iterator[Problem]:
        if self._start < 0:
            yield from self._between(at)
            if self._depth == 0 and mark == 0x5B:
                self._inside_list = True
                self._depth = 1
                self._checked = at + 1
                return
            self._start, self._start_line = at, self._line
        self._depth += 1

    def _close(self, end: int) -> Iterator[Piece | Problem]:
        if self._start < 0:
            yield from self._between(end - 1)
            self._checked = end
            if self._depth == 0:
                yield Problem(self._where(end - 1), "a bracket that closes nothing")
            self._depth, self._inside_list = 0, False
            return
        self._depth -= 1
        if self._depth == (1 if self._inside_list else 0):
            yield Piece(self._buffer[self._start : end], self._base + self._start, self._start_line)
            self._start, self._checked = -1, end

    def _between(self, at: int) -> Iterator[Problem]:
        gap = self._buffer[self._checked : at].strip(_SPACE + b",")
        if gap:
            yield Problem(self._where(self._checked), "JSON, but no object" if _is_json(gap) else "not JSON")

    def _rest(self) -> Iterator[Piece | Problem]:
        if self._start >= 0:
            yield Piece(self._buffer[self._start :].rstrip(_SPACE), self._base + self._start,
                        self._start_line, whole=False)  # fmt: skip
            return
        yield from self._between(len(self._buffer))
        if self._depth:
            yield Problem(self._where(len(self._buffer)), "cut off: the list has no end")

    @property
    def _kept(self) -> int:
        """Where in the buffer that begins which is still needed."""
        return self._start if self._start >= 0 else self._checked

    def _where(self, at: int) -> str:
        return f"line {self._line}, byte {self._base + at}"


def _is_json(text: bytes) -> bool:
    try:
        decode(b"[" + text + b"]")
    except BadJson:
        return False
    return True
