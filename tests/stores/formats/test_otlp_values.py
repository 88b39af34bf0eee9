"""AnyValue and attributes, nothing lost."""

from __future__ import annotations

import base64
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.model import Attribute, Multimap
from inspector.stores.formats.otlp_values import any_value, key_values, mapping_of, wanted_values

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ({"stringValue": ""}, ""),
        ({"boolValue": False}, False),
        ({"intValue": "9223372036854775807"}, 2**63 - 1),
        ({"intValue": -(2**63)}, -(2**63)),
        ({"intValue": "-5"}, -5),
        ({"intValue": "five"}, "five"),
        ({"doubleValue": 1.5}, 1.5),
        ({"doubleValue": "Infinity"}, math.inf),
        ({"doubleValue": "-Infinity"}, -math.inf),
        ({"doubleValue": "2.5"}, 2.5),
        ({"bytesValue": base64.b64encode(b"\0\xff").decode()}, b"\0\xff"),
        ({"bytesValue": "no base64!"}, "no base64!"),
        ({"arrayValue": {}}, []),
        ({"arrayValue": {"values": [{"intValue": "1"}, {}, {"stringValue": "a"}]}}, [1, None, "a"]),
        ({"kvlistValue": {"values": [{"key": "a", "value": {"intValue": "1"}}]}}, {"a": 1}),
        ({"kvlistValue": {}}, {}),
        ({"string_value": "a"}, "a"),
        ({"int_value": "7"}, 7),
        ({"array_value": {"values": [{"bool_value": True}]}}, [True]),
        ({"kvlist_value": {"values": [{"key": "a", "value": {"bytes_value": "AA=="}}]}}, {"a": b"\0"}),
        ({}, None),
        (None, None),
        ("bare", "bare"),
        (["bare"], ["bare"]),
        ({"newKindOfValue": 1}, {"newKindOfValue": 1}),
    ],
)
def test_any_value(written, value):
    assert any_value(written) == value
    assert type(any_value(written)) is type(value)


def test_nan():
    assert math.isnan(any_value({"doubleValue": "NaN"}))


def test_order_and_repeated_keys_are_kept():
    pairs = [
        {"key": "b", "value": {"intValue": "1"}},
        {"key": "a"},
        {"key": "b", "value": {"stringValue": "2"}},
    ]
    assert key_values(pairs) == (Attribute("b", 1), Attribute("a", None), Attribute("b", "2"))
    nested = any_value({"kvlistValue": {"values": pairs}})
    assert nested == Multimap((("b", 1), ("a", None), ("b", "2")))


def test_attributes_as_a_plain_object():
    assert key_values({"a": 1, "b": [2]}) == (Attribute("a", 1), Attribute("b", [2]))


@given(ODD | st.lists(st.fixed_dictionaries({"key": ODD, "value": ODD}), max_size=4))
def test_the_fast_way_gives_the_same(pairs):
    whole = mapping_of(key_values(pairs))
    keys = frozenset(key for key in list(whole)[:2] if key)
    assert {k: repr(v) for k, v in wanted_values(pairs, keys).items()} == {k: repr(whole[k]) for k in keys}
