"""A part of a token's text is cut where it stands in the token, if we would write the rest alike."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.redaction.escapes import escapes_of
from inspector.redaction.positions import splice
from inspector.redaction.result import Piece

TEXTS = st.text(st.sampled_from('ab"\\/\n\r\t\b\f {}1'), max_size=20)


@given(TEXTS, st.data())
def test_an_edit_of_the_text_is_one_of_the_token(text: str, data: st.DataObject) -> None:
    raw = json.dumps(text).encode()
    escapes = escapes_of(raw)
    assert escapes is not None
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    cut = splice(raw, [escapes.edit(start, end, (Piece('[x"]'),))])
    assert cut == json.dumps(f'{text[:start]}[x"]{text[end:]}').encode()


@pytest.mark.parametrize("raw", [b'"\\u0041"', b'"a\\/b"', '"é"'.encode(), b'"\\u00e9"'])
def test_a_token_that_we_would_write_otherwise_is_written_anew(raw: bytes) -> None:
    assert escapes_of(raw) is None
