"""Records are cut where they are, to the byte and the line, whatever shape a text has."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.model import Problem
from inspector.stores import records as module
from inspector.stores.records import Piece, Shape, pieces, records, shape_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
OBJECT = st.dictionaries(st.text(max_size=8), JSON, max_size=5)


def cut(text: bytes, shape: Shape | None = None):
    """The records of a text and its problems; each record's place is checked against the text itself."""
    found, problems = [], []
    for piece in pieces(io.BytesIO(text), shape or shape_of(text)):
        if isinstance(piece, Problem):
            problems.append(piece)
            continue
        assert text[piece.start : piece.end] == piece.data
        assert piece.line == 1 + text[: piece.start].count(b"\n")
        for record in records(piece):
            if isinstance(record, Problem):
                problems.append(record)
            else:
                found.append(record)
    return found, problems


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_lines_end_at_lf_or_crlf_and_places_are_exact(end):
    text = end.join([b'{"a":1}', b"", b'{"b":"\xe2\x80\xa8 \xc2\x85 stays"}', b'{"c":3}'])
    found, problems = cut(text, Shape.LINES)
    assert [r.value for r in found] == [{"a": 1}, {"b": "\u2028 \x85 stays"}, {"c": 3}]
    assert [r.line for r in found] == [1, 3, 4]
    assert not problems


def test_a_mark_of_utf8_is_no_part_of_the_first_record():
    found, problems = cut(b'\xef\xbb\xbf{"a":1}\n{"b":2}\n')
    assert [(r.value, r.start) for r in found] == [({"a": 1}, 3), ({"b": 2}, 11)]
    assert not problems


def test_a_bad_line_is_named_and_the_rest_is_read():
    found, problems = cut(b'{"a":1}\nsecret-4711 {\n\x00\x00\x00\n{"b":2}\n{"c":')
    assert [r.value for r in found] == [{"a": 1}, {"b": 2}]
    assert [p.where for p in problems] == ["line 2, byte 8", "line 3, byte 22", "line 5, byte 34"]
    assert "cut off" in problems[2].what
    assert not any("4711" in p.what for p in problems)


def test_a_bad_first_line_does_not_make_the_file_a_document():
    text = b'{"resourceSpans":[{"a":"cut here\n{"a":1}\n{"a":2}\n'
    assert shape_of(text) is Shape.LINES
    assert len(cut(text)[0]) == 2
    text = b'{"resourceSpans":[{"a":[\n{"a":1}\n{"a":2}\n'
    assert shape_of(text) is Shape.LINES


@given(st.lists(OBJECT, min_size=1, max_size=6), st.sampled_from([None, 1, 2, 4]))
def test_a_list_gives_its_elements(objects, indent):
    text = json.dumps(objects, indent=indent, ensure_ascii=False).encode()
    found, problems = cut(text)
    assert [r.value for r in found] == objects
    assert not problems


@given(st.lists(OBJECT, min_size=1, max_size=6), st.sampled_from(["\n", "\n\n", " "]))
def test_pretty_objects_one_after_another(objects, between):
    text = between.join(json.dumps(o, indent=2, ensure_ascii=False) for o in objects).encode()
    found, problems = cut(text, Shape.VALUES)
    assert [r.value for r in found] == objects
    assert not problems


@given(st.lists(OBJECT.filter(bool), min_size=1, max_size=5))
def test_pretty_objects_are_known_as_such(objects):
    text = "\n".join(json.dumps(o, indent=2) for o in objects).encode()
    assert shape_of(text) is Shape.VALUES


@given(st.lists(OBJECT, max_size=6), st.integers(1, 40))
def test_values_are_found_whatever_the_reads_are(objects, size):
    text = b"\n".join(json.dumps(o, indent=2).encode() for o in objects) + b"\n"

    class Drops(io.BytesIO):
        def read(self, wanted=-1):
            return super().read(size if wanted < 0 else min(wanted, size))

    found = [p for p in pieces(Drops(text), Shape.VALUES) if isinstance(p, Piece)]
    assert [json.loads(p.data) for p in found] == objects
    assert all(text[p.start : p.end] == p.data for p in found)


@given(st.lists(OBJECT, min_size=1, max_size=6))
def test_each_line_may_hold_a_list(objects):
    text = (json.dumps(objects) + "\n").encode() * 2
    found, _ = cut(text, Shape.LINES)
    assert [r.value for r in found] == objects * 2
    assert [r.path for r in found] == [(i,) for i in range(len(objects))] * 2


@given(st.binary(max_size=300))
def test_no_bytes_are_too_strange(text):
    for shape in Shape:
        cut(text, shape)


@given(st.lists(OBJECT, min_size=1, max_size=4).map(lambda o: json.dumps(o, indent=1).encode()), st.data())
def test_a_document_that_is_cut_off_gives_what_is_whole(text, data):
    end = data.draw(st.integers(1, len(text) - 1))
    found, problems = cut(text[:end], Shape.VALUES)
    assert problems
    assert [r.value for r in found] == json.loads(text)[: len(found)]


def test_what_stands_between_values_is_a_problem():
    found, problems = cut(b'[{"a": 1}, oops, 3, {"b": 2}]\n] {"c": 3}', Shape.VALUES)
    assert [r.value for r in found] == [{"a": 1}, {"b": 2}, {"c": 3}]
    assert [p.what for p in problems] == ["not JSON", "a bracket that closes nothing"]


def test_a_scalar_is_json_but_no_record():
    found, problems = cut(b'42\n"text"\nnull\n[]\n{}\n', Shape.LINES)
    assert [r.value for r in found] == [{}]
    assert [p.what for p in problems] == ["JSON, but no object"] * 3


def test_a_line_beyond_the_limit_is_skipped(monkeypatch):
    monkeypatch.setattr(module, "LONGEST", 64)
    found, problems = cut(b'{"a":1}\n{"b":"' + b"x" * 500 + b'"}\n{"c":3}\n', Shape.LINES)
    assert [(r.value, r.line) for r in found] == [({"a": 1}, 1), ({"c": 3}, 3)]
    assert [p.where for p in problems] == ["line 2, byte 8"]


def test_a_long_line_costs_linear_time():
    """A value of 30 reads: scanning anew from its start each time would touch 450 chunks."""
    touched = 0

    class Counted(io.BytesIO):
        def read(self, wanted=-1):
            nonlocal touched
            touched += 1
            return super().read(wanted)

    text = b'[\n{"a": "' + b"x" * (30 << 20) + b'"}\n]'
    found = [p for p in pieces(Counted(text), Shape.VALUES) if isinstance(p, Piece)]
    assert len(found) == 1
    assert touched < 12
