"""Columns that line up with wide characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.cli.width import clip, pad, width


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("abc", 3),
        ("田中 太郎", 9),
        ("é", 1),
        ("e\u0301", 1),
        ("Wrześniewska", 12),
        ("", 0),
        ("👩", 2),
        ("ﾊﾝ", 2),
    ],
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


def test_clip_never_cuts_a_wide_character_in_half() -> None:
    assert clip("田中太郎", 5) == "田中…"
    assert clip("田中太郎", 4) == "田…"
    assert clip("abc", 3) == "abc"
    assert clip("abcd", 3) == "ab…"
    assert clip("abcd", 0) == ""


@given(st.text(), st.integers(0, 30))
def test_clipped_and_padded_is_exactly_that_wide(text: str, columns: int) -> None:
    assert width(clip(text, columns)) <= columns
    assert width(pad(clip(text, columns), columns)) == columns
