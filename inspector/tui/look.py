"""What a theme makes of each role on the screen: ready styles, so that drawing a row parses no colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.style import Style

from inspector.tui.glyphs import UNICODE, Glyphs
from inspector.view import State

if TYPE_CHECKING:
    from collections.abc import Mapping


class Colors(NamedTuple):
    """What a theme file names: `#rrggbb`, or one of the terminal's own colours (`bright_blue`, `default`)."""

    background: str
    bar: str
    text: str
    dim: str
    frame: str
    accent: str
    on_accent: str
    cursor: str
    on_cursor: str
    error: str
    ok: str
    amber: str
    on_amber: str
    histogram: str
    key: str
    redacted: str
    redacted_back: str
    locked: str
    locked_back: str
    erased: str
    erased_back: str
    agent: str
    llm: str
    tool: str
    data: str
    other: str
    string: str
    number: str
    word: str
    match_back: str
    on_match: str


COLOR_NAMES = Colors._fields

_KIND_ROLES = {
    "agent": "agent",
    "chain": "agent",
    "llm": "llm",
    "embedding": "data",
    "reranker": "data",
    "retrieval": "data",
    "memory": "data",
    "prompt": "data",
    "tool": "tool",
    "guardrail": "data",
    "evaluation": "data",
}


class Look:
    """Foreground styles leave the background to the row they stand on; badges and states bring their own."""

    def __init__(
        self, name: str, colors: Colors, *, dark: bool, ansi: bool, glyphs: Glyphs = UNICODE
    ) -> None:
        c = self.colors = colors
        self.name = name
        self.dark = dark
        self.ansi = ansi
        self.glyphs = glyphs
        self.base = Style(color=c.text, bgcolor=c.background)
        self.bar = Style(color=c.text, bgcolor=c.bar)
        self.cursor = Style(color=c.on_cursor, bgcolor=c.cursor)
        self.cursor_bold = self.cursor + Style(bold=True)
        self.text = Style()
        self.strong = Style(bold=True)
        self.dim = Style(color=c.dim)
        self.dim_italic = Style(color=c.dim, italic=True)
        self.frame = Style(color=c.frame)
        self.accent = Style(color=c.accent)
        self.accent_bold = Style(color=c.accent, bold=True)
        self.tab = Style(color=c.on_accent, bgcolor=c.accent, bold=True)
        self.error = Style(color=c.error)
        self.error_bold = Style(color=c.error, bold=True)
        self.ok = Style(color=c.ok)
        self.ok_bold = Style(color=c.ok, bold=True)
        self.amber = Style(color=c.amber, bold=True)
        self.alarm = Style(color=c.on_amber, bgcolor=c.amber, bold=True)
        self.histogram = Style(color=c.histogram)
        self.key = Style(color=c.key)
        self.string = Style(color=c.string)
        self.number = Style(color=c.number)
        self.word = Style(color=c.word)
        self.match = Style(color=c.on_match, bgcolor=c.match_back)
        self.states: Mapping[State, Style] = {
            State.REDACTED: Style(color=c.redacted, bgcolor=c.redacted_back),
            State.LOCKED: Style(color=c.locked, bgcolor=c.locked_back),
            State.REVEALED: Style(color=c.on_amber, bgcolor=c.amber, bold=True),
            State.ERASED: Style(color=c.erased, bgcolor=c.erased_back),
            State.UNREDACTABLE: Style(color=c.redacted, bgcolor=c.redacted_back, italic=True),
        }
        hues = {role: getattr(c, role) for role in ("agent", "llm", "tool", "data", "other")}
        self._kinds = {kind: Style(color=hues[role]) for kind, role in _KIND_ROLES.items()}
        self._other = Style(color=hues["other"])
        names = ("llm", "agent", "tool", "number", "data", "other", "string", "key")
        self._services = [Style(color=getattr(c, name)) for name in names]

    def kind(self, kind: str) -> Style:
        return self._kinds.get(kind, self._other)

    def service(self, number: int) -> Style:
        """The hue of the n-th service of a trace; red and amber stay for what they mean."""
        return self._services[number % len(self._services)]

    def sign(self, state: State) -> str:
        """The glyph that marks a state, beside its word."""
        signs = self.glyphs
        match state:
            case State.LOCKED:
                return signs.locked
            case State.REVEALED:
                return signs.revealed
            case State.ERASED:
                return signs.erased
            case State.UNREDACTABLE:
                return signs.unreadable
            case _:
                return signs.redacted
