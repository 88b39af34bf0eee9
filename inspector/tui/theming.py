"""Themes from TOML files: those shipped, and the user's own beside inspector.toml (`themes/`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import tomli

from inspector import paths
from inspector.errors import UsageError
from inspector.tui.glyphs import UNICODE, Glyphs
from inspector.tui.look import COLOR_NAMES, Colors, Look

if TYPE_CHECKING:
    from pathlib import Path

    from textual.theme import Theme

DEFAULT = "dark"
_KEYS = ("title", "dark", "ansi", "base", "colors")


class ThemeFile(NamedTuple):
    name: str
    path: Path


def theme_files() -> dict[str, ThemeFile]:
    """By name; a user's file stands before the shipped one of the same name."""
    found: dict[str, ThemeFile] = {}
    for folder in (paths.shipped("themes"), paths.config_folder() / "themes"):
        if folder.is_dir():
            for path in sorted(folder.glob("*.toml")):
                found[path.stem] = ThemeFile(path.stem, path)
    return found


def stamp(name: str) -> int:
    """Changes when the theme's file does, or when a user's file takes its place; 0 where there is none."""
    found = theme_files().get(name)
    try:
        return 0 if found is None else hash((found.path, found.path.stat().st_mtime_ns))
    except OSError:
        return 0


def load(name: str, glyphs: Glyphs = UNICODE) -> Look:
    """The look of the theme `name`; raises UsageError where the file can't be used."""
    table = _read(name)
    colors = _colors(name, table, seen=(name,))
    missing = [key for key in COLOR_NAMES if key not in colors]
    if missing:
        raise UsageError(
            f"Theme {name} names no colour for {missing[0]}.", 'Name it under [colors], or add base = "dark".'
        )
    dark = bool(table.get("dark", True))
    ansi = bool(table.get("ansi", False))
    return Look(name, Colors(**colors), dark=dark, ansi=ansi, glyphs=glyphs)


def _read(name: str) -> dict[str, object]:
    files = theme_files()
    if name not in files:
        raise UsageError(f"There is no theme {name}.", f"Choose one of: {', '.join(files)}.")
    try:
        table: dict[str, object] = tomli.loads(files[name].path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomli.TOMLDecodeError) as error:
        raise UsageError(f"The file of theme {name} can't be read as TOML.", "Correct the file.") from error
    for key in table:
        _known(name, key, _KEYS)
    return table


def _colors(name: str, table: dict[str, object], seen: tuple[str, ...]) -> dict[str, str]:
    base = table.get("base")
    colors: dict[str, str] = {}
    if isinstance(base, str) and base not in seen:
        colors = _colors(base, _read(base), (*seen, base))
    own = table.get("colors", {})
    if not isinstance(own, dict):
        raise UsageError(f"In theme {name}, colors is no table.", "Write [colors] and one colour a line.")
    for key, value in own.items():
        _known(name, key, COLOR_NAMES)
        colors[key] = _color(name, key, value)
    return colors


def _known(theme: str, key: str, known: tuple[str, ...]) -> None:
    if key not in known:
        import difflib

        near = difflib.get_close_matches(key, known, 1)
        fix = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(known)}."
        raise UsageError(f"Theme {theme} has an unknown key {key}.", fix)


def _color(theme: str, key: str, value: object) -> str:
    from rich.color import Color, ColorParseError

    if isinstance(value, str):
        try:
            Color.parse(value)
        except ColorParseError:
            pass
        else:
            return value
    raise UsageError(
        f"Theme {theme} gives {key} a colour that isn't one.", "Write #rrggbb or a name like bright_blue."
    )


_ANSI = {
    "ansi-background": "ansi_black",
    "ansi-foreground": "ansi_white",
    "input-cursor-background": "ansi_white",
    "input-cursor-foreground": "ansi_black",
    "input-cursor-text-style": "none",
    "input-selection-background": "ansi_blue",
    "input-selection-foreground": "ansi_white",
}
"""What Textual asks of a theme of terminal colours beyond its roles."""


def textual_theme(look: Look) -> Theme:
    """The same theme for the few widgets that Textual itself draws (inputs, notifications)."""
    from textual.theme import Theme

    def color(name: str) -> str:
        return name if name.startswith("#") else f"ansi_{name}"

    c = look.colors
    return Theme(
        name=f"inspector-{look.name}",
        primary=color(c.accent),
        secondary=color(c.key),
        accent=color(c.accent),
        warning=color(c.amber),
        error=color(c.error),
        success=color(c.ok),
        foreground=color(c.text),
        background=color(c.background),
        surface=color(c.bar),
        panel=color(c.bar),
        dark=look.dark,
        ansi=look.ansi,
        variables=_ANSI if look.ansi else {},
    )
