"""A screen as text that a diff can show: its lines, and how each is coloured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.strip import Strip

if TYPE_CHECKING:
    from rich.style import Style
    from textual.app import App

_NAMES = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def strips(app: App[object]) -> list[Strip]:
    """What stands on the terminal, dialogs on their dimmed background included."""
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    return [Strip.join(line) for line in update.strips]


def picture(app: App[object], *, words: bool = True, colours: bool = True) -> str:
    """The lines, and below them the runs of each line (`3a` is three cells in style a), lines that are alike
    once, and what the letters mean."""
    lines = strips(app)
    names: dict[str, str] = {}
    parts: list[str] = []
    if words:
        parts += [line.text.rstrip() for line in lines]
    if colours:
        runs = [
            " ".join(f"{s.cell_length}{_name(s.style, names)}" for s in line.simplify()) for line in lines
        ]
        first = 0
        for at in range(1, len(runs) + 1):
            if at == len(runs) or runs[at] != runs[first]:
                parts.append(
                    f"{first}-{at - 1} {runs[first]}" if at - 1 > first else f"{first} {runs[first]}"
                )
                first = at
        parts += [f"{name} = {style}" for style, name in names.items()]
    return "\n".join(parts)


def _name(style: Style | None, names: dict[str, str]) -> str:
    said = "" if style is None else str(style.without_color + style.from_color(style.color, style.bgcolor))
    return names.setdefault(
        said, _NAMES[len(names) % 52] + (str(len(names) // 52) if len(names) > 51 else "")
    )
