"""Which stretch of a trace's time the waterfall shows: halved, doubled and moved by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui.waterfall import Axis

if TYPE_CHECKING:
    from inspector.view import SpanNode

_DEEPEST = 24
_LEAST = 1000
"""ns: nothing is shown larger than a microsecond across."""


class Window:
    def __init__(self) -> None:
        self.halvings = 0
        self._middle = 0

    def reset(self) -> None:
        self.halvings = 0

    def zoom(self, step: int, node: SpanNode | None) -> None:
        """Halve (1) the time shown around a span, or double it (-1)."""
        if step > 0 and node is not None:
            self._middle = middle_of(node, self._middle)
        self.halvings = max(0, min(self.halvings + step, _DEEPEST))

    def pan(self, step: int, whole: Axis) -> None:
        """Move by a quarter of what is shown."""
        if self.halvings:
            shown = self.axis(whole)
            low, high = whole.start + shown.span // 2, whole.end - shown.span // 2
            moved = (shown.start + shown.end) // 2 + step * max(shown.span // 4, 1)
            self._middle = max(low, min(moved, high))

    def follow(self, node: SpanNode | None, whole: Axis) -> None:
        """Bring a span that the window leaves out into it."""
        if self.halvings and node is not None and node.start is not None:
            shown = self.axis(whole)
            if (node.end or node.start) < shown.start or node.start > shown.end:
                self._middle = middle_of(node, self._middle)

    def axis(self, whole: Axis) -> Axis:
        if not self.halvings:
            return whole
        size = max(whole.span >> self.halvings, _LEAST)
        start = max(whole.start, min(self._middle - size // 2, whole.end - size))
        return Axis(start, start + size, whole.origin, whole.width)


def middle_of(node: SpanNode, otherwise: int) -> int:
    if node.start is None:
        return otherwise
    return node.start + ((node.end or node.start) - node.start) // 2
