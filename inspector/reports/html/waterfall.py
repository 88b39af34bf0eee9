"""A trace's spans as rows that fold, each with its bar on the trace's time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.reports.units import duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jinja2 import Template
    from markupsafe import Markup

    from inspector.view import ShownSpan, ShownTrace, SpanNode

NESTED = 120
"""Rows nest no deeper in the page: browsers flatten what is nested deeper than about 500 elements."""
INDENTED = 24
WIDTH = 1000


@dataclass(frozen=True, slots=True)
class Scale:
    """The time a trace's bars are drawn on; `length` is never 0."""

    start: int
    length: int

    @classmethod
    def of(cls, trace: ShownTrace) -> Scale:
        starts = [n.start for n in trace.nodes if n.start is not None]
        ends = [n.end for n in trace.nodes if n.end is not None] or starts
        if not starts:
            return cls(0, 1)
        return cls(min(starts), max(max(ends) - min(starts), 1))

    def bar(self, node: SpanNode) -> tuple[float, float] | None:
        """Where a bar begins and how long it is, in thousandths of the width."""
        if node.start is None:
            return None
        begin = (node.start - self.start) * WIDTH / self.length
        end = ((node.end if node.end is not None else node.start) - self.start) * WIDTH / self.length
        width = min(max(end - begin, 2.0), float(WIDTH))
        return round(min(max(begin, 0.0), WIDTH - width), 1), round(width, 1)

    @property
    def ticks(self) -> list[str]:
        return [duration(self.length * n // 4) if n else "0" for n in range(5)]


def tree(
    spans: Iterable[tuple[SpanNode, ShownSpan]],
    scale: Scale,
    template: Template,
    content: Callable[[ShownSpan], Markup],
) -> Iterator[str]:
    """Rows in display order; what stands under a row is wrapped, so that it folds without a script."""
    open_at: list[int] = []
    for node, span in spans:
        while open_at and open_at[-1] >= node.depth:
            open_at.pop()
            yield "</div></div>"
        folds = node.children > 0 and len(open_at) < NESTED
        yield template.render(
            node=node,
            span=span,
            bar=scale.bar(node),
            folds=folds,
            indent=min(node.depth, INDENTED),
            content=content(span),
        )
        if folds:
            open_at.append(node.depth)
        else:
            yield "</div>"
    yield "</div></div>" * len(open_at)
