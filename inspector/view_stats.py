"""What an overview of a list of traces says: shown types only, as in `view`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from inspector.view import ShownText


class Times(Struct, frozen=True):
    """Traces over time: how many, and how many failed, in each of equal parts; `start` and `end` in ns."""

    start: int
    end: int
    traces: tuple[int, ...]
    failed: tuple[int, ...]


class StatLine(Struct, frozen=True):
    """One model, service, kind or day. Durations in ns; `cost` in US dollars."""

    label: ShownText
    count: int
    errors: int
    p50: int | None
    p95: int | None
    tokens: int
    cost: float


class Stats(Struct, frozen=True):
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


class TypeFound(Struct, frozen=True):
    """Where values of one type were hidden; `paths` are the most frequent, with how often."""

    type: str
    values: int
    spans: int
    traces: int
    paths: tuple[tuple[str, int], ...]


class Findings(Struct, frozen=True):
    """What was hidden in the traces judged so far, most values first."""

    judged: int
    of: int
    types: tuple[TypeFound, ...]

    @property
    def finished(self) -> bool:
        return self.judged >= self.of
