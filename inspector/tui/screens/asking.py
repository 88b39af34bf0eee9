"""The line at the bottom that asks for a search, a filter or a command, and what becomes of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from inspector.tui.actions import at
from inspector.tui.panes.footer import Footer

if TYPE_CHECKING:
    from inspector.errors import InspectorError
    from inspector.tui.panes.prompt import Prompt
    from inspector.tui.screens.browse import BrowseScreen


class Ask:
    def __init__(self, screen: BrowseScreen) -> None:
        self._screen = screen
        self._tried: str | None = None
        """The filter that was entered and hasn't been answered yet; its line stays open until it is."""
        self._before = ""

    def open(self, use: str, text: str, hint: str) -> None:
        from inspector.tui.panes.prompt import Prompt

        if self.prompt is not None:
            return
        screen = self._screen
        footer = screen.query_one(Footer)
        footer.display = False
        prompt = Prompt(use, text, hint, self.completions if use == "command" else None)
        prompt.styles.column_span = screen.styles.grid_size_columns
        screen.mount(prompt, after=footer)

    @property
    def prompt(self) -> Prompt | None:
        for child in self._screen.children:
            if child.id == "prompt":
                return cast("Prompt", child)
        return None

    def close(self) -> None:
        if (prompt := self.prompt) is not None:
            prompt.remove()
        screen = self._screen
        screen.query_one(Footer).display = True
        screen.panes()[screen.stage].focus()

    def filter(self, query: str) -> None:
        """Ask for the list with another filter; what was there stays until the answer is good."""
        traces = self._screen.traces
        self._before, self._tried = traces.query_text, query
        traces.query_text = query
        self._screen.refresh_rows()
        self._screen.show_query()

    def answered(self, query: str, traces: int) -> None:
        """The list came for this filter."""
        if self._tried == query:
            self._screen.loader.filtered(query, traces)
            if self._filtering() is not None:
                self.close()
        self._tried = None

    def refused(self, error: InspectorError) -> bool:
        """The filter can't be used: take it back, say why beside it. False if no filter was tried."""
        traces = self._screen.traces
        if self._tried is None or self._tried != traces.query_text:
            return False
        self._tried = None
        traces.query_text = self._before
        self._screen.show_query()
        prompt = self._filtering()
        if prompt is None:
            self._screen.host.tell(error)
        else:
            prompt.say(f"{error.what} {error.fix}", bad=True)
        return True

    def _filtering(self) -> Prompt | None:
        prompt = self.prompt
        return prompt if prompt is not None and prompt.use == "filter" else None

    def completions(self, text: str) -> list[str]:
        """Ids of actions that begin with the text, else those that hold it."""
        names = [action.id for action in at(*self._screen.places()) if action.palette]
        return [name for name in names if name.startswith(text)] or [n for n in names if text in n]

    async def command(self, text: str) -> None:
        found = self.completions(text) if text else []
        if found:
            await self._screen.action_perform(found[0])
        elif text:
            self._screen.host.say("There is no such action; ? lists them.")
