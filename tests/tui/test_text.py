"""Shown text becomes runs: chips, fitting, wrapping, marking."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from inspector.tui.glyphs import ASCII
from inspector.tui.text import (
    copyable,
    drawn,
    fit,
    length,
    lines_of,
    mark,
    runs_of,
    width_of,
    window,
    wrap,
)
from inspector.tui.theming import load
from inspector.view import Segment, ShownText, State, plain
from tests.tui.fake import EMAIL, ERASED, LOCKED, PHONE, redacted, text

LOOK = load("dark")
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=120)


def said(shown: ShownText, look=LOOK) -> str:
    return "".join(part for part, _ in runs_of(shown, look, look.text))


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        (EMAIL, "▒ email #9f3a5c01"),
        (PHONE, "▒ phone ••19"),
        (redacted("card"), "▒ card"),
        (LOCKED, "▣ confidential · needs role operator"),
        (ERASED, "∅ erased 2026-11-02 req#12"),
        (Segment("Example Name", State.REVEALED, type="name"), "◉ Example Name"),
        (
            Segment("theirs", State.REVEALED, type="unbound", note="unbound: it may be from another place"),
            "◉ theirs (unbound: it may be from another place)",
        ),
        (Segment("[REDACTED]", State.UNREDACTABLE), "▨ hidden, can't be judged"),
    ],
)
def test_each_state_has_its_sign_and_word(segment: Segment, expected: str) -> None:
    assert said(text(segment)) == expected
    ascii = said(text(segment), load("dark", ASCII))
    assert ascii.split(" ", 1)[0] in ("[R]", "[L]", "[E]", "[!]", "[?]")


def test_what_is_copied_is_redacted_even_while_revealed() -> None:
    shown = text("I am ", Segment("Example Name", State.REVEALED, type="name"), ", ", EMAIL)
    assert copyable(shown) == "I am [REDACTED:name], [email:9f3a5c01d2e47b60]"


@given(WORDS, st.integers(1, 60))
def test_fit_is_exact(words: str, width: int) -> None:
    out = fit([(words, LOOK.text)], width, LOOK)
    assert width_of(out) == width


@given(st.lists(WORDS, max_size=4), st.integers(1, 60))
def test_a_drawn_line_is_exact_and_printable(parts: list[str], width: int) -> None:
    runs = [(part, LOOK.dim if i % 2 else LOOK.text) for i, part in enumerate(parts)]
    segments = drawn(runs, LOOK.base, width, LOOK)
    said = "".join(s.text for s in segments)
    assert cell_len(said) == width
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in said)


@given(st.lists(WORDS.map(lambda w: w.replace("\n", "").replace("\t", "")), max_size=4), st.integers(8, 60))
def test_wrapping_loses_nothing_but_spaces_at_breaks(parts: list[str], width: int) -> None:
    runs = [(part, LOOK.text) for part in parts]
    lines = list(wrap(runs, width))
    assert all(width_of(line) <= width for line in lines)
    joined = "".join(part for line in lines for part, _ in line)
    assert joined.replace(" ", "") == "".join(parts).replace(" ", "")


def test_wrapping_breaks_at_spaces_and_keeps_chips_whole() -> None:
    runs = runs_of(text("write to the address ", EMAIL, " please"), LOOK, LOOK.text)
    lines = ["".join(part for part, _ in line) for line in wrap(runs, 30)]
    assert lines == ["write to the address ", "▒ email #9f3a5c01 please"]


@given(WORDS, WORDS)
def test_lines_are_the_texts_own(first: str, second: str) -> None:
    shown = text(first + "\n" + second)
    lines = ["".join(part for part, _ in line) for line in lines_of(shown, LOOK, LOOK.text)]
    expected = str(shown).split("\n")
    assert lines == (expected[:-1] if expected[-1] == "" else expected)


@given(WORDS, WORDS, st.integers(0, 300), st.integers(1, 300))
def test_a_window_is_a_slice(first: str, second: str, start: int, size: int) -> None:
    shown = ShownText((Segment(first), EMAIL, Segment(second)))
    assert str(window(shown, start, size)) == str(shown)[start : start + size]


def test_a_window_of_a_huge_text_touches_only_its_part() -> None:
    shown = plain("x" * 20_000_000)
    assert length(window(shown, 0, 1000)) == 1000
    assert window(shown, 0, 30_000_000) is shown


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("refund",), ["Refund", "refund"]),
        (("Refund",), ["Refund"]),
        (("is", "refund"), ["Refund", "is", "refund"]),
        ((), []),
    ],
)
def test_marking_is_smart_about_case(words: tuple[str, ...], found: list[str]) -> None:
    marked = mark([("Refund this refund", LOOK.text)], words, LOOK)
    got = [part for part, style in marked if style is LOOK.match]
    assert got == found
    assert "".join(part for part, _ in marked) == "Refund this refund"
