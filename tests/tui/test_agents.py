"""Hand-offs, rounds and retries, told from the order of spans alone."""

from __future__ import annotations

from inspector.tui.tree import Tree
from inspector.view import EMPTY, SpanNode, plain


def tree_of(*spans: tuple[int, str, str, str]) -> Tree:
    nodes = [
        SpanNode(i, depth, False, 0, plain(name), kind, i, i + 1, status, EMPTY, 10, 2, 0.5)
        for i, (depth, kind, name, status) in enumerate(spans)
    ]
    return Tree(tuple(nodes))


def test_rounds_and_retries() -> None:
    tree = tree_of(
        (0, "agent", "support", "ok"),
        (1, "llm", "chat", "ok"),
        (1, "tool", "look_up", "error"),
        (2, "client", "GET", "error"),
        (1, "llm", "chat", "ok"),
        (1, "tool", "look_up", "ok"),
        (1, "llm", "chat", "ok"),
    )
    told = {step.at: (step.number, step.mark) for step in tree.steps.values()}
    assert told == {
        0: (0, ""),
        1: (1, "round 1 of 2"),
        2: (2, ""),
        4: (3, "round 2 of 2"),
        5: (4, "retry 1"),
        6: (5, ""),
    }
    first = tree.steps[0]
    assert (first.steps, first.tokens_input, first.tokens_output, first.cost) == (5, 50, 10, 2.5)


def test_who_handed_to_whom() -> None:
    tree = tree_of(
        (0, "chain", "run", "ok"),
        (1, "agent", "triage", "ok"),
        (2, "llm", "chat", "ok"),
        (1, "agent", "refunds", "ok"),
        (2, "agent", "bank", "ok"),
        (3, "llm", "chat", "ok"),
    )
    givers = {at: step.from_agent and str(step.from_agent) for at, step in tree.steps.items()}
    assert givers[1] is None
    assert givers[3] == "triage"
    assert givers[4] == "refunds"
    assert tree.steps[3].steps == 0
    assert tree.steps[5].level == 2


def test_a_wrapper_and_what_it_wraps_are_one_step() -> None:
    tree = tree_of((0, "llm", "client", "ok"), (1, "llm", "chat", "ok"))
    assert list(tree.steps) == [0]
    tree.tell(True)
    assert list(tree.rows) == [0]
    tree.show(1)
    assert list(tree.rows) == [0, 1]
