"""The summary's pictures as plain geometry: the template draws them as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.reports.tally import histogram
from inspector.reports.units import duration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH, HEIGHT = 480, 96


@dataclass(frozen=True, slots=True)
class Column:
    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    columns: tuple[Column, ...]
    first: str
    last: str


def chart(durations: Sequence[int]) -> Chart | None:
    """Latency on a logarithmic scale."""
    found = histogram(durations)
    if not found:
        return None
    most = max(b.count for b in found)
    each = WIDTH / max(len(found), 6)
    columns = []
    for n, b in enumerate(found):
        height = 0 if not b.count else max(b.count / most * HEIGHT, 2)
        title = f"{duration(b.low)} to {duration(b.high)}: {b.count:,}"
        columns.append(
            Column(
                round(n * each + 1, 1), round(HEIGHT - height, 1), round(each - 2, 1), round(height, 1), title
            )
        )
    return Chart(tuple(columns), duration(found[0].low), duration(found[-1].high))


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    count: int
    width: float
    """Of 100."""


def bars(counts: Mapping[str, int], most: int = 12) -> list[Bar]:
    """The most frequent first; what is left over is one bar."""
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown, rest = order[:most], sum(n for _, n in order[most:])
    if rest:
        shown.append(("other types", rest))
    highest = max((n for _, n in shown), default=1)
    return [Bar(name, n, round(max(n / highest * 100, 1.5), 1)) for name, n in shown]
