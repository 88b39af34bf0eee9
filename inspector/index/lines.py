"""A range of a text of lines into a block. Any range may be read by itself: a line belongs to the range in
which it begins, and is numbered from there."""

from __future__ import annotations

import os
import re
from array import array
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from inspector.index.block import Block
from inspector.model import Problem
from inspector.stores.heads import heads_in
from inspector.stores.records import LONGEST, Piece, records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inspector.stores.formats.base import JsonFormat

_STEP: Final = 1 << 20
_SPACE: Final = b" \t\r\n"
_BOM: Final = b"\xef\xbb\xbf"


_NUMBERED: Final = re.compile(r"line (\d+),")


def renumbered(where: str, by: int) -> str:
    """A place in a range as one in the file."""
    return _NUMBERED.sub(lambda m: f"line {int(m[1]) + by},", where, count=1) if by else where


class LineReader:
    """Reads ranges of one file for one format."""

    def __init__(self, fd: int, chosen: JsonFormat) -> None:
        self._fd = fd
        self._format = chosen

    def block(self, start: int, stop: int, stopped: Callable[[], bool] = lambda: False) -> Block:
        """All that begins from `start` up to, and without, `stop`."""
        block = Block()
        fast = self._fast(block)
        number = 0
        for at, line in self.lines(start, stop):
            number += 1
            if line is None:
                what = f"longer than {LONGEST >> 20} MB: skipped"
                block.problems.append(Problem(f"line {number}, byte {at}", what))
                continue
            text = line.rstrip(_SPACE)
            mark = len(_BOM) if at == 0 and text.startswith(_BOM) else 0
            if len(text) <= mark:
                continue
            if mark:
                text = text[mark:]
            if fast is None or not fast(text, at + mark, number):
                self._exactly(block, Piece(text, at + mark, number, line.endswith(b"\n")))
            if stopped():
                break
        block.newlines = number
        block.finish()
        return block

    def block_after(self, before: int, start: int, stop: int) -> Block:
        """The same for a range of which it is known how many lines come before it."""
        block = self.block(start, stop)
        if before:
            block.lines = array("q", [line + before for line in block.lines])
            block.problems = [replace(p, where=renumbered(p.where, before)) for p in block.problems]
        return block

    def _fast(self, block: Block) -> Callable[[bytes, int, int], bool] | None:
        if self._format.info.id != "otlp":
            return None
        try:
            from inspector.index.otlp_fast import OtlpLines, Refused
        except ImportError:  # a platform without msgspec
            return None
        reader = OtlpLines(block)

        def fast(text: bytes, start: int, number: int) -> bool:
            try:
                reader.read(text, start, number)
            except Refused:
                return False
            return True

        return fast

    def _exactly(self, block: Block, piece: Piece) -> None:
        for record in records(piece):
            if isinstance(record, Problem):
                block.problems.append(record)
                continue
            heads = heads_in(self._format, record)
            for trace in heads.traces:
                block.add_head(trace)
            for span in heads.spans:
                block.add_span(span)
            block.side += heads.side
            block.problems += heads.problems
            if heads.traces or heads.side_of:
                number = block.record(record.start, record.end, record.line)
                block.beside += [
                    (raw_id, number)
                    for raw_id in dict.fromkeys((*(t.trace_id for t in heads.traces), *heads.side_of))
                    if raw_id
                ]

    def lines(self, start: int, stop: int) -> Iterator[tuple[int, bytes | None]]:
        """Offset and bytes of each line that begins in the range, its end included; none for one too long."""
        at = self._first(start)
        buffer = b""
        base = at
        while base < stop:
            found = buffer.find(b"\n", 0)
            if found < 0:
                line, buffer = self._grown(base, buffer)
                if line is None:
                    yield base, None
                    base = self._after(base + LONGEST)
                    buffer = b""
                    continue
                if not line:
                    return
                if not buffer and not line.endswith(b"\n"):
                    yield base, line
                    return
                yield base, line
                base += len(line)
                continue
            at = 0
            while found >= 0 and base + at < stop:
                yield base + at, buffer[at : found + 1]
                at = found + 1
                found = buffer.find(b"\n", at)
            buffer, base = buffer[at:], base + at

    def _grown(self, base: int, buffer: bytes) -> tuple[bytes | None, bytes]:
        """The line that begins in `buffer` and ends beyond it, and what was read behind it."""
        parts = [buffer]
        size = len(buffer)
        while size < LONGEST:
            more = os.pread(self._fd, _STEP, base + size)
            if not more:
                return b"".join(parts), b""
            found = more.find(b"\n")
            if found >= 0:
                parts.append(more[: found + 1])
                return b"".join(parts), more[found + 1 :]
            parts.append(more)
            size += len(more)
        return None, b""

    def _first(self, start: int) -> int:
        """Where the first line begins that begins at `start` or later."""
        return start if start == 0 else self._after(start - 1)

    def _after(self, at: int) -> int:
        """Behind the first line's end at `at` or later."""
        while more := os.pread(self._fd, _STEP, at):
            found = more.find(b"\n")
            if found >= 0:
                return at + found + 1
            at += len(more)
        return at

    def last_line(self, size: int, most: int) -> int:
        """Where the last whole line begins, if that is among the last `most` bytes; else `size`."""
        start = max(size - most, 0)
        data = os.pread(self._fd, size - start, start).rstrip(_SPACE)
        found = data.rfind(b"\n")
        return start + found + 1 if found >= 0 else size
