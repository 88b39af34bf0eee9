"""A needle is found in every form that JSON gives a text."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.stores import needle
from inspector.stores.needle import finder

TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('"\\/\n\tüßKſ€😀é'),
    min_size=1,
    max_size=20,
)


def found(text: str, data: bytes, *, case: bool = True) -> bool:
    return bool(finder(text, case=case)().ends(data))


@settings(deadline=None, max_examples=40)
@given(TEXT, st.text(max_size=10), st.text(max_size=10))
def test_it_is_found_in_json_however_nested_and_escaped(text: str, before: str, after: str) -> None:
    before, after = (t.encode("utf-8", "replace").decode() for t in (before, after))
    value: object = {"k": before + text + after}
    for _ in range(3):
        assert found(text, json.dumps(value).encode())
        assert found(text, orjson.dumps(value))
        assert found(text, json.dumps(value).replace("/", "\\/").encode())
        value = {"inner": json.dumps(value)}


@settings(deadline=None, max_examples=40)
@given(TEXT)
def test_case_is_folded_on_either_side(text: str) -> None:
    """Where folding keeps the number of characters; İ, whose folding is two, is looked for as it is written."""
    for other in (text, text.upper(), text.lower()):
        if text.casefold() in other.casefold() and len(other) == len(text) == len(text.casefold()):
            assert found(text.casefold(), json.dumps(other, ensure_ascii=False).encode(), case=False)


def test_escaped_letters_are_pointed_out() -> None:
    assert found("secret", rb'{"k":"\u0073\u0065\u0063ret"}')


def test_nothing_is_found_where_nothing_is() -> None:
    assert not found("needle", b'{"k": "hay \\u00fc \\n stack"}')
    assert not found("Needle", b'{"k": "needle"}')


@pytest.mark.parametrize("missing", [("hyperscan",), ("hyperscan", "re2")])
def test_without_the_fast_engines(missing: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    real = needle.module
    monkeypatch.setattr(needle, "module", lambda name: None if name in missing else real(name))
    for text in ("plain", 'quo"te', "Grüße", "a\\b"):
        assert found(text, json.dumps({"k": json.dumps({"x": text})}).encode())
        assert found(text.casefold(), json.dumps({"k": text}).encode(), case=False)
        assert not found(text, b"{}")
