"""Themes are data: complete, readable by people, strict about mistakes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from textual.filter import Monochrome

from inspector import paths
from inspector.errors import UsageError
from inspector.tui.theming import load, theme_files
from inspector.view import State
from tests.tui.driving import MIDDLE, app_of, browser, settle
from tests.tui.fake import FakeView

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = ("ansi", "colour-blind-safe", "dark", "high-contrast", "light")


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_shipped_themes_are_there() -> None:
    assert tuple(sorted(theme_files())) == SHIPPED


@pytest.mark.parametrize("name", [n for n in SHIPPED if n != "ansi"])
def test_every_text_is_readable(name: str) -> None:
    c = load(name).colors
    least = 7.0 if name == "high-contrast" else 4.5
    roles = ["text", "dim", "accent", "error", "ok", "amber", "key", "agent", "llm", "tool", "data", "other"]
    roles += ["string", "number", "word"]
    pairs = [(getattr(c, role), c.background) for role in roles]
    pairs += [(getattr(c, role), c.bar) for role in ("text", "dim", "accent", "ok", "error")]
    pairs += [
        (c.on_accent, c.accent),
        (c.on_cursor, c.cursor),
        (c.on_amber, c.amber),
        (c.redacted, c.redacted_back),
        (c.locked, c.locked_back),
        (c.erased, c.erased_back),
        (c.on_match, c.match_back),
    ]
    look = load(name)
    hues = [look.service(n).color for n in range(8)]
    assert all(hue is not None and hue.name in [one for one, _ in pairs] for hue in hues)
    # What is no text, as bars are, needs less (WCAG 2.2, 1.4.11).
    assert contrast(c.histogram, c.background) >= 3
    weak = [
        (one, other, round(contrast(one, other), 2)) for one, other in pairs if contrast(one, other) < least
    ]
    assert weak == []


@pytest.mark.parametrize("name", SHIPPED)
async def test_a_theme_draws_the_screen(name: str) -> None:
    async with app_of(FakeView(), theme=name).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+p", "escape", "slash", "escape", "question_mark", "escape")
        await settle(pilot)
        strip = browser(pilot).traces.render_line(3)
        assert any(s.style is not None and s.style.bgcolor is not None for s in strip)


async def test_changing_the_theme_changes_what_is_drawn() -> None:
    async with app_of(FakeView()).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        traces = browser(pilot).traces
        before = traces.render_line(5)
        await pilot.press("colon", *"theme", "enter")
        await settle(pilot)
        assert traces.render_line(5) != before
        assert pilot.app.current_theme.name == "inspector-high-contrast"


def write(name: str, text: str) -> Path:
    folder = paths.config_folder() / "themes"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text)
    return path


def test_a_users_theme_may_rest_on_another() -> None:
    write("mine", 'base = "dark"\n[colors]\naccent = "#ff00ff"\n')
    look = load("mine")
    assert look.colors.accent == "#ff00ff"
    assert look.colors.background == load("dark").colors.background


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ('base = "dark"\n[colors]\nacent = "#ffffff"\n', "unknown key acent", "Did you mean accent?"),
        ('base = "dark"\n[colors]\naccent = "purplish"\n', "a colour that isn't one", "Write #rrggbb"),
        ("base = ", "can't be read as TOML", "Correct the file"),
        ('[colors]\naccent = "#ffffff"\n', "names no colour for background", "base"),
        ("colour = 1\n", "unknown key colour", "Did you mean colors?"),
        ("colors = 3\n", "colors is no table", "Write [colors]"),
    ],
)
def test_mistakes_are_named(text: str, what: str, fix: str) -> None:
    write("wrong", text)
    with pytest.raises(UsageError, match=re.escape(what)) as error:
        load("wrong")
    assert fix in error.value.fix


def test_a_theme_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="no theme nope") as error:
        load("nope")
    assert "dark" in error.value.fix


def test_states_differ_without_colour() -> None:
    look = load("dark")
    assert len({look.sign(state) for state in State if state is not State.PLAIN}) == 5


async def test_a_change_of_the_themes_file_is_taken_in_while_the_screen_runs() -> None:
    path = write("mine", 'base = "dark"\n[colors]\ntext = "#ffffff"\n')
    async with app_of(FakeView(), theme="mine").run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        host = browser(pilot).host
        assert host.look.colors.text == "#ffffff"
        write("mine", 'base = "dark"\n[colors]\ntext = "#00ff00"\n')
        host.look_again()
        assert host.look.colors.text == "#00ff00"
        write("mine", "[colours]\n")
        host.look_again()
        await pilot.pause()
        assert host.look.colors.text == "#00ff00"
    path.unlink()


async def test_no_color_draws_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with app_of(FakeView()).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        assert any(isinstance(one, Monochrome) for one in pilot.app._filters)
