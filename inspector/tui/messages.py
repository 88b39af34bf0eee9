"""What workers tell the main screen. Workers never touch a widget: they post these, and the screen acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.errors import InspectorError
    from inspector.tui.comparing import Pair
    from inspector.tui.tree import Tree
    from inspector.view import (
        Badge,
        Hit,
        Progress,
        Rows,
        ShownAuditRecord,
        ShownSpan,
        ShownTrace,
        Sort,
        State,
        StoreSummary,
        TraceKey,
    )
    from inspector.view_acts import ShownPlan
    from inspector.view_stats import Findings, Stats, Times


class Situation(Message):
    def __init__(self, badge: Badge, summaries: Sequence[StoreSummary]) -> None:
        super().__init__()
        self.badge = badge
        self.summaries = summaries


class AuditReady(Message):
    def __init__(self, key: TraceKey, records: Sequence[ShownAuditRecord]) -> None:
        super().__init__()
        self.key = key
        self.records = records


class ScanMoved(Message):
    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress


class RowsReady(Message):
    def __init__(
        self,
        rows: Rows,
        query: str,
        sort: Sort,
        position: int | None,
        today: int | None,
        many_days: bool,
        bars: Times | None,
        seconds: float,
    ) -> None:
        super().__init__()
        self.rows = rows
        self.query = query
        self.sort = sort
        self.position = position
        self.today = today
        self.many_days = many_days
        self.bars = bars
        self.seconds = seconds
        """What it took, so that a slow list is asked for less often."""


class TimesReady(Message):
    def __init__(self, times: Times | None) -> None:
        super().__init__()
        self.times = times


class TicksReady(Message):
    """When the traces began in which a search found something, ns."""

    def __init__(self, query: str, ticks: Sequence[int]) -> None:
        super().__init__()
        self.query = query
        self.ticks = ticks


class StatsMoved(Message):
    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share


class StatsReady(Message):
    def __init__(self, stats: Stats) -> None:
        super().__init__()
        self.stats = stats


class DueReady(Message):
    """What retention would take, as a plan that nothing follows."""

    def __init__(self, plan: ShownPlan) -> None:
        super().__init__()
        self.plan = plan


class FindingsMoved(Message):
    def __init__(self, findings: Findings) -> None:
        super().__init__()
        self.findings = findings


class AlignedReady(Message):
    """Two traces were read and their spans paired."""

    def __init__(self, left: ShownTrace, right: ShownTrace, pairs: Sequence[Pair]) -> None:
        super().__init__()
        self.left = left
        self.right = right
        self.pairs = pairs


class PairReady(Message):
    def __init__(self, pair: Pair, left: ShownSpan | None, right: ShownSpan | None) -> None:
        super().__init__()
        self.pair = pair
        self.left = left
        self.right = right


class TraceReady(Message):
    def __init__(self, key: TraceKey, trace: ShownTrace, tree: Tree) -> None:
        super().__init__()
        self.key = key
        self.trace = trace
        self.tree = tree


class SpanReady(Message):
    def __init__(self, key: TraceKey, index: int, span: ShownSpan, counts: dict[State, int]) -> None:
        super().__init__()
        self.key = key
        self.index = index
        self.span = span
        self.counts = counts


class HitsFound(Message):
    def __init__(self, query: str, hits: list[Hit], finished: bool) -> None:
        super().__init__()
        self.query = query
        self.hits = hits
        self.finished = finished


class Located(Message):
    """Where a trace stands in the list, and which of its spans to select: its index, `error`, or the first."""

    def __init__(self, key: TraceKey | None, position: int | None, span: int | str | None) -> None:
        super().__init__()
        self.key = key
        self.position = position
        self.span = span


class Failed(Message):
    def __init__(self, error: InspectorError, what: str) -> None:
        super().__init__()
        self.error = error
        self.what = what
        """`rows`, `trace`, `span`, `search`, `scan`."""


class Free(Message):
    """A slot has finished its work."""

    def __init__(self, slot: str) -> None:
        super().__init__()
        self.slot = slot


class Opened(Message):
    """Hidden values were opened; the span is to be asked for anew."""
