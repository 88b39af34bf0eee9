"""Context words are found alone or in the plural, by words as by the pattern of them all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspector.redaction.matcher import Compiled, context_pattern
from inspector.redaction.rule import Rule

WORDS = ("tel", "call", "call me", "ss#", "téléphone", "id no")
PARTS = st.sampled_from(
    (*WORDS, "call-me", "id_no", "s", "es", "ed", "a", "z", "é", " ", "-", "_", "1", ":", "")
)


@given(st.lists(PARTS, max_size=6).map("".join))
def test_words_are_found_one_by_one_as_by_their_pattern(text: str) -> None:
    compiled = Compiled(Rule("r", "phone", "x", context=WORDS))
    assert compiled.says(text) == (context_pattern(WORDS).search(text) is not None)
