"""Marks on traces, and comparing two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.tui.screens.browse import BrowseScreen


class Marking:
    def __init__(self, screen: BrowseScreen) -> None:
        self._screen = screen

    def action_mark(self) -> None:
        """Mark the trace under the cursor, or take its mark away."""
        traces = self._screen.traces
        if traces.key is None:
            return
        if traces.key in traces.marked:
            traces.marked.remove(traces.key)
        else:
            traces.marked.append(traces.key)
        traces.forget()

    def action_marks_clear(self) -> None:
        self._screen.traces.marked.clear()
        self._screen.traces.forget()

    def action_mark_next(self) -> None:
        """The next marked trace of the list, round at its end."""
        traces = self._screen.traces
        if traces.rows is None:
            return
        places = sorted(at for key in traces.marked if (at := traces.rows.position(key)) is not None)
        if not places:
            self._screen.host.say("No trace in this list is marked; m marks one.")
            return
        traces.move(next((at for at in places if at > traces.cursor), places[0]))

    def action_compare(self) -> None:
        """The two traces marked last; one mark and the trace under the cursor also make two."""
        screen = self._screen
        keys = screen.traces.marked[-2:]
        here = screen.traces.key
        if len(keys) == 1 and here is not None and here not in keys:
            keys = [*keys, here]
        if len(keys) < 2:
            screen.host.say("Mark a trace with m, go to another one, and press = again.")
            return
        from inspector.tui.screens.compare import CompareScreen

        screen.app.push_screen(CompareScreen(screen.view, keys[0], keys[1]))
