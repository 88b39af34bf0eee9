"""One pass over a JSON store's text: what no edit concerns goes through as it is, the rest is asked about."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from inspector.errors import StoreError
from inspector.stores.edit_text import Block, Gap, line_piece
from inspector.stores.records import Piece, Shape
from inspector.stores.sieve import lines_hit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from inspector.stores.edit_text import Text
    from inspector.stores.sieve import Sieve

_SPACE: Final = b" \t\r\n"
_BETWEEN: Final = _SPACE + b",[]"


class Choice:
    """Which pieces are looked at: those in which the sieve finds something, and those that begin somewhere."""

    def __init__(self, sieve: Sieve | None, starts: Iterable[int] = ()) -> None:
        self._sieve = sieve
        self._starts = sorted(starts)

    def lines(self, block: Block) -> list[tuple[int, int]]:
        """The chosen lines of a block, from first to last."""
        data = block.data
        if self._sieve is None:
            return list(_all_lines(data))
        ends = list(self._sieve.ends(data))
        first = bisect_left(self._starts, block.start)
        last = bisect_left(self._starts, block.start + len(data))
        ends += [start - block.start + 1 for start in self._starts[first:last]]
        return lines_hit(data, ends) if ends else []

    def takes(self, data: bytes, start: int) -> bool:
        if self._sieve is None or self._sieve.ends(data):
            return True
        at = bisect_left(self._starts, start)
        return at < len(self._starts) and self._starts[at] < start + len(data)


def _all_lines(data: bytes) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(data):
        end = data.find(b"\n", start) + 1 or len(data)
        yield start, end
        start = end


def chosen(text: Text, choice: Choice) -> Iterator[Piece]:
    """The pieces of a text that are chosen, among them what stands between values and is no separator."""
    if text.shape is Shape.LINES:
        for block in text.blocks(counted=True):
            for _, _, piece, _ in _pieces(block, choice):
                yield piece
        return
    for found in text.values():
        if isinstance(found, Gap):
            if found.data.strip(_BETWEEN) and choice.takes(found.data, found.start):
                yield Piece(found.data, found.start, found.line)
        elif choice.takes(found.data, found.start):
            yield found


def _pieces(block: Block, choice: Choice) -> Iterator[tuple[int, bytes, Piece, bytes]]:
    """Chosen lines: where each begins in the block, its mark, its value, its end."""
    line, at = block.line, 0
    for start, end in choice.lines(block):
        line += block.data.count(b"\n", at, start) if block.line else 0
        at = start
        mark, piece, rest = line_piece(block, start, end, line)
        if piece is not None:
            yield start, mark, piece, rest


class Pass:
    """Asks `judge` about each chosen piece: the same bytes object back means no change, none that it goes."""

    def __init__(self, text: Text, choice: Choice, judge: Callable[[Piece], bytes | None]) -> None:
        self.text = text
        self.choice = choice
        self._judge = judge
        self.changed = False

    def run(self, write: Callable[[bytes], None], step: Callable[[int], None]) -> None:
        """Writes the whole new text. `step` is told how many bytes of the old one are done."""
        if self.text.shape is Shape.LINES:
            for block in self.text.blocks():
                self.block(block, write)
                step(block.start + len(block.data))
        else:
            self._values(write, step)

    def block(self, block: Block, write: Callable[[bytes], None]) -> None:
        """Some whole lines."""
        data = block.data
        done = 0
        for start, mark, piece, rest in _pieces(block, self.choice):
            new = self._judge(piece)
            if new is piece.data:
                continue
            if new is not None and b"\n" in new:
                raise StoreError("A line can't become several.", "Report it: the new content is wrong.")
            self.changed = True
            write(data[done:start] + mark)
            if new is not None:
                write(new + rest)
            done = start + len(mark) + len(piece.data) + len(rest)
        write(data[done:] if done else data)

    def _values(self, write: Callable[[bytes], None], step: Callable[[int], None]) -> None:
        pending = b""
        begun = dropped = False
        for found in self.text.values():
            if isinstance(found, Gap):
                gap = self._gap(found)
                pending = joined(pending, gap, first=not begun) if dropped else pending + gap
                dropped = False
                continue
            new = self._judge(found) if self.choice.takes(found.data, found.start) else found.data
            if new is not found.data:
                self.changed = True
            if new is None:
                dropped = True
            else:
                write(pending + new)
                pending = b""
                begun = True
            step(found.end)
        write(pending)

    def _gap(self, gap: Gap) -> bytes:
        if not gap.data.strip(_BETWEEN) or not self.choice.takes(gap.data, gap.start):
            return gap.data
        new = self._judge(Piece(gap.data, gap.start, gap.line))
        if new is gap.data:
            return gap.data
        self.changed = True
        return separators(gap.data) if new is None else new


def joined(before: bytes, after: bytes, *, first: bool) -> bytes:
    """What stands between two values when the one between `before` and `after` has gone."""
    ahead = after.lstrip(_SPACE)
    if ahead.startswith(b","):
        rest = ahead[1:]
        return before + rest if rest.strip(_SPACE) else before
    behind = before.rstrip(_SPACE)
    if behind.endswith(b","):
        return behind[:-1] + after
    if not behind and not ahead:
        return before if first else after
    return before + after


def separators(gap: bytes) -> bytes:
    """A gap without what is no separator in it."""
    opens, closes = gap.find(b"["), gap.rfind(b"]")
    if closes > opens:
        return gap[closes:]
    if opens >= 0:
        return gap[: opens + 1]
    return b"," if gap.lstrip(_SPACE).startswith(b",") else b""
