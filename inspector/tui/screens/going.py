"""Going to a trace by its id or to a moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from inspector.tui import format as fmt

if TYPE_CHECKING:
    from inspector.tui.screens.browse import BrowseScreen
    from inspector.view import Rows

_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")
_S = 1_000_000_000


class Going:
    def __init__(self, screen: BrowseScreen) -> None:
        self._screen = screen

    def action_go(self) -> None:
        self._screen.ask.open("go", "", "a trace id or how it begins, or a time: 2026-11-20 14:02, 14:02")

    def to(self, text: str) -> None:
        screen = self._screen
        if screen.traces.rows is None or not text:
            return
        moment = moment_of(text, screen.traces.today)
        if moment is None:
            screen.go_to(text)
        elif screen.traces.sort.field != "start":
            screen.host.say("Sort by start first: s goes through the fields.")
        else:
            screen.loader.go_to_time(screen.traces.rows, moment, descending=screen.traces.sort.descending)


def moment_of(text: str, today: int | None) -> int | None:
    """Ns since the epoch; an hour alone is one of `today`; none where the text is no time."""
    if _TIME.fullmatch(text):
        day = fmt.moment(today)
        if day is None:
            return None
        parts = [int(part) for part in text.split(":")]
        if parts[0] > 23 or max(parts[1:]) > 59:
            return None
        at = day.replace(hour=parts[0], minute=parts[1], second=parts[2] if len(parts) > 2 else 0)
        return int(at.replace(microsecond=0).timestamp()) * _S
    if not re.match(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    zone = UTC if at.tzinfo is None else at.tzinfo
    return (at.replace(tzinfo=zone) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1) * _S


def place_of(rows: Rows, moment: int, *, descending: bool) -> int:
    """Where in a list sorted by start the first trace stands that began at `moment` or later (or, newest first,
    the last one that began by then). Rows without a start are at the end."""
    low, high = 0, rows.count
    while low < high:
        middle = (low + high) // 2
        start = rows.page(middle, 1)[0].start
        if start is not None and (start > moment if descending else start < moment):
            low = middle + 1
        else:
            high = middle
    return min(low, max(rows.count - 1, 0))
