"""What an overview of a list of traces says: shown types only, as in `view`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.view import ShownText


@dataclass(frozen=True, slots=True)
class Times:
    """Traces over time: how many, and how many failed, in each of equal parts; `start` and `end` in ns."""

    start: int
    end: int
    traces: tuple[int, ...]
    failed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StatLine:
    """One model, service, kind or day. Durations in ns; `cost` in US dollars."""

    label: ShownText
    count: int
    errors: int
    p50: int | None
    p95: int | None
    tokens: int
    cost: float


@dataclass(frozen=True, slots=True)
class Stats:
    """Services and days count traces, kinds and models count spans."""

    traces: int
    failed: int
    spans: int
    errors: int
    tokens: int
    cost: float
    latency: tuple[tuple[str, int], ...]
    """Percentiles of the traces' durations, in ns: `p50`, `p90`, `p95`, `p99`, `max`."""
    services: tuple[StatLine, ...]
    days: tuple[StatLine, ...]
    kinds: tuple[StatLine, ...]
    models: tuple[StatLine, ...]


@dataclass(frozen=True, slots=True)
class TypeFound:
    """Where values of one type were hidden; `paths` are the most frequent, with how often."""

    type: str
    values: int
    spans: int
    traces: int
    paths: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """What was hidden in the traces judged so far, most values first."""

    judged: int
    of: int
    types: tuple[TypeFound, ...]

    @property
    def finished(self) -> bool:
        return self.judged >= self.of
