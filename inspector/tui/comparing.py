"""Two traces side by side: their trees aligned by what spans are called, and what differs between the pairs."""

from __future__ import annotations

from collections import deque
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.view import ShownTrace, SpanNode

_EXACT = 250_000
"""Pairs of children up to which the longest common order is looked for; beyond, n-th stands beside n-th."""
_NOTABLE = 0.25
"""Share by which a duration has to differ to be called so, and it must be more than a millisecond."""
_MILLISECOND = 1_000_000

Sign = tuple[str, str]


class Pair(NamedTuple):
    """Positions in the nodes of the two traces; none where only one of them has the span."""

    left: int | None
    right: int | None
    depth: int


class Difference(NamedTuple):
    """What differs within a pair; ns, tokens, US dollars, the right one minus the left one."""

    status: bool
    duration: int | None
    tokens: int
    cost: float
    slower: bool
    """Whether the duration differs by enough to be pointed out."""

    @property
    def any(self) -> bool:
        return self.status or self.slower or self.tokens != 0


def sign(node: SpanNode) -> Sign:
    return node.kind, str(node.name)


def align(left: ShownTrace, right: ShownTrace) -> list[Pair]:
    """Depth first in the order of the left one; what only the right one has stands where it would be."""
    a, b = left.nodes, right.nodes
    below_a, below_b = _children(a), _children(b)
    out: list[Pair] = []
    work = deque(_matched(a, b, below_a.get(-1, []), below_b.get(-1, []), 0))
    while work:
        pair = work.popleft()
        out.append(pair)
        at, bt = pair.left, pair.right
        children = _matched(
            a,
            b,
            below_a.get(at, []) if at is not None else [],
            below_b.get(bt, []) if bt is not None else [],
            pair.depth + 1,
        )
        work.extendleft(reversed(children))
    return out


def _children(nodes: Sequence[SpanNode]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    way: list[int] = []
    for at, node in enumerate(nodes):
        while way and nodes[way[-1]].depth >= node.depth:
            way.pop()
        found.setdefault(way[-1] if way else -1, []).append(at)
        way.append(at)
    return found


def _matched(
    a: Sequence[SpanNode], b: Sequence[SpanNode], left: list[int], right: list[int], depth: int
) -> list[Pair]:
    if not left or not right:
        return [Pair(at, None, depth) for at in left] + [Pair(None, bt, depth) for bt in right]
    signs_a, signs_b = [sign(a[at]) for at in left], [sign(b[bt]) for bt in right]
    if depth == 0 and len(left) == len(right) == 1:
        return [Pair(left[0], right[0], 0)]
    if len(left) * len(right) > _EXACT:
        return _by_turn(left, right, signs_a, signs_b, depth)
    out: list[Pair] = []
    matcher = SequenceMatcher(None, signs_a, signs_b, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            out += [Pair(x, y, depth) for x, y in zip(left[i:j], right[k:m], strict=True)]
        else:
            out += [Pair(x, None, depth) for x in left[i:j]]
            out += [Pair(None, y, depth) for y in right[k:m]]
    return out


def _by_turn(
    left: list[int], right: list[int], signs_a: list[Sign], signs_b: list[Sign], depth: int
) -> list[Pair]:
    waiting: dict[Sign, deque[int]] = {}
    for bt, name in zip(right, signs_b, strict=True):
        waiting.setdefault(name, deque()).append(bt)
    out = []
    for at, name in zip(left, signs_a, strict=True):
        others = waiting.get(name)
        out.append(Pair(at, others.popleft() if others else None, depth))
    return out + [Pair(None, bt, depth) for others in waiting.values() for bt in others]


def difference(left: SpanNode, right: SpanNode) -> Difference:
    a, b = _length(left), _length(right)
    change = None if a is None or b is None else b - a
    notable = change is not None and abs(change) > max(_MILLISECOND, _NOTABLE * max(a or 0, b or 0))
    return Difference(
        left.status != right.status,
        change,
        _tokens(right) - _tokens(left),
        (right.cost or 0.0) - (left.cost or 0.0),
        notable,
    )


def _length(node: SpanNode) -> int | None:
    return None if node.start is None or node.end is None else node.end - node.start


def _tokens(node: SpanNode) -> int:
    return (node.tokens_input or 0) + (node.tokens_output or 0)


def side_by_side(left: Sequence[str], right: Sequence[str]) -> list[tuple[str | None, str | None, bool]]:
    """Lines of two texts in parallel, and whether they are alike."""
    if len(left) * len(right) > _EXACT:
        most = max(len(left), len(right))
        a = [*left, *[None] * (most - len(left))]
        b = [*right, *[None] * (most - len(right))]
        return [(x, y, x == y) for x, y in zip(a, b, strict=True)]
    out: list[tuple[str | None, str | None, bool]] = []
    for tag, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            out += [(x, y, True) for x, y in zip(left[i:j], right[k:m], strict=True)]
            continue
        size = max(j - i, m - k)
        xs = [*left[i:j], *[None] * (size - (j - i))]
        ys = [*right[k:m], *[None] * (size - (m - k))]
        out += [(x, y, False) for x, y in zip(xs, ys, strict=True)]
    return out
