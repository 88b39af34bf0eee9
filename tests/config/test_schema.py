"""The schema and the reference are the registry's other faces."""

from __future__ import annotations

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.config import KEYS
from inspector.config.schema import reference, schema, written


def at(path: tuple[str, ...]) -> dict:
    """The part of the schema for a key."""
    node: dict = schema()
    for name in path:
        if name == "[]":
            node = node["items"]
        elif name in node.get("properties", {}):
            node = node["properties"][name]
        else:
            node = node["additionalProperties"]
    return node


@pytest.mark.parametrize("key", KEYS, ids=lambda k: k.name)
def test_every_key_is_described(key) -> None:
    part = at(key.path)
    assert part["description"] == key.help
    assert part.get("default") == key.default
    assert part.get("enum", []) == list(key.choices)


def test_unknown_keys_are_refused_by_the_schema_too() -> None:
    assert schema()["additionalProperties"] is False
    assert at(("ui",))["additionalProperties"] is False
    assert at(("retention", "rule"))["items"]["additionalProperties"] is False
    assert at(("roles",))["additionalProperties"]["additionalProperties"] is False
    json.dumps(schema())


def test_the_reference_lists_every_key_once() -> None:
    page = "\n".join(reference())
    for key in KEYS:
        assert page.count(f"| `{key.name}` |") == 1
    assert all(line.count("|") == 5 for line in page.splitlines() if line.startswith("| `"))


VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**60), 2**60), st.text(st.characters(exclude_categories=["Cs"]))),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text('ab."é', max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(VALUES)
def test_what_is_written_is_toml(value) -> None:
    assert tomllib.loads("x = " + written(value)) == {"x": value}
