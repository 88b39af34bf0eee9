"""Opening hidden values from the screen: a reason is asked, a countdown runs, everything closes again.

The screen keeps nothing of what was open: when it closes, the detail is emptied before it is asked for anew.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from inspector.view import Unlocked, Unveils

if TYPE_CHECKING:
    from inspector.tui.screens.browse import BrowseScreen
    from inspector.view import ShownSpan, TraceKey

_TICK = 0.5
CLEARED_AFTER = 30.0
"""Seconds that plaintext stays in the clipboard."""
_OPERATORS = ("reveal", "unlock")


class Unveil:
    def __init__(self, screen: BrowseScreen) -> None:
        self._screen = screen
        self._target: tuple[TraceKey, int, str] | None = None
        self._purpose = ""
        self._open = False
        self._copied = b""

    def start(self) -> None:
        screen = self._screen
        screen.set_interval(_TICK, self.tick)
        screen.app.app_suspend_signal.subscribe(screen, lambda _: self.action_lock())

    @property
    def _view(self) -> Unveils | None:
        view = self._screen.view
        return view if isinstance(view, Unveils) else None

    # Asking.

    def action_unlock_field(self) -> None:
        item = self._screen.detail.item()
        if not self._screen.detail.has_focus or item is None or not item.path:
            self._screen.host.say("Put the cursor on a hidden value of the detail first; U opens the span.")
            return
        self._ask(item.path)

    def action_unlock_span(self) -> None:
        self._ask("")

    def _ask(self, path: str) -> None:
        screen, view = self._screen, self._view
        if screen.shown is None or screen.detail.span is None:
            screen.host.say("Choose a span first.")
        elif view is None:
            screen.host.say("Nothing can be opened here.")
        else:
            self._target = (*screen.shown, path)
            self._purpose = ""
            purposes = list(view.purposes())
            if purposes:
                self._ask_purpose(purposes)
            else:
                self._ask_reason()

    def _ask_purpose(self, purposes: list[str]) -> None:
        from inspector.tui.screens.lists import ListScreen

        def chosen(row: int | None) -> None:
            if row is not None:
                self._purpose = purposes[row]
                self._ask_reason()

        rows = ListScreen("Purpose", len(purposes), lambda i, look, width: [("  " + purposes[i], look.text)])
        self._screen.app.push_screen(rows, chosen)

    def _ask_reason(self) -> None:
        what = "the field" if self._target is not None and self._target[2] else "the span"
        self._screen.ask.open("reason", "", f"why you open {what}: it goes to the audit log")

    def entered(self, reason: str) -> None:
        """The reason was typed."""
        self._screen.ask.close()
        target, self._target = self._target, None
        if target is not None and reason:
            key, index, path = target
            self._screen.loader.reveal(key, index, path, reason, self._purpose)
        elif target is not None:
            self._screen.host.say("Nothing was opened: a reason is needed.")

    # What is open.

    def opened(self) -> None:
        """A worker opened something: show it."""
        self.tick()
        self._reload()

    def tick(self) -> None:
        """Show how long it stays open, and notice when it has closed by itself."""
        view = self._view
        state = Unlocked() if view is None else view.unlocked()
        was, self._open = self._open, state.values > 0
        if not (was or self._open):
            return
        screen = self._screen
        screen.header.unlocked = state
        screen.header.refresh()
        screen.detail.use_unlocked(state)
        if was and not self._open:
            self._reload()

    def action_lock(self) -> None:
        view = self._view
        if view is not None:
            view.lock()
        self._forget_copy()
        self.tick()

    def _reload(self) -> None:
        screen = self._screen
        if screen.shown is not None:
            if not self._open:
                screen.detail.swap(None, {})
            screen.loader.span(*screen.shown)

    def stale(self, span: ShownSpan) -> bool:
        """Whether a span that arrives was made while something was open that has been closed since."""
        view = self._view
        held = any(r.operator in _OPERATORS for r in span.redactions)
        return held and (view is None or not view.unlocked().values)

    # The clipboard.

    def action_copy_plaintext(self) -> None:
        screen = self._screen
        item = screen.detail.item() if screen.detail.has_focus else None
        if screen.shown is None or self._view is None:
            screen.host.say("Nothing is open.")
        else:
            screen.loader.plaintext(*screen.shown, item.path if item is not None else "", self.copied)

    def copied(self, text: str) -> None:
        app = self._screen.app
        app.copy_to_clipboard(text)
        self._copied = _print(text)
        self._screen.set_timer(CLEARED_AFTER, self._forget_copy)
        self._screen.host.say(f"Copied plaintext; it leaves the clipboard in {CLEARED_AFTER:.0f} s.")

    def _forget_copy(self) -> None:
        """Unless something else was copied here since; what other programs copied can't be seen."""
        app = self._screen.app
        if self._copied and _print(app.clipboard) == self._copied:
            app.copy_to_clipboard("")
        self._copied = b""

    def leave(self) -> None:
        """The screen goes away."""
        view = self._view
        if view is not None:
            view.lock()
        self._forget_copy()


def _print(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
