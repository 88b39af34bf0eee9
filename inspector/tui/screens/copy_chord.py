"""`y` and then a letter: which redacted text goes to the clipboard."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from inspector.tui import clipboard
from inspector.tui.actions import Place, at
from inspector.tui.text import printable_lines

if TYPE_CHECKING:
    from textual import events

    from inspector.tui.screens.browse import BrowseScreen


class CopyChord:
    def __init__(self, screen: BrowseScreen) -> None:
        self._screen = screen
        self.on = False
        """Whether `y` was pressed and its second key is awaited."""

    def action_copy(self) -> None:
        self.on = True
        self._screen.show_footer()

    def key(self, event: events.Key) -> None:
        """Take the key after `y`; whatever it is, the chord is over."""
        if not self.on:
            return
        self.on = False
        event.stop()
        event.prevent_default()
        for action in at(Place.COPY):
            if event.character in self._screen.host.keys_of(action):
                self.copy(action.id)
        self._screen.show_footer()

    def copy(self, what: str) -> None:
        from inspector.tui.screens.copying import pick

        screen = self._screen
        span = screen.detail.span
        text = pick(what, span, screen.detail.item()) if span is not None else None
        if text is None:
            screen.host.say("Nothing of the kind on this line; Tab goes to the detail.")
            return
        if what == "copy.print":
            self._print(text)
            return
        screen.app.copy_to_clipboard(text)
        words = clipboard.tool()
        if words is not None:
            screen.run_worker(lambda: clipboard.copy(text, words), description="clipboard", thread=True)
        screen.host.say(f"Copied, redacted: {len(text):,} characters.")

    def _print(self, text: str) -> None:
        """On the terminal itself, where its own selection works; Enter comes back."""
        app = self._screen.app
        try:
            with app.suspend():
                sys.stdout.write(f"{printable_lines(text)}\n\n(Enter goes back)")
                sys.stdout.flush()
                sys.stdin.readline()
        except SuspendNotSupported:
            self._screen.host.say("This terminal can't be left: print with inspector show instead.")
