"""Where bars and ticks of the waterfall stand: times to cells."""

from __future__ import annotations

from typing import NamedTuple

from inspector.tui import format as fmt

_STEPS = (1, 2, 5)


class Axis(NamedTuple):
    """A stretch of time (ns) on `width` cells; `origin` is where labels count from."""

    start: int
    end: int
    origin: int
    width: int

    @property
    def span(self) -> int:
        return max(self.end - self.start, 1)

    def bar(self, start: int | None, end: int | None) -> tuple[int, int] | None:
        """First cell and length of a span's bar, at least one; none if it lies outside or has no start."""
        if start is None or self.width <= 0:
            return None
        last = self.end if end is None else max(end, start)
        if last < self.start or start > self.end:
            return None
        low = max(start - self.start, 0) * self.width // self.span
        high = -(-min(last - self.start, self.span) * self.width // self.span)
        low = min(low, self.width - 1)
        return low, max(high - low, 1)

    def inside(self, start: int, end: int) -> tuple[int, int] | None:
        """The cells that a stretch fills for the greater part: first and how many; none if it fills none."""
        if end < self.start or start > self.end or self.width <= 0:
            return None
        half = self.span // 2
        low = max((max(start - self.start, 0) * self.width + half) // self.span, 0)
        high = min((min(end - self.start, self.span) * self.width + half) // self.span, self.width)
        return (low, high - low) if high > low else None

    def ticks(self) -> list[tuple[int, str]]:
        """Cells and labels, at least a label's width apart."""
        step = self._step()
        at = -(-(self.start - self.origin) // step) * step
        out: list[tuple[int, str]] = []
        while at <= self.end - self.origin and len(out) < 40:
            cell = (at + self.origin - self.start) * self.width // self.span
            label = _label(at, step)
            if cell + len(label) <= self.width:
                out.append((cell, label))
            at += step
        return out

    def _step(self) -> int:
        wanted = max(self.span * 11 // max(self.width, 1), 1)
        power = 1
        while True:
            for factor in _STEPS:
                if factor * power >= wanted:
                    return factor * power
            power *= 10


def _label(ns: int, step: int) -> str:
    if ns == 0:
        return "0s"
    if step >= 1_000_000_000:
        return f"{ns // 1_000_000_000}s" if ns < 600_000_000_000 else fmt.duration(ns)
    if step >= 1_000_000:
        return f"{ns // 1_000_000}ms" if ns < 10_000_000_000 else f"{ns / 1_000_000_000:.2f}s"
    return f"{ns // 1000}µs" if step >= 1000 else f"{ns}ns"
