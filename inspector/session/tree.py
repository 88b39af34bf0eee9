"""The order in which a trace's spans are shown: depth first, children by start, whatever the links say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.model import Span

_LAST = 1 << 200


class Branch(Struct, frozen=True):
    """A span's place in the tree; `flags` says what its links have wrong."""

    index: int
    depth: int
    last: bool
    children: int
    flags: tuple[str, ...] = ()


def arrange(spans: Sequence[Span]) -> tuple[Branch, ...]:
    """Every span exactly once.

    A span whose parent isn't there becomes a root; a cycle is cut at its earliest span; a span whose id
    another one has stands beside it, without children of its own.
    """
    first: dict[str, int] = {}
    flags: list[list[str]] = [[] for _ in spans]
    for i, span in enumerate(spans):
        if span.span_id and first.setdefault(span.span_id, i) != i:
            flags[i].append("duplicate span id")
    children: dict[int, list[int]] = {}
    roots: list[int] = []
    for i, span in enumerate(spans):
        parent = first.get(span.parent_id) if span.parent_id else None
        if parent is None or parent == i:
            if span.parent_id:
                flags[i].append("its own parent" if parent == i else "parent not in the store")
            roots.append(i)
        else:
            children.setdefault(parent, []).append(i)

    def by_start(i: int) -> tuple[int, int]:
        start = spans[i].start
        return (_LAST if start is None else start, i)

    for below in children.values():
        below.sort(key=by_start)
    seen = _reachable(roots, children)
    for i in sorted((i for i in range(len(spans)) if i not in seen), key=by_start):
        if i in seen:
            continue
        above = first[spans[i].parent_id or ""]
        children[above].remove(i)
        flags[i].append("cycle of parents, cut here")
        roots.append(i)
        seen |= _reachable([i], children)
    roots.sort(key=by_start)
    return _walk(roots, children, flags)


def _reachable(start: Sequence[int], children: dict[int, list[int]]) -> set[int]:
    seen: set[int] = set()
    stack = list(start)
    while stack:
        i = stack.pop()
        if i not in seen:
            seen.add(i)
            stack.extend(children.get(i, ()))
    return seen


def _walk(
    roots: Sequence[int], children: dict[int, list[int]], flags: Sequence[Sequence[str]]
) -> tuple[Branch, ...]:
    out: list[Branch] = []
    stack = [(i, 0, n == 0) for n, i in enumerate(reversed(roots))]
    while stack:
        i, depth, last = stack.pop()
        below = children.get(i, [])
        out.append(Branch(i, depth, last, len(below), tuple(flags[i])))
        stack.extend((c, depth + 1, n == 0) for n, c in enumerate(reversed(below)))
    return tuple(out)
