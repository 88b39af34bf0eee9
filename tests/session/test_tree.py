"""The span tree: every span once, whatever the links."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspector.session.tree import arrange
from tests.session.fakes import span


def shape(*spans: tuple[str, str | None, int | None]) -> list[tuple[str, int]]:
    made = [span(id=i, parent=p, start=s) for i, p, s in spans]
    return [(made[b.index].span_id, b.depth) for b in arrange(made)]


def test_depth_first_and_children_by_start() -> None:
    assert shape(("b", "a", 5), ("c", "a", 3), ("a", None, 1), ("d", "b", 6)) == [
        ("a", 0), ("c", 1), ("b", 1), ("d", 2)
    ]  # fmt: skip


def test_orphans_are_roots_and_say_so() -> None:
    branches = arrange([span(id="a", parent="gone", start=2), span(id="r", start=1)])
    assert [(b.index, b.depth, b.flags) for b in branches] == [
        (1, 0, ()),
        (0, 0, ("parent not in the store",)),
    ]


def test_a_cycle_is_cut_at_its_earliest_span() -> None:
    spans = [span(id="a", parent="c", start=2), span(id="b", parent="a", start=1), span(id="c", parent="b")]
    branches = arrange(spans)
    assert [spans[b.index].span_id for b in branches] == ["b", "c", "a"]
    assert [b.depth for b in branches] == [0, 1, 2]
    assert branches[0].flags == ("cycle of parents, cut here",)
    assert branches[-1].children == 0


def test_a_span_that_is_its_own_parent_is_a_root() -> None:
    assert arrange([span(id="a", parent="a")])[0].flags == ("its own parent",)


def test_a_second_span_of_an_id_stands_beside_it() -> None:
    branches = arrange(
        [span(id="r"), span(id="a", parent="r"), span(id="a", parent="r"), span(id="x", parent="a")]
    )
    assert [(b.index, b.depth) for b in branches] == [(0, 0), (1, 1), (3, 2), (2, 1)]
    assert branches[3].flags == ("duplicate span id",)


def test_last_children_are_marked() -> None:
    branches = arrange([span(id="r"), span(id="a", parent="r", start=1), span(id="b", parent="r", start=2)])
    assert [b.last for b in branches] == [True, False, True]


def test_three_thousand_levels() -> None:
    spans = [span(id=str(i), parent=str(i - 1) if i else None, start=i) for i in range(3_000)]
    assert [b.depth for b in arrange(spans)] == list(range(3_000))


@given(st.lists(st.tuples(st.integers(0, 6), st.none() | st.integers(0, 8), st.none() | st.integers(0, 3))))
def test_any_graph_shows_every_span_once(nodes: list[tuple[int, int | None, int | None]]) -> None:
    spans = [span(id=str(i), parent=None if p is None else str(p), start=s) for i, p, s in nodes]
    branches = arrange(spans)
    assert sorted(b.index for b in branches) == list(range(len(spans)))
    depth = -1
    for branch in branches:
        assert branch.depth <= depth + 1
        depth = branch.depth
