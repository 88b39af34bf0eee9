"""The histogram: parts of equal length fitted into cells, a cursor that a zoom and a filter go by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from inspector.tui import format as fmt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.tui.look import Look
    from inspector.tui.text import Run
    from inspector.view_stats import Times

LEAST = 1_000_000
"""ns: a zoom ends at a millisecond across."""


class Fitted(NamedTuple):
    """A histogram of one part a cell."""

    start: int
    end: int
    traces: Sequence[int]
    failed: Sequence[int]
    cursor: int

    @property
    def span(self) -> int:
        return max(self.end - self.start, 1)

    def ends(self, cell: int) -> tuple[int, int]:
        """From and up to when a cell reaches, ns."""
        n = len(self.traces)
        return self.start + self.span * cell // n, self.start + self.span * (cell + 1) // n

    def bars(self, line: int, lines: int, look: Look) -> list[Run]:
        """One line of the bars, the top one first; what failed is the lower part of a bar, in red."""
        levels = look.glyphs.levels
        fine = len(levels) - 1
        most = max(self.traces) or 1
        floor = (lines - 1 - line) * fine
        out: list[Run] = []
        for cell, (count, bad) in enumerate(zip(self.traces, self.failed, strict=True)):
            height = -(-count * lines * fine // most)
            level = max(0, min(height - floor, fine))
            red = bad and -(-bad * lines * fine // most) > floor
            style = look.error if red else look.accent if cell == self.cursor else look.histogram
            out.append((levels[level], style))
        return out

    def marks(self, ticks: Sequence[int], look: Look) -> list[Run]:
        """Under the bars: the cursor, what a search found, what failed."""
        n = len(self.traces)
        found = {
            min((at - self.start) * n // self.span, n - 1) for at in ticks if self.start <= at <= self.end
        }
        out: list[Run] = []
        for cell in range(n):
            if cell == self.cursor:
                out.append((look.glyphs.up, look.accent_bold))
            elif cell in found:
                out.append(("/", look.accent))
            elif self.failed[cell]:
                out.append((look.glyphs.error, look.error))
            else:
                out.append((look.glyphs.horizontal, look.frame))
        return out

    def labels(self) -> str:
        """Times under the axis, as many as fit."""
        n = len(self.traces)
        out = [" "] * n
        long = fmt.day(self.start) != fmt.day(self.end)
        for at in range(0, n, 18):
            when = self.start + self.span * at // n
            text = fmt.clock(when, self.end if not long else None if when is None else when)
            text = f"{fmt.day(when)} {text[:5]}" if long else text
            if at + len(text) <= n:
                out[at : at + len(text)] = text
        return "".join(out)

    def words(self, look: Look) -> list[Run]:
        """What stands under the cursor."""
        low, high = self.ends(self.cursor)
        count, bad = self.traces[self.cursor], self.failed[self.cursor]
        dot = f" {look.glyphs.dot} "
        text = f"{fmt.stamp(low)[:19]} + {fmt.duration(high - low)}{dot}{count:,} trace{'' if count == 1 else 's'}"
        out: list[Run] = [(text, look.text)]
        if bad:
            out.append((f"{dot}{look.glyphs.error} {bad:,} failed", look.error))
        return out


class Chart:
    def __init__(self) -> None:
        self.times: Times | None = None
        self.at = 0.5
        """Where the cursor stands, as a share of what is shown: it stays when the width changes."""

    def use(self, times: Times | None) -> None:
        """The first time, the cursor goes to where the last traces are."""
        if self.times is None and times is not None:
            last = max(part for part, count in enumerate(times.traces) if count)
            self.at = (last + 1e-6) / len(times.traces)
        self.times = times

    def fitted(self, cells: int) -> Fitted | None:
        """Parts added up, or spread, into so many cells."""
        times = self.times
        if times is None:
            return None
        n = len(times.traces)
        traces, failed = [0] * cells, [0] * cells
        for part in range(n):
            cell = part * cells // n
            traces[cell] += times.traces[part]
            failed[cell] += times.failed[part]
        return Fitted(times.start, times.end, traces, failed, self.cell(cells))

    def cell(self, cells: int) -> int:
        return min(int(self.at * cells), cells - 1)

    def step(self, by: int, cells: int) -> None:
        """To the next part that holds a trace."""
        shown = self.fitted(cells)
        if shown is not None:
            cell = shown.cursor + by
            while 0 <= cell < cells and not shown.traces[cell]:
                cell += by
            if 0 <= cell < cells:
                self.to(cell, cells)

    def to(self, cell: int, cells: int) -> None:
        """Put the cursor on a cell."""
        self.at = (max(0, min(cell, cells - 1)) + 0.5) / cells

    def zoomed(self, step: int, whole: Times) -> tuple[int, int]:
        """The stretch that half (1) or double (-1) of what is shown would be, around the cursor; inside the
        whole. Afterwards the cursor stands on the same moment."""
        times = self.times or whole
        span = max(times.end - times.start, 1)
        moment = times.start + int(span * self.at)
        size = max(span // 2, LEAST) if step > 0 else span * 2
        size = min(size, max(whole.end - whole.start, 1))
        start = max(whole.start, min(moment - size // 2, whole.end - size))
        self.at = min(max((moment - start) / size, 0.0), 0.999)
        return start, start + size

    def moved(self, step: int, whole: Times) -> tuple[int, int]:
        """The stretch a half before (-1) or after (1) what is shown."""
        times = self.times or whole
        size = times.end - times.start
        start = max(whole.start, min(times.start + step * size // 2, whole.end - size))
        return start, start + size
