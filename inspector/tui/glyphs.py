"""The signs the screen draws, in one table; `--ascii` swaps the whole table."""

from __future__ import annotations

from typing import NamedTuple


class Glyphs(NamedTuple):
    """Every sign is one cell wide but the states, which may be longer in ASCII."""

    redacted: str = "▒"
    locked: str = "▣"
    revealed: str = "◉"
    erased: str = "∅"
    unreadable: str = "▨"
    ok: str = "✓"
    error: str = "×"
    running: str = "…"
    open: str = "▾"
    shut: str = "▸"
    tee: str = "├"
    elbow: str = "└"
    pipe: str = "│"
    horizontal: str = "─"
    top_left: str = "╭"
    top_right: str = "╮"
    bottom_left: str = "╰"
    bottom_right: str = "╯"
    thumb: str = "┃"
    bar: str = "█"
    thin: str = "━"
    unfinished: str = "░"
    call: str = "→"
    result: str = "←"
    more: str = "…"
    dot: str = "·"
    down: str = "▾"
    up: str = "▴"
    deep: str = "⋯"
    caret: str = "^"
    path: str = "•"
    again: str = "↻"
    mark: str = "◆"
    micro: str = "µ"
    levels: str = " ▁▂▃▄▅▆▇█"


UNICODE = Glyphs()

ASCII = Glyphs(
    redacted="[R]",
    locked="[L]",
    revealed="[!]",
    erased="[E]",
    unreadable="[?]",
    ok="+",
    error="x",
    running="~",
    open="v",
    shut=">",
    tee="|",
    micro="u",
    elbow="`",
    pipe="|",
    horizontal="-",
    top_left="+",
    top_right="+",
    bottom_left="+",
    bottom_right="+",
    thumb="#",
    bar="#",
    thin="=",
    unfinished=":",
    call="->",
    result="<-",
    more="~",
    dot="-",
    down="v",
    up="^",
    deep="..",
    caret="^",
    path="*",
    again="@",
    mark="*",
    levels=" ..::==##",
)
