"""Sums over a span tree in which some parents state the sum of their children."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence


def branch_total(
    links: Sequence[tuple[Hashable, Hashable | None]], values: Sequence[float | None]
) -> int | float | None:
    """The total of a forest in which a node counts as the greater of its own value and its children's total.

    A wrapper that repeats its child, or an agent that states the sum of its calls, so counts once; a parent
    that knows of calls nobody traced counts in full. `links` are (id, parent id) a node; a second node of
    the same id is a copy and not counted again. None if no node has a value.
    """
    if all(v is None for v in values):
        return None
    own: dict[Hashable, float] = {}
    parent: dict[Hashable, Hashable | None] = {}
    for (node, above), value in zip(links, values, strict=True):
        own[node] = max(own.get(node, 0), value or 0)
        parent.setdefault(node, above)
    waiting = dict.fromkeys(parent, 0)
    for above in parent.values():
        if above in waiting:
            waiting[above] += 1
    below = dict.fromkeys(parent, 0.0)
    total = 0.0
    ready = [node for node, n in waiting.items() if n == 0]
    done = 0
    while ready:
        node = ready.pop()
        done += 1
        value = max(own[node], below[node])
        up = parent[node]
        if up is None or up not in waiting:
            total += value
            continue
        below[up] += value
        waiting[up] -= 1
        if waiting[up] == 0:
            ready.append(up)
    if done < len(parent):  # cycles never become ready: their spans count for themselves
        total += sum(max(own[n], below[n]) for n, left in waiting.items() if left > 0)
    return int(total) if all(v is None or isinstance(v, int) for v in values) else total
