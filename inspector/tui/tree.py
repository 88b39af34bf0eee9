"""The tree of a trace as visible rows: folds, siblings, subtrees, guides. Built off the UI thread.

All walks are bounded: a guide looks at the few ancestors that fit on the screen, so a depth of 3,000 costs as
much as one of 10.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from inspector.tui.agents import Step, story
from inspector.tui.timing import timing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.tui.timing import Timing
    from inspector.view import ShownText, SpanNode


class Tree:
    """Positions are places in `nodes`; rows are places among what is visible."""

    def __init__(self, nodes: Sequence[SpanNode]) -> None:
        self.nodes = nodes
        self.parent = [-1] * len(nodes)
        self.after = [len(nodes)] * len(nodes)
        """The position after the last descendant."""
        way: list[int] = []
        for at, node in enumerate(nodes):
            while way and nodes[way[-1]].depth >= node.depth:
                self.after[way.pop()] = at
            if way:
                self.parent[at] = way[-1]
            way.append(at)
        self.errors = [at for at, node in enumerate(nodes) if node.status == "error"]
        self.folded: set[int] = set()
        self.root = -1
        """The position whose subtree is shown alone; -1 for all."""
        self.rows: Sequence[int] = range(len(nodes))
        starts = [n.start for n in nodes if n.start is not None]
        ends = [n.end for n in nodes if n.end is not None]
        self.start = min(starts, default=0)
        self.end = max([*ends, *starts], default=0)
        self.spans = len(nodes)
        self.short = 0
        """Spans shorter than this (ns) are left out, but for errors and what leads to a longer one."""
        self.telling = False
        """Whether only the steps of agents are shown, see `agents`."""

    @cached_property
    def timing(self) -> Timing:
        return timing(self.nodes, self.parent, self.start, self.end)

    @cached_property
    def steps(self) -> dict[int, Step]:
        """The steps of agents by position."""
        return {step.at: step for step in story(self.nodes, self.parent)}

    @cached_property
    def services(self) -> list[ShownText]:
        """In order of appearance."""
        return list({str(n.service): n.service for n in self.nodes if n.service is not None}.values())

    def arrange(self) -> None:
        """Work out the visible rows anew."""
        first, last = (0, len(self.nodes)) if self.root < 0 else (self.root, self.after[self.root])
        if self.telling:
            self.rows = [at for at in self.steps if first <= at < last]
            return
        kept = self._kept() if self.short else None
        if not self.folded and kept is None:
            self.rows = range(first, last)
            return
        rows = []
        at = first
        folded, after = self.folded, self.after
        while at < last:
            if kept is None or kept[at] or at == first:
                rows.append(at)
            at = after[at] if at in folded else at + 1
        self.rows = rows

    def _kept(self) -> bytearray:
        """Which spans are long enough to be shown, or have one below them that is."""
        kept = bytearray(len(self.nodes))
        for at in range(len(self.nodes) - 1, -1, -1):
            node = self.nodes[at]
            lasts = node.start is None or node.end is None or node.end - node.start >= self.short
            if kept[at] or lasts or node.status == "error":
                kept[at] = 1
                if self.parent[at] >= 0:
                    kept[self.parent[at]] = 1
        return kept

    @property
    def left_out(self) -> int:
        """How many spans are too short to be shown."""
        return len(self.nodes) - sum(self._kept()) if self.short else 0

    def tell(self, on: bool) -> None:
        self.telling = on
        self.arrange()

    def leave_out(self, short: int) -> None:
        self.short = short
        self.arrange()

    def to_level(self, step: int) -> int:
        """Fold one level more (-1) or less (1); how many levels are open then."""
        deepest = max((self.depth(at) for at in self.rows), default=0)
        level = max(deepest + step, 0)
        self.folded = {
            at for at in range(len(self.nodes)) if self.after[at] > at + 1 and self.depth(at) >= level
        }
        self.arrange()
        return level

    def row_of(self, at: int) -> int:
        """The row of a position, or of the nearest ancestor that is visible."""
        from bisect import bisect_left

        if isinstance(self.rows, range):
            return max(0, min(at - self.rows.start, len(self.rows) - 1))
        row = bisect_left(self.rows, at)
        if row < len(self.rows) and self.rows[row] == at:
            return row
        return max(row - 1, 0)

    def show(self, at: int) -> None:
        """Unfold what hides a position."""
        if self.root >= 0 and not self.root <= at < self.after[self.root]:
            self.root = -1
        up = self.parent[at]
        while up >= 0:
            self.folded.discard(up)
            up = self.parent[up]
        if self.short and not self._kept()[at]:
            self.short = 0
        self.telling = self.telling and at in self.steps
        self.arrange()

    def fold(self, at: int, *, deep: bool = False) -> None:
        inside = range(at, self.after[at]) if deep else (at,)
        self.folded.update(i for i in inside if self.after[i] > i + 1)
        self.arrange()

    def unfold(self, at: int, *, deep: bool = False) -> None:
        self.folded.difference_update(range(at, self.after[at]) if deep else (at,))
        self.arrange()

    def fold_all(self) -> None:
        self.folded = {i for i in range(len(self.nodes)) if self.after[i] > i + 1 and self.parent[i] >= 0}
        self.folded.update(i for i in range(len(self.nodes)) if self.parent[i] < 0 and self.after[i] > i + 1)
        self.arrange()

    def unfold_all(self) -> None:
        self.folded.clear()
        self.arrange()

    def focus(self, at: int) -> None:
        """Show only the subtree of a position; -1 shows all again."""
        self.root = at
        self.folded.discard(at)
        self.arrange()

    def sibling(self, at: int, step: int) -> int:
        """The next (1) or previous (-1) child of the same parent, or `at` itself."""
        if step > 0:
            to = self.after[at]
            last = len(self.nodes) if self.parent[at] < 0 else self.after[self.parent[at]]
            return to if to < last else at
        if at == 0 or self.parent[at] == at - 1:
            return at
        to = at - 1
        while to >= 0 and self.parent[to] != self.parent[at]:
            to = self.parent[to]
        return to if to >= 0 else at

    def depth(self, at: int) -> int:
        """Depth below what is shown."""
        return self.nodes[at].depth - (self.nodes[self.root].depth if self.root >= 0 else 0)

    def guides(self, at: int, room: int) -> list[bool]:
        """For the nearest `room` ancestors below the top, outermost first: does their line go on below?"""
        out: list[bool] = []
        up = self.parent[at]
        top = self.root if self.root >= 0 else -1
        while up >= 0 and up != top and self.parent[up] >= 0 and len(out) < room:
            out.append(not self.nodes[up].last)
            up = self.parent[up]
        out.reverse()
        return out
