"""Self time and the critical path, against a plain definition on small trees."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspector.tui.tree import Tree
from inspector.view import EMPTY, SpanNode, plain


def node(depth: int, start: int | None, end: int | None, **more: object) -> SpanNode:
    made = {"name": plain("n"), "kind": "tool", "status": "ok", **more}
    return SpanNode(0, depth, False, 0, start=start, end=end, note=EMPTY, **made)  # type: ignore[arg-type]


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    nodes = [node(0, 0, draw(st.integers(1, 40)))]
    for _ in range(draw(st.integers(0, 12))):
        start = draw(st.integers(0, 40))
        depth = draw(st.integers(0, nodes[-1].depth + 1))
        nodes.append(node(depth, start, start + draw(st.integers(0, 30))))
    return Tree(tuple(nodes))


@given(trees())
def test_self_time_is_what_no_child_covers(tree: Tree) -> None:
    for at, span in enumerate(tree.nodes):
        moments = set(range(span.start or 0, span.end or 0))
        for child in range(len(tree.nodes)):
            if tree.parent[child] == at:
                moments -= set(range(tree.nodes[child].start or 0, tree.nodes[child].end or 0))
        assert tree.timing.self_time[at] == len(moments)


@given(trees())
def test_the_critical_path_is_no_longer_than_its_roots(tree: Tree) -> None:
    path = tree.timing.critical
    roots = [n for at, n in enumerate(tree.nodes) if tree.parent[at] < 0]
    assert 0 < sum(path.values()) <= sum((n.end or 0) - (n.start or 0) for n in roots)
    for at in path:
        assert tree.parent[at] < 0 or tree.parent[at] in path


def test_the_critical_path_is_what_was_waited_for() -> None:
    tree = Tree((node(0, 0, 100), node(1, 0, 30), node(1, 10, 60), node(2, 20, 50), node(1, 60, 90)))
    # 0..10 itself, then the second child up to 60, the third up to 90, then itself again; the first child
    # ran beside the second and nobody waited for it.
    assert tree.timing.critical == {0: 20, 2: 20, 3: 30, 4: 30}
    assert dict(tree.timing.share(tree.nodes)) == {"tool": 100}


@given(trees(), st.integers(1, 40))
def test_leaving_out_short_spans_keeps_errors_long_ones_and_the_way_to_them(tree: Tree, short: int) -> None:
    tree.leave_out(short)
    shown = set(tree.rows)
    for at, span in enumerate(tree.nodes):
        if (span.end or 0) - (span.start or 0) >= short:
            assert at in shown
        elif at not in shown:
            assert all((tree.nodes[i].end or 0) - (tree.nodes[i].start or 0) < short
                       for i in range(at, tree.after[at]))  # fmt: skip
        if at in shown and tree.parent[at] >= 0:
            assert tree.parent[at] in shown
    tree.show(len(tree.nodes) - 1)
    assert len(tree.nodes) - 1 in tree.rows


@given(trees(), st.integers(0, 5))
def test_levels_fold_from_the_deepest(tree: Tree, presses: int) -> None:
    for _ in range(presses):
        deepest = max(tree.depth(at) for at in tree.rows)
        tree.to_level(-1)
        assert max(tree.depth(at) for at in tree.rows) == max(deepest - 1, 0)
    for _ in range(20):
        tree.to_level(1)
    assert list(tree.rows) == list(range(len(tree.nodes)))
