"""Cuts in JSON by bytes give what cutting the decoded value gives, and leave all other bytes alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.stores import json_bytes
from inspector.stores.decode import BadJson
from inspector.stores.json_bytes import members, value_end
from inspector.stores.json_cut import DROP, Drop, Put, cut

TEXT = st.text(max_size=6) | st.sampled_from(['"', "\\", "{", "]", ",", ":", "\u2028", "é", "\ud800", "a"])
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(TEXT.filter(lambda t: "\ud800" not in t), inner, max_size=4)
    ),
    max_leaves=20,
)
SPACES = st.sampled_from([(",", ":"), (", ", ": "), (" ,\n ", " :\t")])


def paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in items:
        yield from paths(inner, (*path, step))


def plainly(value, cuts, path=()):
    """The same on decoded values: a list of what stands in the value's place."""
    what = cuts.get(path)
    if isinstance(what, Put):
        return [json.loads(what.text)]
    if what is not None:
        return []
    if isinstance(value, dict):
        kept = {k: plainly(v, cuts, (*path, k)) for k, v in value.items()}
        return [{k: v[0] for k, v in kept.items() if v}]
    if isinstance(value, list):
        return [[new for i, v in enumerate(value) for new in plainly(v, cuts, (*path, i))]]
    return [value]


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_cutting_bytes_is_cutting_values(data):
    value, spaces = data.draw(VALUE), data.draw(SPACES)
    text = json.dumps(value, separators=spaces, ensure_ascii=data.draw(st.booleans()))
    raw = text.encode("utf-8", "surrogatepass")
    chosen = data.draw(st.lists(st.sampled_from(list(paths(value))), max_size=4))
    cuts = {path: data.draw(st.sampled_from([DROP, Put(b'"new"')])) for path in chosen}
    kept = plainly(value, cuts)
    new = cut(raw, cuts)
    if not kept:
        assert new is None
    else:
        assert json.dumps(json.loads(new.decode("utf-8", "surrogatepass"))) == json.dumps(kept[0])
    if not cuts:
        assert new == raw


@settings(deadline=None, max_examples=200)
@given(VALUE.filter(lambda v: isinstance(v, (dict, list))), SPACES)
def test_both_ways_to_find_members_agree(value, spaces):
    raw = json.dumps(value, separators=spaces, ensure_ascii=False).encode("utf-8", "surrogatepass")
    slow = json_bytes._by_brackets(raw, 0)
    fast = json_bytes._by_lengths(raw, 0, len(raw))
    assert fast is None or fast == slow
    assert value_end(raw + b" ,", 0) == len(raw)
    decoded = [json.loads(raw[m.value : m.end].decode("utf-8", "surrogatepass")) for m in slow]
    expected = list(value.values()) if isinstance(value, dict) else value
    assert json.dumps(decoded) == json.dumps(expected)


def test_other_bytes_stay_as_they_are():
    text = b'{ "a" : [ 1 ,2,  {"x":\t1e5} , 4 ],\r\n"b":"\\u00e9\xc3\xa9", "c" : {} }'
    assert cut(text, {("a", 1): DROP}) == text.replace(b" ,2", b"")
    assert cut(text, {("a", 0): DROP}) == text.replace(b"1 ,2", b"2")
    assert cut(text, {("a", 3): DROP}) == text.replace(b" , 4", b"")
    assert cut(text, {("a", 2, "x"): Put(b"7"), ("c",): DROP}) == text.replace(b"1e5", b"7").replace(
        b', "c" : {}', b""
    )
    assert cut(text, {("a",): DROP, ("b",): DROP, ("c",): DROP}) == b"{  }"
    assert cut(b" [1] ", {(): DROP}) is None
    assert cut(text, {("nowhere", 3): DROP, ("a", "x"): DROP}) == text


def test_of_keys_that_repeat_the_last_is_meant_and_the_others_go_along():
    text = b'{"a":[1,2],"b":0,"a":[3,4]}'
    assert cut(text, {("a", 0): DROP}) == b'{"b":0,"a":[4]}'
    assert cut(text, {("b",): Put(b"1")}) == b'{"a":[1,2],"b":1,"a":[3,4]}'
    assert [m.step for m in members(text, 0, len(text))] == ["a", "b", "a"]
    tricky = b'{"a":1,"\\u0061":22,"b":"x"}'
    assert [m.step for m in members(tricky, 0, len(tricky))] == ["a", "a", "b"]


def test_children_move_into_the_place_of_their_parent():
    text = b'{"s":[{"i":1,"c":[ {"i":2,"c":[{"i":4}]}, {"i":3} ]}, {"i":5}]}'
    lift = Drop("c")
    assert json.loads(cut(text, {("s", 0): lift})) == {"s": [{"i": 2, "c": [{"i": 4}]}, {"i": 3}, {"i": 5}]}
    both = cut(text, {("s", 0): lift, ("s", 0, "c", 0): lift, ("s", 0, "c", 0, "c", 0, "i"): Put(b"40")})
    assert json.loads(both) == {"s": [{"i": 40}, {"i": 3}, {"i": 5}]}
    assert json.loads(cut(text, {("s", 1): lift})) == {"s": [json.loads(text)["s"][0]]}


def test_depth_and_numbers_no_decoder_takes():
    deep = b'{"a":' + b"[" * 3000 + b"]" * 3000 + b',"b":1}'
    assert cut(deep, {("b",): DROP}) == deep.replace(b',"b":1', b"")
    assert cut(deep, {("a",): DROP}) == b'{"b":1}'
    assert cut(b'{"a":NaN,"b":-Infinity,"c":1}', {("b",): DROP}) == b'{"a":NaN,"c":1}'


@pytest.mark.parametrize(
    "text", [b"{", b'{"a"', b'{"a":', b'{"a":1', b"[1", b'["a', b"[[1]", b'{"a" 1}', b"[1 2]"]
)
def test_what_is_no_json_is_said(text):
    with pytest.raises(BadJson):
        members(text, 0, len(text))
