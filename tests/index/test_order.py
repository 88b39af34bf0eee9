"""Stable order with gaps."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from inspector.index import in_order


@given(st.lists(st.tuples(st.none() | st.integers(0, 5), st.integers())), st.booleans())
def test_sorted_stable_and_without_loss(items: list[tuple[int | None, int]], down: bool) -> None:
    numbered = [(key, i) for i, (key, _) in enumerate(items)]
    out = in_order(numbered, lambda pair: pair[0], down)
    keys = [k for k, _ in out if k is not None]
    assert keys == sorted(keys, reverse=down)
    assert [k for k, _ in out[len(keys) :]] == [None] * (len(items) - len(keys))
    for key in {*keys, None}:
        same = [i for k, i in out if k == key]
        assert same == sorted(same)


def test_nan_does_not_spoil_the_order() -> None:
    assert in_order([3.0, math.nan, 1.0], lambda x: x, False)[1:] == [1.0, 3.0]
