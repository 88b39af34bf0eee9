"""Totals over trees whose parents may repeat their children."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspector.index.totals import branch_total


def test_a_parent_that_repeats_its_children_counts_once() -> None:
    links = [("root", None), ("a", "root"), ("b", "root")]
    assert branch_total(links, [30, 10, 20]) == 30
    assert branch_total(links, [None, 10, 20]) == 30


def test_a_wrapper_around_a_call_counts_once() -> None:
    assert branch_total([("outer", None), ("inner", "outer")], [12, 12]) == 12


def test_a_parent_that_knows_more_than_was_traced_counts_in_full() -> None:
    assert branch_total([("root", None), ("a", "root")], [50, 10]) == 50


def test_nothing_known_is_none_and_zero_is_zero() -> None:
    assert branch_total([("a", None)], [None]) is None
    assert branch_total([("a", None)], [0]) == 0


def test_a_second_copy_of_a_span_is_not_counted_again() -> None:
    assert branch_total([("a", None), ("a", None)], [5, 5]) == 5


def test_orphans_and_cycles_count() -> None:
    assert branch_total([("a", "gone"), ("b", "gone")], [1, 2]) == 3
    assert branch_total([("a", "b"), ("b", "a"), ("c", "a")], [1, 2, 4]) == 6
    assert branch_total([("a", "a")], [7]) == 7


def test_a_chain_of_a_hundred_thousand() -> None:
    n = 100_000
    links = [(str(i), str(i - 1) if i else None) for i in range(n)]
    assert branch_total(links, [None] * (n - 1) + [3]) == 3


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.none() | st.integers(0, 9), st.none() | st.integers(0, 100)),
        min_size=1,
    )
)
def test_any_graph_gives_at_least_its_greatest_and_at_most_its_sum(
    nodes: list[tuple[int, int | None, int | None]],
) -> None:
    links = [(str(i), None if p is None else str(p)) for i, p, _ in nodes]
    values = [v for _, _, v in nodes]
    total = branch_total(links, values)
    known = [v for v in values if v is not None]
    if not known:
        assert total is None
    else:
        assert total is not None
        assert max(known) <= total <= sum(known)
