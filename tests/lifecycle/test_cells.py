"""Texts of a cell put in place of others; every other byte stays."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.lifecycle.cells import swapped

SEALED = {"__encrypted__": True, "ciphertext": "x", "key_id": "y"}


def seal(value: object, path: object) -> str | None:
    return orjson.dumps(orjson.dumps(SEALED).decode()).decode() if value == "zofia" else None


def unseal(value: object, path: object) -> str | None:
    text = value if isinstance(value, dict) else orjson.loads(value) if str(value).startswith("{") else None
    return '"zofia"' if text == SEALED else None


CELLS = [
    b'{"a": {"b": [1.50, "zofia"]},  "c":"\\u00fc", "a2": 1e3}',
    b'"zofia"',
    b"zofia",
    b'"\\"zofia\\""',
    b'{"inner": "{\\"x\\": \\"zofia\\", \\"y\\":  [1]}"}',
    b'[["zofia"], "zofia"]',
]


@pytest.mark.parametrize("cell", CELLS)
def test_what_is_put_in_comes_out_again_to_the_byte(cell: bytes) -> None:
    made = swapped(cell, seal)
    assert made is not None
    assert b"zofia" not in made
    assert swapped(made, unseal) == cell


@pytest.mark.parametrize("cell", [b"", b"12", b"null", b"\xff\xfe", b'{"a": "zofia and more"}', b"{broken"])
def test_what_is_not_meant_stays(cell: bytes) -> None:
    assert swapped(cell, seal) is None


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from(["zofia", "x", '["zofia"]'])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_comes_back(value: object) -> None:
    cell = json.dumps(value).encode()
    made = swapped(cell, seal)
    if made is not None:
        assert b"zofia" not in made
        assert swapped(made, unseal) == cell
