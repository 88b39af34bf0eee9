"""Exporting from the screen: what, as what, a look at what will be in it, then a worker writes it.

The file is written by a view of its own, in which nothing is ever open: what is revealed on the screen isn't in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui.screens.lists import ListScreen
from inspector.view_exports import Exports, ExportWish

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.tui.look import Look
    from inspector.tui.screens.browse import BrowseScreen
    from inspector.tui.text import Run
    from inspector.view import TraceKey
    from inspector.view_exports import ExportPreview

_SLOT = "export"


class Exporting:
    def __init__(self, screen: BrowseScreen) -> None:
        self._screen = screen

    def action_export(self) -> None:
        view = self._screen.view
        if not isinstance(view, Exports):
            self._screen.host.say("Nothing can be exported here.")
            return
        if self._screen.loader.busy(_SLOT):
            self._screen.host.say("An export is being written; it says when it is done.")
            return
        scopes = self._scopes()
        if not scopes:
            self._screen.host.say("There is no trace to export.")
            return
        names = [name for name, _, _ in scopes]
        self._choose("Export", names, lambda row: self._ask_kind(view, *scopes[row][1:]))

    def _scopes(self) -> list[tuple[str, str, tuple[TraceKey, ...]]]:
        """What may be exported here: its name, the query, and the traces it is only about."""
        traces = self._screen.traces
        found: list[tuple[str, str, tuple[TraceKey, ...]]] = []
        if traces.key is not None:
            found.append(("This trace", "", (traces.key,)))
        if traces.marked:
            found.append((f"The {len(traces.marked):,} marked traces", "", tuple(traces.marked)))
        if traces.rows is not None and traces.rows.count:
            listed = f"The {traces.rows.count:,} traces of the list"
            found.append((f"{listed}, as filtered" if traces.query_text else listed, traces.query_text, ()))
        return found

    def _ask_kind(self, view: Exports, query: str, keys: tuple[TraceKey, ...]) -> None:
        kinds = list(view.export_kinds())
        lines = [f"{name:<9} {help}" for name, help in kinds]
        self._choose("Export as", lines, lambda row: self._look(view, ExportWish(kinds[row][0], query, keys)))

    def _look(self, view: Exports, wish: ExportWish) -> None:
        """Work out what would be written, off the UI thread, and show it."""

        def work() -> None:
            preview = view.preview(wish)
            self._screen.app.call_from_thread(self._confirm, view, wish, preview)

        self._screen.loader.beside(_SLOT, work)

    def _confirm(self, view: Exports, wish: ExportWish, preview: ExportPreview) -> None:
        lines = [f"{name:<10} {text}" for name, text in preview.lines]
        go = "Write it" if not preview.refused else f"Can't be written: {preview.refused}"
        self._choose(
            "What will be in it",
            ["", *lines, "", go],
            lambda _: None if preview.refused else self._write(view, wish),
            start=len(lines) + 2,
        )

    def _write(self, view: Exports, wish: ExportWish) -> None:
        screen = self._screen
        screen.host.say("Writing the export; go on working.")

        def work() -> None:
            sentence = view.export(wish, lambda: screen.loader.stopped)
            screen.app.call_from_thread(screen.host.say, sentence)

        screen.loader.beside(_SLOT, work)

    def _choose(self, title: str, lines: Sequence[str], then: Callable[[int], None], start: int = 0) -> None:
        def draw(index: int, look: Look, width: int) -> Sequence[Run]:
            return [(f"  {lines[index]}", look.text)]

        def chosen(row: int | None) -> None:
            if row is not None:
                then(row)

        made = ListScreen(title, len(lines), draw)
        made.pane.cursor = start
        self._screen.app.push_screen(made, chosen)
