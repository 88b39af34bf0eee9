"""Ids of every writer."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.model import BytePlace
from inspector.stores.formats.ids import normal_id, parent_id, synthetic_trace_id


@given(st.binary(min_size=16, max_size=16) | st.binary(min_size=8, max_size=8))
def test_one_id_however_it_is_written(data):
    hexed = data.hex() if any(data) else ""
    for written in (data.hex(), data.hex().upper(), "0x" + data.hex(), base64.b64encode(data).decode()):
        assert normal_id(written) == hexed


@pytest.mark.parametrize(
    "text",
    ["550e8400-e29b-41d4-a716-446655440000", "s-1", "'; DROP TABLE spans;--", "../../etc/passwd", "x\ny",
     "trace_35db5386280f4c5687727d4e3bb78134", "tr-0123456789abcdef", "abcdefghijklmnopqrstuv==x", "ABC",
     "0xyz", "averyordinaryword1234567", "żółw" * 4],
)  # fmt: skip
def test_any_other_id_stays(text):
    assert normal_id(text) == text


@pytest.mark.parametrize(
    "value", [None, "", "0" * 32, "0" * 16, "0x" + "0" * 16, True, [], {}, "AAAAAAAAAAA="]
)
def test_none(value):
    assert normal_id(value) == ""
    assert parent_id(value) is None


def test_numbers_are_ids_too():
    assert normal_id(5) == "5"


def test_a_made_up_id_is_its_place():
    place = BytePlace(100, 200, ("resourceSpans", 0, "scopeSpans", 2, "spans", 7), 3)
    assert synthetic_trace_id(place) == "untraced:100:0.2.7"
    assert synthetic_trace_id(BytePlace(5, 6)) == "untraced:5"
