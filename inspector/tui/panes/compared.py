"""The two panes of a comparison: aligned spans above, the chosen pair's texts side by side below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui import format as fmt
from inspector.tui.comparing import difference, side_by_side
from inspector.tui.panes.pane import Pane
from inspector.tui.panes.span_rows import label
from inspector.tui.screens.copying import span_text
from inspector.tui.text import fit, runs_of, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style

    from inspector.tui.comparing import Pair
    from inspector.tui.look import Look
    from inspector.tui.text import Run
    from inspector.view import ShownSpan, ShownTrace, SpanNode

_FACTS = 46


class Aligned(Pane):
    """One row a pair: left duration, right duration, what changed."""

    HEAD = 2

    def __init__(self) -> None:
        super().__init__()
        self.left: ShownTrace | None = None
        self.right: ShownTrace | None = None
        self.pairs: Sequence[Pair] = ()

    def use(self, left: ShownTrace, right: ShownTrace, pairs: Sequence[Pair]) -> None:
        self.left, self.right, self.pairs = left, right, pairs
        self.forget()

    def pair(self) -> Pair | None:
        return self.pairs[self.cursor] if self.cursor < len(self.pairs) else None

    def next_difference(self, step: int) -> None:
        at = self.cursor + step
        while 0 <= at < len(self.pairs):
            if self._differs(self.pairs[at]):
                self.move(at)
                return
            at += step

    def _differs(self, pair: Pair) -> bool:
        left, right = self.nodes(pair)
        return left is None or right is None or difference(left, right).any

    def nodes(self, pair: Pair) -> tuple[SpanNode | None, SpanNode | None]:
        left = self.left.nodes[pair.left] if self.left is not None and pair.left is not None else None
        right = self.right.nodes[pair.right] if self.right is not None and pair.right is not None else None
        return left, right

    @property
    def row_count(self) -> int:
        return len(self.pairs)

    def head(self, line: int, width: int) -> Sequence[Run]:
        look = self.look
        if self.left is None or self.right is None:
            return ()
        if line == 0:
            dot = f"  {look.glyphs.dot}  "
            return [(" ", look.text), *_named(self.left, look), (dot, look.dim), *_named(self.right, look)]
        room = width - _FACTS - 4
        return ((f"   {'span':<{room}}{'left':>9}{'right':>9}{'change':>10}  tokens", look.dim),)

    def row(self, index: int, width: int, selected: bool) -> Sequence[Run] | None:
        look, pair = self.look, self.pairs[index]
        left, right = self.nodes(pair)
        node = left or right
        if node is None:
            return ()
        sign, style = self._sign(left, right, look)
        room = width - _FACTS - 4
        name = [
            ("  " * min(pair.depth, 20), look.text),
            (f"{label(node.kind):<5} ", look.kind(node.kind) + look.strong),
            *runs_of(node.name, look, look.strong if selected else look.text),
        ]
        out: list[Run] = [(f" {sign} ", style), *fit(name, room, look)]
        out += fit([(_length(left), look.text)], 9, look, right=True)
        out += fit([(_length(right), look.text)], 9, look, right=True)
        return [*out, *self._change(left, right, look)]

    def _sign(self, left: SpanNode | None, right: SpanNode | None, look: Look) -> tuple[str, Style]:
        if left is None:
            return "+", look.accent_bold
        if right is None:
            return "-", look.accent_bold
        found = difference(left, right)
        if found.status:
            return look.glyphs.error, look.error_bold
        return ("~", look.accent_bold) if found.any else (" ", look.dim)

    def _change(self, left: SpanNode | None, right: SpanNode | None, look: Look) -> list[Run]:
        if left is None or right is None:
            return [(f"   only {'right' if left is None else 'left'}", look.dim)]
        found = difference(left, right)
        change = (
            "" if not found.duration else f"{'+' if found.duration > 0 else ''}{fmt.duration(found.duration)}"
        )
        style = look.strong if found.slower else look.dim
        tokens = f"{found.tokens:+,}" if found.tokens else ""
        words = f"  {left.status} {look.glyphs.call} {right.status}" if found.status else ""
        return [*fit([(change, style)], 10, look, right=True), (f"  {tokens}", look.dim), (words, look.error)]

    def title(self) -> Sequence[Run]:
        return ((" Compare ", self.look.accent_bold if self.has_focus else self.look.strong),)

    def info(self) -> Sequence[Run]:
        if not self.pairs:
            return ()
        n = sum(map(self._differs, self.pairs))
        return ((f" {n:,} of {len(self.pairs):,} spans differ ", self.look.dim),)

    def empty(self) -> Sequence[Sequence[Run]]:
        return ([(f"Reading both traces{self.look.glyphs.more}", self.look.dim)],)


def _named(trace: ShownTrace, look: Look) -> list[Run]:
    row = trace.row
    return [
        *runs_of(row.name, look, look.strong),
        (f" {fmt.stamp(row.start)[:19]} {fmt.duration(row.duration)}", look.dim),
    ]


def _length(node: SpanNode | None) -> str:
    return (
        "" if node is None or node.start is None or node.end is None else fmt.duration(node.end - node.start)
    )


class SideBySide(Pane):
    """The redacted texts of a pair, line by line."""

    def __init__(self) -> None:
        super().__init__()
        self.spans: tuple[ShownSpan | None, ShownSpan | None] = (None, None)
        self._lines: list[tuple[str, str, bool]] | None = None
        self._laid = 0

    def use(self, left: ShownSpan | None, right: ShownSpan | None) -> None:
        self.spans = (left, right)
        self._lines = None
        self.cursor = self.top = 0
        self.forget()

    def lines(self) -> list[tuple[str, str, bool]]:
        width = max((self.size.width - 5) // 2, 8)
        if self._lines is None or self._laid != width:
            self._laid = width
            self._lines = list(self._wrapped(width))
        return self._lines

    def _wrapped(self, width: int) -> Sequence[tuple[str, str, bool]]:
        texts = [span_text(span).split("\n") if span is not None else [] for span in self.spans]
        out: list[tuple[str, str, bool]] = []
        for left, right, alike in side_by_side(texts[0], texts[1]):
            a, b = _cut(left, width, self.look), _cut(right, width, self.look)
            for i in range(max(len(a), len(b))):
                out.append((a[i] if i < len(a) else "", b[i] if i < len(b) else "", alike))
        return out

    @property
    def row_count(self) -> int:
        return len(self.lines()) if any(self.spans) else 0

    @property
    def marks_cursor(self) -> bool:
        return self.has_focus

    def row(self, index: int, width: int, selected: bool) -> Sequence[Run] | None:
        look = self.look
        left, right, alike = self.lines()[index]
        style = look.dim if alike else look.text
        mark = look.glyphs.pipe if alike else "~"
        return [
            (" ", look.text),
            *fit([(left, style)], self._laid, look),
            (f" {mark} ", look.frame if alike else look.accent_bold),
            (right, style),
        ]

    def title(self) -> Sequence[Run]:
        return ((" Redacted texts ", self.look.accent_bold if self.has_focus else self.look.strong),)

    def empty(self) -> Sequence[Sequence[Run]]:
        return ([("Choose a span above.", self.look.dim)],)


def _cut(line: str | None, width: int, look: Look) -> list[str]:
    if line is None:
        return [""]
    return ["".join(text for text, _ in runs) for runs in wrap([(line, look.text)], width)] or [""]
