"""The fourth tab: the stored object as JSON, redacted; only lines that are shown are highlighted."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from inspector.tui.tabs.doc import Item, Line
from inspector.tui.text import chip_text, length, window, wrap
from inspector.view import Segment, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pygments.lexer import Lexer
    from rich.style import Style

    from inspector.tui.look import Look
    from inspector.tui.tabs.doc import Page
    from inspector.tui.text import Run
    from inspector.view import ShownText

_LINE = 4000
"""Characters of a line beyond which it is not highlighted, only wrapped."""


def lines(raw: ShownText, page: Page) -> Iterator[Line]:
    look = page.look
    if not raw:
        yield Line((("  Nothing is stored as an object of its own here.", look.text),))
        return
    item = Item("raw", "raw", "", raw)
    size = page.folds.window("raw") * 8
    room = max(page.width - 3, 12)
    for segments in _lines(window(raw, 0, size)):
        for piece in wrap(_highlighted(segments, look), room):
            yield Line((("  ", look.text), *piece), item, 0)
    left = length(raw) - size
    if left > 0:
        note = f"  {look.glyphs.shut} {left:,} characters more {look.glyphs.dot} Enter shows the next part"
        yield Line(((note, look.dim_italic),), Item("raw", "raw", "", raw, True, True, more=left), 0)


def _lines(shown: ShownText) -> Iterator[list[Segment]]:
    """The segments of each line."""
    line: list[Segment] = []
    for segment in shown.segments:
        if segment.state is not State.PLAIN:
            line.append(segment)
            continue
        parts = segment.text.split("\n") if len(segment.text) < 100_000 else _parts(segment.text)
        first = True
        for part in parts:
            if not first:
                yield line
                line = []
            first = False
            if part:
                line.append(Segment(part))
    if line:
        yield line


def _parts(text: str) -> Iterator[str]:
    at = 0
    while (cut := text.find("\n", at)) >= 0:
        yield text[at:cut]
        at = cut + 1
    yield text[at:]


def _highlighted(segments: Sequence[Segment], look: Look) -> list[Run]:
    """The line's runs: Pygments decides on the whole line, chips are laid over it."""
    text = "".join(s.text for s in segments)
    if len(text) > _LINE:
        return [(s.text, look.text) if s.state is State.PLAIN else _chip(s, look) for s in segments]
    tokens = _tokens(text, look)
    out: list[Run] = []
    at = 0
    for segment in segments:
        end = at + len(segment.text)
        if segment.state is State.PLAIN:
            for low, high, style in tokens:
                if low < end and high > at:
                    out.append((text[max(low, at) : min(high, end)], style))
        else:
            out.append(_chip(segment, look))
        at = end
    return out


def _chip(segment: Segment, look: Look) -> Run:
    return chip_text(segment, look), look.states[segment.state]


@cache
def _lexer() -> Lexer:
    """Pygments is imported when the tab is first looked at."""
    from pygments.lexers.data import JsonLexer

    return JsonLexer()


def _tokens(text: str, look: Look) -> list[tuple[int, int, Style]]:
    out: list[tuple[int, int, Style]] = []
    for at, kind, piece in _lexer().get_tokens_unprocessed(text):
        out.append((at, at + len(piece), _style(str(kind), look)))
    return out


def _style(kind: str, look: Look) -> Style:
    if kind.startswith("Token.Name"):
        return look.key
    if "String" in kind:
        return look.string
    if "Number" in kind:
        return look.number
    if "Keyword" in kind:
        return look.word
    return look.text if "Error" in kind else look.dim
