"""The bottom line: the actions that apply now, from the registry; a click runs one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

from inspector.tui.actions import footer_of, shown_key
from inspector.tui.host import Host
from inspector.tui.text import strip_of

if TYPE_CHECKING:
    from textual import events
    from textual.strip import Strip

    from inspector.tui.actions import Action, Place
    from inspector.tui.look import Look
    from inspector.tui.text import Run


class Footer(Widget):
    ALLOW_SELECT = False

    def __init__(self, *places: Place, id: str | None = None) -> None:
        super().__init__(id=id)
        self.styles.height = 1
        self.styles.width = "1fr"
        self.places = places
        self.note = ""
        self._spots: list[tuple[int, int, Action]] = []

    def show(self, *places: Place, note: str = "") -> None:
        if (places, note) != (self.places, self.note):
            self.places, self.note = places, note
            self.refresh()

    def forget(self) -> None:
        """Nothing is kept."""

    @property
    def look(self) -> Look:
        app = self.app
        if not isinstance(app, Host):
            raise TypeError("a footer lives in a Host")
        return app.look

    def _key(self, action: Action) -> str:
        app = self.app
        keys = app.keys_of(action) if isinstance(app, Host) else action.keys
        return shown_key(keys[0]) if keys else ""

    def _fitting(self, width: int) -> list[Action]:
        """As many as fit; those with a high rank (help, quit) are kept to the last."""
        actions = footer_of(*self.places)
        while actions and sum(len(self._key(a)) + len(a.name) + 4 for a in actions) > width - 1:
            middle = [a for a in actions if a.footer < 20]
            actions.remove(middle[-1] if middle else actions[0])
        return actions

    def render_line(self, y: int) -> Strip:
        look = self.look
        width = self.size.width
        out: list[Run] = [(" ", look.text)]
        at = 1
        self._spots = []
        if self.note:
            out.append((f"{self.note}   ", look.text))
            at += len(self.note) + 3
        for action in self._fitting(width - at):
            key = self._key(action)
            size = len(key) + len(action.name) + 1
            self._spots.append((at, at + size, action))
            out += [(key, look.accent_bold), (f" {action.name}   ", look.dim)]
            at += size + 3
        return strip_of(out, look.bar, width, look)

    async def on_click(self, event: events.Click) -> None:
        event.stop()
        for low, high, action in self._spots:
            if low <= event.x < high:
                await self.screen.run_action(f"perform('{action.id}')")
                return
