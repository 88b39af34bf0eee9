"""Following a store that grows: the newest trace stays selected while nobody scrolls away from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.tui.screens.browse import BrowseScreen
    from inspector.view import TraceKey


class Follow:
    def __init__(self, screen: BrowseScreen) -> None:
        self._screen = screen
        self.on = False

    @property
    def paused(self) -> bool:
        """Whether the user looks at another trace than the newest."""
        return self.on and self._screen.traces.cursor > 0

    def key(self) -> TraceKey | None:
        """The trace that stays selected when the list is asked for anew: none for the newest."""
        return None if self.on and not self.paused else self._screen.traces.key

    def press(self) -> None:
        """Start; go back to the newest; stop."""
        screen = self._screen
        if self.paused:
            screen.traces.move(0)
        elif self.on:
            self.on = False
            screen.loader.stop_follow()
        else:
            self.on = True
            screen.traces.resume = self.resume
            screen.traces.move(0)
            screen.loader.follow()
        self.show()

    def resume(self) -> bool:
        """Go back to the newest; false where there is nothing to resume."""
        if not self.paused:
            return False
        self.press()
        return True

    def show(self) -> None:
        header = self._screen.header
        header.follow_text = "" if not self.on else "FOLLOW paused" if self.paused else "FOLLOW"
        header.refresh()
