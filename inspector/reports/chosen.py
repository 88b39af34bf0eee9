"""What goes into a report: which traces, in which order, and each of them read when its turn comes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inspector.reports.minimise import EVERYTHING
from inspector.reports.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.reports.minimise import Minimise
    from inspector.view import ShownSpan, ShownTrace, SpanNode, TraceKey, TraceRow, View

_PAGE = 512


@dataclass(frozen=True, slots=True)
class Selection:
    """Which traces: those that the query selects, newest first, thinned out, then cut off."""

    query: str = ""
    sample: float = 1.0
    """The share that is kept. Which ones depends on their ids alone, so that a run can be repeated."""
    keep_errors: bool = False
    """Keep every trace with an error, whatever the share."""
    limit: int | None = None
    ids: tuple[str, ...] = ()
    """Only these traces, by their ids as shown."""

    @property
    def everything(self) -> bool:
        return not self.query.strip() and self.sample >= 1 and self.limit is None and not self.ids

    def keeps(self, row: TraceRow) -> bool:
        if self.ids and str(row.trace_id) not in self.ids:
            return False
        if self.sample >= 1 or (self.keep_errors and row.errors):
            return True
        drawn = hashlib.blake2b(str(row.trace_id).encode("utf-8", "replace"), digest_size=8).digest()
        return int.from_bytes(drawn) < self.sample * 2**64


ALL = Selection()


@dataclass(frozen=True, slots=True)
class Keys:
    """Handles of the chosen traces, and how much there is behind them."""

    keys: tuple[TraceKey, ...]
    spans: int
    errors: int

    @property
    def traces(self) -> int:
        return len(self.keys)


def choose(view: View, selection: Selection) -> Keys:
    """Raises UsageError for a query that can't be parsed."""
    rows = view.rows(selection.query)
    keys: list[TraceKey] = []
    spans = errors = 0
    for start in range(0, rows.count, _PAGE):
        for row in rows.page(start, _PAGE):
            if selection.limit is not None and len(keys) >= selection.limit:
                return Keys(tuple(keys), spans, errors)
            if selection.keeps(row):
                keys.append(row.key)
                spans += row.spans
                errors += row.errors
    return Keys(tuple(keys), spans, errors)


@dataclass(frozen=True, slots=True)
class Exported:
    """One trace of a report. `spans` reads them one by one, in display order; it can be used once."""

    trace: ShownTrace
    spans: Iterator[tuple[SpanNode, ShownSpan]]


@dataclass(slots=True)
class Chosen:
    """The traces of one report. Reading them counts what is in them."""

    view: View
    keys: Sequence[TraceKey]
    minimise: Minimise = EVERYTHING
    step: Callable[[int, int], None] = lambda done, total: None
    """Called after each trace; may raise to stop."""
    tally: Tally = field(default_factory=Tally)

    def traces(self) -> Iterator[Exported]:
        for done, key in enumerate(self.keys, 1):
            trace = self.minimise.trace(self.view.trace(key))
            self.tally.trace(trace)
            yield Exported(trace, self._spans(trace))
            self.step(done, len(self.keys))

    def _spans(self, trace: ShownTrace) -> Iterator[tuple[SpanNode, ShownSpan]]:
        for node in trace.nodes:
            span = self.minimise.span(self.view.span(trace.row.key, node.index, raw=False))
            self.tally.span(span)
            yield node, span
