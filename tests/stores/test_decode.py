"""JSON as tools really write it is read; what can't be is refused without quoting it."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.stores.decode import BadJson, decode, repeats_keys


def test_words_that_json_does_not_have():
    value, odd = decode(b'{"a": NaN, "b": [Infinity, -Infinity], "c": 1e999}')
    assert math.isnan(value["a"])
    assert value["b"] == [math.inf, -math.inf]
    assert value["c"] == math.inf
    assert not odd


def test_integers_of_more_digits_than_python_converts():
    value, _ = decode(b'{"a": ' + b"7" * 5000 + b', "b": ' + b"3" * 300 + b"}")
    assert value["a"] == "7" * 5000
    assert value["b"] in (int("3" * 300), float("3" * 300))


def test_int64_is_exact():
    assert decode(b"[9223372036854775807, -9223372036854775808]")[0] == [2**63 - 1, -(2**63)]


@pytest.mark.parametrize("text", [rb'"\ud800"', rb'"a\udfffb"', rb'"\ud83d\u0041"', rb'"\\\ud800"'])
def test_lone_surrogates_become_writable(text):
    value, odd = decode(text)
    assert "\ufffd" in value
    assert value.encode()
    assert odd == "lone surrogates replaced"


def test_what_only_looks_like_a_surrogate_stays():
    value, _ = decode(rb'["\\ud800", "\ud83d\ude00", "\ud800"]')
    assert value == [r"\ud800", "\U0001f600", "\ufffd"]


def test_invalid_utf8_becomes_writable():
    value, odd = decode(b'{"a": "x\xff\xfey"}')
    assert value == {"a": "x\ufffd\ufffdy"}
    assert odd == "invalid UTF-8 replaced"


@pytest.mark.parametrize("depth", [1100, 5000, 200_000])
def test_depth_is_refused_in_words(depth):
    with pytest.raises(BadJson, match="nested deeper"):
        decode(b"[" * depth + b"]" * depth)
    with pytest.raises(BadJson):
        decode(b'{"a":' * depth + b"NaN" + b"}" * depth)


@given(st.binary(max_size=120))
def test_any_bytes_give_a_value_or_a_reason(data):
    try:
        value, _ = decode(data)
    except BadJson as error:
        assert str(error)
    else:
        json.dumps(value).encode()


def test_a_reason_quotes_nothing():
    with pytest.raises(BadJson) as caught:
        decode(b'{"password": hunter2}')
    assert "hunter2" not in str(caught.value)
    assert "password" not in str(caught.value)


def test_repeated_keys_are_noticed_at_any_depth():
    assert repeats_keys(b'{"a": [{"b": 1, "b": 2}]}')
    assert not repeats_keys(b'{"a": {"b": 1}, "b": 2}')
    assert not repeats_keys(b"no json")


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        (b'{"a": "\\u0022:", "b": 1, "b": 2}', True),
        (b'{"a" : 1, "a" : 2}', True),
        (b'{"a": "jane", "a": "\\"\\u003a"}', True),
        (b'{"a": "jane", "a": "\\"\\u003A"}', True),
        (b'{"a": "x\\":", "b": 1}', False),
        (b'{"a": {"a": {"a": 1, "a": 2}}}', True),
        (b'{"\\u0061": 1, "a": 2}', True),
        (b'{"a\\\\": 1, "b": 2}', False),
        (b'{"a": NaN, "a": 1}', True),
    ],
)
def test_repeated_keys_are_told_however_they_are_written(text, twice):
    assert repeats_keys(text) is twice
