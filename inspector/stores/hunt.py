"""Candidates of a search: the lines of a text that hold some bytes, the last line first.

The file is read by position in pieces, by a few threads: reading and scanning leave the interpreter's lock.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from inspector.stores.base import Lines
    from inspector.stores.needle import Finder

PIECE: Final = 2 << 20
_OVERLAP: Final = 2048
"""Longest occurrence, escapes included, that is found across the border of two pieces."""
_BACK: Final = 1 << 18
_THREADS: Final = 4


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the file and where in the file something ends that was found in it."""

    start: int
    data: bytes
    ends: list[int]


Bounds: TypeAlias = tuple[int, int]
"""Where a piece begins and ends. The cuts are the same in each search."""
_NOTHING: Final = _Piece(0, b"", [])


@dataclass(frozen=True, slots=True)
class Line:
    """One line and where in it the bytes end that were looked for."""

    start: int
    data: bytes
    ends: list[int]


def hunt(
    lines: Lines, make: Callable[[], Finder], stopped: Callable[[], bool], plain: set[Bounds] | None = None
) -> Iterator[Line]:
    """Every line in which a finder finds something, from the end of the file to its beginning.

    `plain` keeps from one search of a file to the next in which pieces no letter or digit is escaped.
    """
    known: set[Bounds] = set() if plain is None else plain
    last = (lines.size - 1) // PIECE * PIECE
    bounds = deque((start, min(start + PIECE, lines.size)) for start in range(last, -1, -PIECE))
    own = threading.local()

    def scan(start: int, end: int) -> _Piece:
        if stopped():
            return _NOTHING
        found: Finder | None = getattr(own, "finder", None)
        if found is None:
            found = own.finder = make()
        # What begins in this piece may end in the next: those ends belong here, and not there.
        before = min(_OVERLAP, start)
        first = start - before
        data = pread(lines.fd, first, end - first)
        ends = found.ends(data, plain=(start, end) in known)
        if not found.escaped:
            known.add((start, end))
        ends = [first + at for at in ends if at > before or start == 0]
        return _Piece(first, data, ends) if ends else _NOTHING

    count = max(1, min(_THREADS, os.cpu_count() or 1))
    with ThreadPoolExecutor(count, thread_name_prefix="search") as pool:
        running: deque[Future[_Piece]] = deque()
        cut = _Cutter(lines)
        try:
            while bounds or running:
                while bounds and len(running) < 2 * count + 2:
                    running.append(pool.submit(scan, *bounds.popleft()))
                yield from cut.lines(running.popleft().result())
                if stopped():
                    return
            yield from cut.rest()
        finally:
            for future in running:
                future.cancel()


class _Cutter:
    """Gathers ends, which come piece by piece from behind, by the line they are in."""

    def __init__(self, lines: Lines) -> None:
        self._fd = lines.fd
        self._size = lines.size
        self._start = lines.size + 1
        """Where the line at hand begins; ends at or under it are another line's."""
        self._data = b""
        self._ends: list[int] = []

    def lines(self, piece: _Piece) -> Iterator[Line]:
        for end in sorted(set(piece.ends), reverse=True):
            if end <= self._start:
                yield from self.rest()
                self._take(end, piece)
            self._ends.append(end - self._start)

    def rest(self) -> Iterator[Line]:
        if self._ends:
            yield Line(self._start, self._data, self._ends[::-1])
        self._ends = []

    def _take(self, end: int, piece: _Piece) -> None:
        """The line in which something ends at `end`: of the piece, where it holds it whole."""
        data = piece.data
        before, after = data.rfind(b"\n", 0, end - 1 - piece.start) + 1, data.find(b"\n", end - piece.start)
        start = piece.start + before if before else _line_start(self._fd, piece.start)
        stop = piece.start + after if after >= 0 else line_end(self._fd, end, self._size)
        whole = before and after >= 0
        self._start = start
        self._data = data[before:after] if whole else pread(self._fd, start, stop - start)


def _line_start(fd: int, at: int) -> int:
    size = 1 << 14
    while at > 0:
        low = max(0, at - size)
        cut = pread(fd, low, at - low).rfind(b"\n")
        if cut >= 0:
            return low + cut + 1
        at, size = low, min(size * 4, _BACK * 16)
    return 0


def line_end(fd: int, at: int, size: int) -> int:
    """Where the line that holds byte `at` ends: its newline, or the end of a file of this size."""
    step = 1 << 14
    while at < size:
        data = pread(fd, at, min(step, size - at))
        cut = data.find(b"\n")
        if cut >= 0:
            return at + cut
        if not data:
            break
        at, step = at + len(data), min(step * 4, _BACK * 16)
    return min(at, size)


def pread(fd: int, start: int, size: int) -> bytes:
    """So many bytes from `start` on; fewer at the end of the file."""
    from inspector.stores.source import read_all

    return read_all(fd, start, size)
