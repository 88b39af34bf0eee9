"""From a key to what it paints, in one process without a terminal: `python -m tests.bench.keys STORE [ROUNDS]`.

Processor time from the key's event to the first update of the screen, and to the last one it causes; what
other threads of the program use meanwhile counts too. Bar: p95 of the first 16 ms at a million spans.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.redaction import Redactor
from inspector.session import Session
from inspector.stores import open_store
from inspector.tui.app import InspectorApp
from inspector.view import Badge
from tests.bench.index import percentile
from tests.tui.driving import settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

KEYS = ("down", "up", "pagedown", "pageup", "G", "g", "pagedown", "down", "enter", "down", "down", "escape")


class Unseen(Session):
    """Without an audit, and without looking into spans, which is measured elsewhere."""

    def viewed(self, *_: object) -> None:
        pass

    def deepen(self, stopped: Callable[[], bool]) -> None:
        pass


class Timed(InspectorApp):
    """Notes when it paints."""

    painted: list[float]

    def _display(self, screen: Screen[object], renderable: object) -> None:
        super()._display(screen, renderable)  # type: ignore[arg-type]  # handed on
        self.painted.append(time.process_time())


async def pressed(view: Unseen, rounds: int) -> dict[str, list[tuple[float, float]]]:
    app = Timed(view)  # type: ignore[arg-type]  # what the audit alone needs isn't asked for
    app.painted = []
    took: dict[str, list[tuple[float, float]]] = {}
    async with app.run_test(size=(160, 48)) as pilot:
        await settle(pilot)
        for _ in range(rounds):
            for key in KEYS:
                app.painted.clear()
                began = time.process_time()
                await pilot.press(key)
                await settle(pilot)
                if app.painted:
                    took.setdefault(key, []).append((app.painted[0] - began, app.painted[-1] - began))
    return took


def main(path: Path, rounds: int) -> None:
    view = Unseen([open_store(path)], Redactor(), Badge("viewer", proved=False))
    view.scan(lambda _: None, lambda: False)
    took = asyncio.run(pressed(view, rounds))
    print(
        f"{view.progress().spans:,} spans; ms of processor time: first paint median, p95; all of it median, p95"
    )
    every: list[float] = []
    for key, times in took.items():
        first, last = ([each[n] * 1e3 for each in times] for n in (0, 1))
        every += first
        figures = [
            statistics.median(first),
            percentile(first, 0.95),
            statistics.median(last),
            percentile(last, 0.95),
        ]
        print(f"{key:10}" + "".join(f"{figure:8.1f}" for figure in figures))
    print(f"{len(every)} keys, first paint p95 {percentile(every, 0.95):.1f} ms (bar 16)")
    view.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10)
