"""A trace retold as what agents did: who handed to whom, rounds that repeat, retries, tokens and cost a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.view import ShownText, SpanNode

STEPS = frozenset({"agent", "llm", "tool", "retrieval", "guardrail", "reranker", "memory", "evaluation"})
_LONGEST_ROUND = 6
_NO_AGENTS = frozenset({"turn", "handoff"})
"""Spans that agent frameworks write with the kind of an agent and that are none of their own."""


class Step(NamedTuple):
    at: int
    """Position in the trace's nodes."""
    level: int
    """How many agents stand above it."""
    number: int
    """Which step of its agent; 0 for an agent."""
    mark: str
    """`retry 1`, `round 2 of 4`; empty where nothing repeats."""
    from_agent: ShownText | None
    """Who handed over to this agent."""
    steps: int
    """An agent's own steps, those of the agents below it left out; 0 for a step."""
    tokens_input: int
    tokens_output: int
    cost: float


class _Agent:
    def __init__(self, at: int, level: int) -> None:
        self.at = at
        self.level = level
        self.steps: list[int] = []
        self.input = self.output = 0
        self.cost = 0.0


def story(nodes: Sequence[SpanNode], parent: Sequence[int]) -> list[Step]:
    """Agents and their steps in the trace's order; empty where there is no step."""
    owner = [-1] * len(nodes)
    agents: dict[int, _Agent] = {-1: _Agent(-1, -1)}
    for at, node in enumerate(nodes):
        above = parent[at]
        inside = -1 if above < 0 else above if above in agents else owner[above]
        owner[at] = inside
        if node.kind == "agent" and str(node.name).lower() not in _NO_AGENTS:
            agents[at] = _Agent(at, agents[inside].level + 1)
        elif node.kind in STEPS and node.kind != "agent" and not _repeats_parent(nodes, above, node):
            _take(agents[inside], at, node)
    marks: dict[int, str] = {}
    for agent in agents.values():
        _rounds(nodes, agent.steps, marks)
        _retries(nodes, agent.steps, marks)
    return _told(nodes, owner, agents, marks)


def _repeats_parent(nodes: Sequence[SpanNode], above: int, node: SpanNode) -> bool:
    """A wrapper and what it wraps are one step: two model calls one inside the other, for instance."""
    return above >= 0 and nodes[above].kind == node.kind


def _take(agent: _Agent, at: int, node: SpanNode) -> None:
    agent.steps.append(at)
    agent.input += node.tokens_input or 0
    agent.output += node.tokens_output or 0
    agent.cost += node.cost or 0.0


def _sign(node: SpanNode) -> tuple[str, str]:
    return node.kind, str(node.name)


def _rounds(nodes: Sequence[SpanNode], steps: Sequence[int], marks: dict[int, str]) -> None:
    """The shortest sequence that stands several times in a row, with a model call in it, is a loop."""
    signs = [_sign(nodes[at]) for at in steps]
    i = 0
    while i < len(signs):
        size, times = _repetition(signs, i)
        if times > 1:
            for n in range(times):
                marks[steps[i + n * size]] = f"round {n + 1} of {times}"
            i += size * times
        else:
            i += 1


def _repetition(signs: Sequence[tuple[str, str]], i: int) -> tuple[int, int]:
    for size in range(2, _LONGEST_ROUND + 1):
        first = signs[i : i + size]
        if len(first) < size or first[0][0] != "llm":
            break
        times = 1
        while signs[i + times * size : i + (times + 1) * size] == first:
            times += 1
        if times > 1:
            return size, times
    return 1, 1


def _retries(nodes: Sequence[SpanNode], steps: Sequence[int], marks: dict[int, str]) -> None:
    """A step that does again what has just failed."""
    failed: dict[tuple[str, str], int] = {}
    for at in steps:
        sign = _sign(nodes[at])
        if sign in failed:
            marks[at] = f"retry {failed[sign]}"
        if nodes[at].status == "error":
            failed[sign] = failed.get(sign, 0) + 1
        else:
            failed.pop(sign, None)


def _told(
    nodes: Sequence[SpanNode], owner: Sequence[int], agents: dict[int, _Agent], marks: dict[int, str]
) -> list[Step]:
    numbers = {at: n for agent in agents.values() for n, at in enumerate(agent.steps, 1)}
    out: list[Step] = []
    before: dict[int, int] = {}
    for at, node in enumerate(nodes):
        if at in agents:
            agent, above = agents[at], owner[at]
            giver = above if above >= 0 else before.get(above, -1)
            before[above] = at
            name = nodes[giver].name if giver >= 0 else None
            out.append(
                Step(at, agent.level, 0, "", name, len(agent.steps), agent.input, agent.output, agent.cost)
            )
        elif at in numbers:
            level = agents[owner[at]].level + 1
            mine = (node.tokens_input or 0, node.tokens_output or 0, node.cost or 0.0)
            out.append(Step(at, level, numbers[at], marks.get(at, ""), None, 0, *mine))
    return out
