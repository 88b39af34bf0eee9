"""Restores what was kept of the last look at these stores, keeps it at the end, and names bookmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui import columns as cols
from inspector.tui.memory import NAME, Memory
from inspector.view import Sort

if TYPE_CHECKING:
    from inspector.tui.look import Look
    from inspector.tui.screens.browse import BrowseScreen
    from inspector.tui.text import Run


class Remember:
    def __init__(self, screen: BrowseScreen) -> None:
        self._screen = screen
        settings = screen.settings
        self._memory = Memory(settings.memory, settings.stores)
        self.kept = self._memory.load()

    def restore(self) -> None:
        """Before the first list is asked for."""
        screen, kept = self._screen, self.kept
        if kept.sort in cols.SORTS:
            screen.traces.sort = Sort(kept.sort, kept.descending)
        chosen, widths = cols.named(screen.settings.columns or kept.columns)
        screen.traces.chosen = chosen
        screen.traces.widths = {**kept.widths, **widths}
        screen.traces.line = cols.line_of(screen.settings.line)
        screen.spans.by_service = kept.by_service
        screen.detail.tab = kept.tab

    def keep(self) -> None:
        screen, kept = self._screen, self.kept
        kept.sort, kept.descending = screen.traces.sort.field, screen.traces.sort.descending
        kept.columns = list(screen.traces.chosen)
        kept.widths = dict(screen.traces.widths)
        kept.by_service = screen.spans.by_service
        kept.tab = screen.detail.tab
        row = screen.traces.current()
        kept.trace = str(row.trace_id) if row is not None and not row.trace_id.hidden else ""
        self._memory.save(kept)

    # Bookmarks.

    def action_bookmark(self) -> None:
        self._screen.ask.open("bookmark", "", "a name for this trace: letters, as: slow refund")

    def name(self, text: str) -> None:
        screen = self._screen
        row = screen.traces.current()
        if row is None:
            return
        if NAME.fullmatch(text) is None:
            screen.host.say("A bookmark's name is up to 24 letters, spaces and dashes.")
        elif row.trace_id.hidden:
            screen.host.say("This trace's id is redacted, so it can't be kept.")
        else:
            self.kept.bookmarks[text] = str(row.trace_id)
            self._memory.save(self.kept)
            screen.host.say(f"Bookmark {text} is kept.")

    def action_bookmarks(self) -> None:
        names = sorted(self.kept.bookmarks)
        if not names:
            self._screen.host.say("There is no bookmark yet; B makes one.")
            return
        from inspector.tui.screens.lists import ListScreen

        def draw(index: int, look: Look, width: int) -> list[Run]:
            name = names[index]
            return [("  ", look.text), (f"{name:<26}", look.text), (self.kept.bookmarks[name], look.dim)]

        def go(index: int | None) -> None:
            if index is not None:
                self._screen.go_to(self.kept.bookmarks[names[index]])

        self._screen.app.push_screen(ListScreen("Bookmarks", len(names), draw, "Enter goes there"), go)
