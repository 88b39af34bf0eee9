"""What is looked at is recorded: a trace whose detail stays in front of somebody for a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.tui.screens.browse import BrowseScreen
    from inspector.view import TraceKey

STAY = 1.0
"""Seconds. Moving the cursor past a trace is not looking at it."""
_REFRESH = 1.0
"""Seconds between two looks at the header's audit state."""


class Witness:
    def __init__(self, browse: BrowseScreen) -> None:
        self._browse = browse
        self._seen: TraceKey | None = None

    def start(self) -> None:
        self._browse.set_interval(_REFRESH, self._badge)

    def shown(self, key: TraceKey) -> None:
        """A span of this trace was put into the detail."""
        if key != self._seen and self._browse.detail.display:
            self._browse.set_timer(STAY, lambda: self._stayed(key))

    def _stayed(self, key: TraceKey) -> None:
        browse = self._browse
        if key != self._seen and key == browse.traces.key and browse.detail.display:
            self._seen = key
            browse.loader.viewed(key)

    def _badge(self) -> None:
        """The log opens after the first frame, and may fail at any time."""
        header = self._browse.header
        badge = self._browse.view.badge()
        if badge != header.badge:
            header.badge = badge
            header.refresh()
