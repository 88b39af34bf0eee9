"""Aligning two traces: nothing is lost, equal trees pair up, a difference is where it is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from inspector.tui.comparing import align, difference, side_by_side
from inspector.tui.screens.compare import CompareScreen
from inspector.view import ShownTrace, plain
from tests.tui.driving import MIDDLE, app_of, browser, drawn, settle, until
from tests.tui.fake import FakeView
from tests.tui.test_tree import depths, nodes_of


def trace_of(depths: list[int], names: list[str] | None = None) -> ShownTrace:
    nodes = nodes_of(depths)
    if names is not None:
        nodes = tuple(replace(node, name=plain(name)) for node, name in zip(nodes, names, strict=True))
    row = FakeView().row(0)
    return ShownTrace(row, nodes, (), None, None, (), 0, plain(""))


@given(depths(), depths(), st.data())
def test_every_span_stands_in_one_pair_under_its_parents_pair(
    a: list[int], b: list[int], data: st.DataObject
) -> None:
    names = st.sampled_from("xyz")
    left = trace_of(a, [data.draw(names) for _ in a])
    right = trace_of(b, [data.draw(names) for _ in b])
    pairs = align(left, right)
    assert [p.left for p in pairs if p.left is not None] == list(range(len(a)))
    assert sorted(p.right for p in pairs if p.right is not None) == list(range(len(b)))
    for pair in pairs:
        if pair.left is not None and pair.right is not None:
            assert left.nodes[pair.left].depth == right.nodes[pair.right].depth == pair.depth
            assert pair.depth == 0 or str(left.nodes[pair.left].name) == str(right.nodes[pair.right].name)


@given(depths())
def test_a_trace_is_like_itself(a: list[int]) -> None:
    trace = trace_of(a)
    pairs = align(trace, trace)
    assert [(p.left, p.right) for p in pairs] == [(i, i) for i in range(len(a))]
    assert not any(difference(n, n).any for n in trace.nodes)


def test_many_children_are_paired_by_turn() -> None:
    trace = trace_of([0] + [1] * 1000, ["root"] + ["x", "y"] * 500)
    other = trace_of([0] + [1] * 999, ["root"] + ["x"] * 500 + ["y"] * 499)
    pairs = align(trace, other)
    assert sum(p.left is not None and p.right is not None for p in pairs) == 1000


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_lines_keep_their_order_on_both_sides(left: list[str], right: list[str]) -> None:
    rows = side_by_side(left, right)
    assert [a for a, _, _ in rows if a is not None] == left
    assert [b for _, b, _ in rows if b is not None] == right
    assert all((a == b) == alike for a, b, alike in rows)


async def test_two_marks_are_compared() -> None:
    view = FakeView(traces=8)
    async with app_of(view).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        await pilot.press("equals_sign")
        assert pilot.app.screen is browser(pilot)
        await pilot.press("m", "j")
        await settle(pilot)
        await pilot.press("equals_sign")
        screen = pilot.app.screen
        assert isinstance(screen, CompareScreen)
        await until(pilot, lambda: bool(screen.aligned.pairs) and any(screen.texts.spans))
        assert view.viewed_keys == [view.row(0).key, view.row(1).key]
        assert "spans differ" in drawn(screen.aligned)
        await pilot.press("n", "tab", "j", "escape")
        assert pilot.app.screen is browser(pilot)
        assert "◆" in drawn(browser(pilot).traces)
        assert "1 marked" in drawn(browser(pilot).traces)


async def test_marks_are_gone_to_and_taken_away() -> None:
    async with app_of(FakeView(traces=8)).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        traces = browser(pilot).traces
        await pilot.press("m", "j", "j")
        await settle(pilot)
        await pilot.press("m", "M")
        assert traces.cursor == 0
        await pilot.press("M")
        assert traces.cursor == 2
        await settle(pilot)
        await pilot.press("m")
        assert len(traces.marked) == 1
        await browser(pilot).action_perform("marks.clear")
        assert traces.marked == []
