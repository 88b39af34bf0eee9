"""Going to a span from afar: the next error, the next hit of a search, over all traces of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui.screens.finding import Finding
from inspector.tui.screens.layout import Stage

if TYPE_CHECKING:
    from inspector.tui import messages as m
    from inspector.tui.screens.browse import BrowseScreen
    from inspector.tui.tree import Tree
    from inspector.view import TraceKey

_TICKS = 20_000
"""Hits that the histogram shows at most: more than it has room for."""


class Walk:
    def __init__(self, screen: BrowseScreen) -> None:
        self._screen = screen
        self.finding = Finding()
        self._goal: tuple[TraceKey, int | str | None] | None = None
        """The span to select once its trace has been read."""

    def take_goal(self, message: m.TraceReady) -> int:
        """Which span of a trace that has just been read is to be selected."""
        goal, self._goal = self._goal, None
        if goal is None or goal[0] != message.key:
            return 0
        return _place(goal[1], message.tree)

    def error(self, step: int) -> None:
        """The next (1) or previous (-1) error: within the trace first, then over the list."""
        screen = self._screen
        tree, here = screen.spans.span_tree, screen.spans.at
        if tree is not None and here is not None and not screen.spans.reading:
            inside = [e for e in tree.errors if (e > here if step > 0 else e < here)]
            if inside and (screen.stage > Stage.TRACES or here not in tree.errors):
                screen.spans.select(inside[0] if step > 0 else inside[-1])
                return
        if screen.traces.rows is not None:
            screen.loader.next_error(screen.traces.rows, screen.traces.cursor, step)

    def located(self, message: m.Located) -> None:
        screen = self._screen
        tree = screen.spans.span_tree
        if message.key is None:
            screen.host.say("No more errors in this list.")
        elif message.position is None:
            screen.host.say("The filter hides that trace; \\ drops the filter.")
        elif message.key == screen.traces.key and tree is not None and not screen.spans.reading:
            screen.spans.select(_place(message.span, tree))
        else:
            self._goal = (message.key, message.span)
            screen.traces.move(message.position)

    def search(self, query: str) -> None:
        """Start a search in the background; an empty one ends the last."""
        screen = self._screen
        screen.loader.stop_search()
        self.finding.start(query)
        screen.header.ticks = ()
        for pane in screen.panes().values():
            pane.words = self.finding.words
            pane.forget()
        if query:
            screen.loader.search(query)
        screen.show_query()

    def found(self, message: m.HitsFound) -> None:
        if message.query != self.finding.query:
            return
        if self.finding.add(message.hits, finished=message.finished):
            self.hit(1)
        self._tick()
        self._screen.show_query()

    def _tick(self) -> None:
        """Say on the histogram where the hits are."""
        screen = self._screen
        if self.finding.finished and screen.traces.rows is not None:
            screen.loader.ticks(screen.traces.rows, self.finding.query, self.finding.hits[:_TICKS])

    def ticked(self, message: m.TicksReady) -> None:
        if message.query == self.finding.query:
            self._screen.header.ticks = message.ticks
            self._screen.header.refresh()

    def hit(self, step: int) -> None:
        screen = self._screen
        hit = self.finding.step(step)
        if hit is not None and screen.traces.rows is not None:
            screen.loader.locate(screen.traces.rows, hit)
        screen.show_query()


def _place(span: int | str | None, tree: Tree) -> int:
    """Where the span stands in the tree, whose order isn't the store's."""
    if isinstance(span, int):
        return next((at for at, node in enumerate(tree.nodes) if node.index == span), 0)
    if span is None or not tree.errors:
        return 0
    return tree.errors[-1] if span == "last error" else tree.errors[0]
