"""Cells as values."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inspector.stores.formats.rows import decoded, members, text, time_in, whole
from inspector.stores.formats.times import from_iso


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('{"b": 1, "a": [9223372036854775807]}', {"b": 1, "a": [9223372036854775807]}),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("[Infinity]", [math.inf]),
        ("{broken", "{broken"),
        ("1" * 5000, "1" * 5000),
        ("[" * 100_000, "[" * 100_000),
        (b"\xff{}", b"\xff{}"),
        (None, None),
        (7, 7),
        ("", ""),
    ],
)
def test_json_cells(cell: str | bytes | int | None, value: object) -> None:
    assert decoded(cell) == value


def test_nan_stays_nan() -> None:
    (value,) = decoded("[NaN]")  # type: ignore[misc]
    assert isinstance(value, float)
    assert math.isnan(value)


def test_a_cell_that_holds_no_object_is_unsound() -> None:
    assert members(None) == ({}, True)
    assert members("[]") == ({}, False)
    assert members("{") == ({}, False)
    assert members('{"a":{"b":1}}') == ({"a": {"b": 1}}, True)


def test_plain_cells() -> None:
    assert text(b"a\xff") == "a\ufffd"
    assert (whole(4.0), whole(4.5), whole("4")) == (4, None, None)


@given(
    st.one_of(
        st.datetimes().map(str),
        st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
        st.text(alphabet="0123456789-: T.+Z", min_size=10, max_size=35),
    )
)
@example("2026-05-26 18:32:58.425803")
@example("2026-05-26 18:32:58")
@example("2026-06-05T18:35:47.157438+00:00")
@example("2026-06-05T18:35:47.157438+02:00")
@example("1970-01-01 00:00:00.000000")
@example("1969-12-31 23:59:59.999999")
@example("9999-12-31 23:59:59.999999")
def test_times_are_those_of_from_iso(cell: str) -> None:
    assert time_in(cell) == from_iso(cell)
