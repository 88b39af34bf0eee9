"""Figures of what a report holds, gathered while it is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import ceil, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.view import ShownSpan, ShownText, ShownTrace

_PER_DECADE = 8
_MODELS = ("llm", "embedding", "reranker")


@dataclass(slots=True)
class Use:
    """Tokens and money of one model or service."""

    spans: int = 0
    errors: int = 0
    tokens_input: int = 0
    tokens_output: int = 0
    tokens: int = 0
    cost: float = 0.0

    def add(self, span: ShownSpan) -> None:
        self.spans += 1
        self.errors += span.status == "error"
        if span.kind in _MODELS or span.model is not None:
            self.tokens_input += span.tokens_input or 0
            self.tokens_output += span.tokens_output or 0
            self.tokens += span.tokens or 0
            self.cost += span.cost or 0.0


@dataclass(slots=True)
class Tally:
    traces: int = 0
    spans: int = 0
    errors: int = 0
    failed: int = 0
    """Traces in which something failed."""
    tokens: int = 0
    cost: float = 0.0
    oldest: int | None = None
    newest: int | None = None
    findings: Counter[str] = field(default_factory=Counter)
    """Hidden values by type."""
    operators: Counter[str] = field(default_factory=Counter)
    durations: list[int] = field(default_factory=list)
    """Of traces, ns."""
    kinds: dict[str, list[int]] = field(default_factory=dict)
    """Durations of spans by kind, ns."""
    models: dict[str, Use] = field(default_factory=dict)
    services: dict[str, Use] = field(default_factory=dict)

    def trace(self, trace: ShownTrace) -> None:
        row = trace.row
        self.traces += 1
        self.failed += bool(row.errors)
        self.tokens += row.tokens or 0
        self.cost += row.cost or 0.0
        if row.duration is not None and row.duration >= 0:
            self.durations.append(row.duration)
        if row.start is not None:
            self.oldest = row.start if self.oldest is None else min(self.oldest, row.start)
            self.newest = row.start if self.newest is None else max(self.newest, row.start)

    def span(self, span: ShownSpan) -> None:
        self.spans += 1
        self.errors += span.status == "error"
        for redaction in span.redactions:
            self.findings[redaction.type] += 1
            if redaction.operator:
                self.operators[redaction.operator] += 1
        if span.duration is not None and span.duration >= 0:
            self.kinds.setdefault(span.kind, []).append(span.duration)
        if span.model is not None:
            self.models.setdefault(str(span.model), Use()).add(span)
        self.services.setdefault(_named(span.service), Use()).add(span)


def _named(text: ShownText | None) -> str:
    return str(text) if text else "(none)"


def percentile(values: Sequence[int], share: float) -> int | None:
    """The nearest-rank percentile of sorted values."""
    return values[max(ceil(len(values) * share) - 1, 0)] if values else None


@dataclass(frozen=True, slots=True)
class Bin:
    """Durations from `low` up to `high` (ns, end exclusive)."""

    low: int
    high: int
    count: int


def histogram(values: Sequence[int], most: int = 24) -> list[Bin]:
    """Bins of equal width on a logarithmic scale; empty ones between the first and the last stay."""
    counts = Counter(_bin(value) for value in values)
    if not counts:
        return []
    first, last = min(counts), max(counts)
    step = max(1, ceil((last - first + 1) / most))
    return [
        Bin(_edge(n), _edge(n + step), sum(counts[m] for m in range(n, n + step)))
        for n in range(first, last + 1, step)
    ]


def _bin(value: int) -> int:
    return int(log10(value) * _PER_DECADE) if value > 1 else 0


def _edge(n: int) -> int:
    return round(10 ** (n / _PER_DECADE))
