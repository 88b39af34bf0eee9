"""Folding and walking a tree, against the plain definitions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspector.tui.tree import Tree
from inspector.view import EMPTY, SpanNode, plain
from tests.tui.fake import deep_nodes


def nodes_of(depths: list[int]) -> tuple[SpanNode, ...]:
    made = []
    for i, depth in enumerate(depths):
        after = depths[i + 1 :]
        sibling = next((d for d in after if d <= depth), -1)
        made.append(SpanNode(i, depth, sibling != depth, 0, plain(f"n{i}"), "tool", i, i + 1, "ok", EMPTY))
    return tuple(made)


@st.composite
def depths(draw: st.DrawFn) -> list[int]:
    out = [0]
    for _ in range(draw(st.integers(0, 25))):
        out.append(draw(st.integers(0, out[-1] + 1)))
    return out


def below(depths: list[int], at: int) -> list[int]:
    out = []
    for i in range(at + 1, len(depths)):
        if depths[i] <= depths[at]:
            break
        out.append(i)
    return out


@given(depths(), st.data())
def test_folding_hides_exactly_what_is_below(depths: list[int], data: st.DataObject) -> None:
    tree = Tree(nodes_of(depths))
    folded = data.draw(st.sets(st.integers(0, len(depths) - 1)))
    for at in folded:
        tree.fold(at)
    hidden = {i for at in folded for i in below(depths, at)}
    assert list(tree.rows) == [i for i in range(len(depths)) if i not in hidden]
    target = data.draw(st.integers(0, len(depths) - 1))
    tree.show(target)
    assert tree.rows[tree.row_of(target)] == target


@given(depths(), st.data())
def test_a_subtree_alone(depths: list[int], data: st.DataObject) -> None:
    tree = Tree(nodes_of(depths))
    at = data.draw(st.integers(0, len(depths) - 1))
    tree.focus(at)
    assert list(tree.rows) == [at, *below(depths, at)]
    assert tree.depth(at) == 0
    tree.focus(-1)
    assert list(tree.rows) == list(range(len(depths)))


@given(depths(), st.data())
def test_siblings(depths: list[int], data: st.DataObject) -> None:
    tree = Tree(nodes_of(depths))
    at = data.draw(st.integers(0, len(depths) - 1))
    family = [i for i in range(len(depths)) if tree.parent[i] == tree.parent[at]]
    place = family.index(at)
    assert tree.sibling(at, 1) == (family[place + 1] if place + 1 < len(family) else at)
    assert tree.sibling(at, -1) == (family[place - 1] if place else at)


def test_guides_of_a_deep_span_look_at_few_ancestors() -> None:
    tree = Tree(deep_nodes(4000, 3000))
    assert len(tree.guides(3999, 6)) == 6
    assert tree.errors == [3999]
    tree.fold_all()
    assert list(tree.rows) == [0]
    tree.unfold(0, deep=True)
    assert len(tree.rows) == 4000


def test_a_trace_without_spans() -> None:
    tree = Tree(())
    tree.arrange()
    assert list(tree.rows) == []
