"""The two lines on top: what is open and how safe it is; then the traces over time and what filters them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.widget import Widget

from inspector.tui import format as fmt
from inspector.tui.host import Host
from inspector.tui.text import fit, runs_of, strip_of, width_of
from inspector.tui.unlocked import countdown
from inspector.view import Unlocked, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.strip import Strip

    from inspector.tui.look import Look
    from inspector.tui.text import Run
    from inspector.view import Badge, Progress, ShownText, StoreSummary
    from inspector.view_stats import Times


class Header(Widget):
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.styles.height = 2
        self.styles.width = "1fr"
        self.summaries: Sequence[StoreSummary] = ()
        self.badge: Badge | None = None
        self.progress: Progress | None = None
        self.bars: Times | None = None
        self.query_text = ""
        self.search_text = ""
        self.ticks: Sequence[int] = ()
        """When the traces began in which the search found something, ns."""
        self.follow_text = ""
        self.unlocked = Unlocked()

    def forget(self) -> None:
        """Nothing is kept."""

    @property
    def look(self) -> Look:
        app = self.app
        if not isinstance(app, Host):
            raise TypeError("a header lives in a Host")
        return app.look

    def render_line(self, y: int) -> Strip:
        look = self.look
        width = self.size.width
        if y == 0:
            return strip_of(self._facts(width), look.bar, width, look)
        return strip_of(self._time(width), look.base, width, look)

    def _facts(self, width: int) -> list[Run]:
        look = self.look
        right = self._safety(width)
        left: list[Run] = [(" inspector", look.accent_bold), ("  ", look.text), *self._store()]
        room = width - width_of(right) - 1
        counts = next((c for c in self._counts() if width_of(left) + len(c) + 2 <= room), "")
        if counts:
            left.append((f"  {counts}", look.dim))
        return [*fit(left, max(room, 10), look), *right, (" ", look.text)]

    def _store(self) -> list[Run]:
        look = self.look
        if len(self.summaries) > 1:
            return [(f"{len(self.summaries)} stores", look.strong)]
        if not self.summaries:
            return []
        return runs_of(self._last_part(self.summaries[0].name), look, look.strong)

    def _last_part(self, name: ShownText) -> ShownText:
        """The file's name without its folders, where nothing in it is hidden."""
        if name.hidden:
            return name
        return plain(str(name).rstrip("/").rpartition("/")[2] or str(name))

    def _counts(self) -> Sequence[str]:
        """The longest first: whichever fits is drawn."""
        look = self.look
        dot = f" {look.glyphs.dot} "
        size = sum(s.bytes for s in self.summaries)
        progress = self.progress
        if progress is not None and not progress.finished:
            share = (
                f"{min(progress.done * 100 // progress.total, 99)}%"
                if progress.total
                else fmt.size(progress.done)
            )
            counts = f"reading {share}{dot}{progress.traces:,} traces"
            return f"{counts}{dot}{progress.spans:,} spans", counts, f"reading {share}"
        spans = progress.spans if progress else sum(s.spans for s in self.summaries)
        traces = progress.traces if progress else sum(s.traces for s in self.summaries)
        counts = f"{spans:,} spans{dot}{traces:,} traces"
        problems = sum(p.count for s in self.summaries for p in s.problems)
        end = f"{dot}{problems:,} unreadable" if problems else ""
        return (
            f"{counts}{dot}{fmt.size(size)}{end}",
            f"{counts}{end}",
            f"{spans:,} spans{end}",
            f"{spans:,} spans",
        )

    def _safety(self, width: int) -> list[Run]:
        look = self.look
        badge = self.badge
        if badge is None:
            return []
        out: list[Run] = []
        if badge.unsafe:
            out += [(" UNSAFE ", look.alarm), ("   ", look.text)]
        if width >= 70:
            out += [("READ-ONLY", look.dim), ("    ", look.text)]
        if badge.audit and width >= 90:
            out += [
                (f"AUDIT {badge.audit}", look.ok_bold if badge.audit_ok else look.error_bold),
                ("  ", look.text),
            ]
        out.append((badge.role, look.text))
        if badge.proved:
            out.append((" (proved)", look.text))
        if self.unlocked.values:
            left = countdown(self.unlocked, time.time_ns())
            out.append((f"  {look.glyphs.revealed} UNLOCKED {left}", look.amber))
        return out

    def _time(self, width: int) -> list[Run]:
        look = self.look
        right: list[Run] = []
        if self.follow_text:
            right += [(f" {self.follow_text}", look.accent_bold)]
        if self.search_text:
            right += [(f" {self.search_text}", look.accent)]
        if self.query_text:
            right += [(f" & {self.query_text}", look.accent)]
        right = fit(right, min(width_of(right), width // 2), look) if right else []
        bars = self.bars
        if bars is None:
            return [(" " * (width - width_of(right) - 1), look.text), *right]
        label = fmt.day(bars.start)
        room = width - len(label) - width_of(right) - 5
        out: list[Run] = [(f" {label}  ", look.dim)]
        out += self._columns(bars, max(room, 0))
        gap = width - width_of(out) - width_of(right) - 1
        return [*out, (" " * max(gap, 0), look.text), *right]

    def _columns(self, bars: Times, room: int) -> list[Run]:
        """The histogram in `room` cells, neighbouring parts added up."""
        look = self.look
        parts = len(bars.traces)
        levels = look.glyphs.levels
        if room < 8 or not parts:
            return []
        totals = [0] * room
        failed = [0] * room
        for i in range(parts):
            cell = min(i * room // parts, room - 1)
            totals[cell] += bars.traces[i]
            failed[cell] += bars.failed[i]
        if parts < room:
            spread = [min(i * parts // room, parts - 1) for i in range(room)]
            totals = [bars.traces[i] for i in spread]
            failed = [bars.failed[i] for i in spread]
        found = self._ticked(bars, room)
        most = max(totals) or 1
        top = len(levels) - 1
        out: list[Run] = []
        for cell, (total, bad) in enumerate(zip(totals, failed, strict=True)):
            if cell in found:
                out.append((look.glyphs.up, look.accent_bold))
                continue
            level = 1 if not total else 2 + int(total / most * (top - 2))
            bad_here = bool(bad) and bad * 2 >= total
            style = look.error if bad_here else look.histogram if total else look.frame
            out.append((levels[min(level, top)], style))
        return out

    def _ticked(self, bars: Times, room: int) -> set[int]:
        """Cells in which the search found something."""
        span = max(bars.end - bars.start, 1)
        return {
            min((at - bars.start) * room // span, room - 1)
            for at in self.ticks
            if bars.start <= at <= bars.end
        }

    async def on_click(self, event: events.Click) -> None:
        if event.y == 1 and self.bars is not None:
            event.stop()
            await self.screen.run_action("perform('overview')")
