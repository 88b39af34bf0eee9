"""Where the time of a trace goes: self time, the critical path, how busy each moment is. Built off the UI thread.

The critical path is read backwards from the end of each root: the child that ended last before that moment is
what was waited for, then the child that ended last before that one began; what no child covers is the span's
own. A child that outlives its parent counts up to the parent's end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.view import SpanNode

PARTS = 160
"""Parts of the minimap, before it is fitted to its room."""

Stretch = tuple[int, int]
"""Start and end in ns."""


class Timing(NamedTuple):
    """By position in the trace's nodes; times in ns."""

    self_time: Sequence[int]
    covered: dict[int, Sequence[Stretch]]
    """When children of a span ran, merged and in order; spans without children are left out."""
    critical: dict[int, int]
    """Spans on the critical path, and how much of it is their own."""
    busy: Sequence[int]
    """How many spans run in each part of the trace."""

    def share(self, nodes: Sequence[SpanNode]) -> list[tuple[str, int]]:
        """The critical path by kind of span, greatest first; ns."""
        by: dict[str, int] = {}
        for at, own in self.critical.items():
            by[nodes[at].kind] = by.get(nodes[at].kind, 0) + own
        return sorted(((kind, own) for kind, own in by.items() if own), key=lambda pair: -pair[1])


def timing(nodes: Sequence[SpanNode], parent: Sequence[int], start: int, end: int) -> Timing:
    children: dict[int, list[int]] = {}
    for at, above in enumerate(parent):
        children.setdefault(above, []).append(at)
    covered: dict[int, Sequence[Stretch]] = {}
    own = [0] * len(nodes)
    for at, node in enumerate(nodes):
        size = _size(node)
        if at in children and size:
            covered[at] = merged = _merge(_times(nodes, children[at]), *_ends(node))
            size -= sum(high - low for low, high in merged)
        own[at] = size
    return Timing(own, covered, _critical(nodes, children), _busy(nodes, start, end))


def _size(node: SpanNode) -> int:
    return 0 if node.start is None or node.end is None else max(node.end - node.start, 0)


def _ends(node: SpanNode) -> Stretch:
    return (node.start or 0, node.end or 0)


def _times(nodes: Sequence[SpanNode], of: Sequence[int]) -> Iterator[Stretch]:
    for at in of:
        start, end = nodes[at].start, nodes[at].end
        if start is not None and end is not None and end > start:
            yield start, end


def _merge(times: Iterator[Stretch], low: int, high: int) -> list[Stretch]:
    """Stretches inside `low` to `high`, overlapping ones joined."""
    out: list[Stretch] = []
    for begin, finish in sorted((max(a, low), min(b, high)) for a, b in times):
        if finish <= begin:
            continue
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], finish))
        else:
            out.append((begin, finish))
    return out


def _critical(nodes: Sequence[SpanNode], children: dict[int, list[int]]) -> dict[int, int]:
    path: dict[int, int] = {}
    work = [(at, *_ends(nodes[at])) for at in _chain(nodes, children.get(-1, ()), None, None)]
    while work:
        at, low, high = work.pop()
        path[at] = path.get(at, 0)
        moment = high
        for child in _chain(nodes, children.get(at, ()), low, high):
            start, end = _ends(nodes[child])
            start, end = max(start, low), min(end, high)
            path[at] += max(moment - end, 0)
            work.append((child, start, end))
            moment = start
        path[at] += max(moment - low, 0)
    return path


def _chain(nodes: Sequence[SpanNode], of: Sequence[int], low: int | None, high: int | None) -> Iterator[int]:
    """Those that were waited for, last first, none overlapping another."""
    timed = [at for at in of if _size(nodes[at])]

    def until(at: int) -> int:
        end = nodes[at].end or 0
        return end if high is None else min(end, high)

    moment = high
    for at in sorted(timed, key=until, reverse=True):
        start = nodes[at].start or 0
        if moment is not None and (until(at) > moment or start >= moment):
            continue
        if low is not None and until(at) <= low:
            continue
        yield at
        moment = start


def _busy(nodes: Sequence[SpanNode], start: int, end: int) -> list[int]:
    steps = [0] * (PARTS + 1)
    span = max(end - start, 1)
    for node in nodes:
        if node.start is not None:
            low = min((node.start - start) * PARTS // span, PARTS - 1)
            high = min(((node.end or node.start) - start) * PARTS // span, PARTS - 1)
            steps[low] += 1
            steps[max(high, low) + 1] -= 1
    out, now = [], 0
    for step in steps[:PARTS]:
        now += step
        out.append(now)
    return out
