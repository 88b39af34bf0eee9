"""The line that takes a search, a filter or a command, in the footer's place."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.app import ComposeResult


class Prompt(Horizontal):
    DEFAULT_CSS = """
    Prompt { height: 1; width: 1fr; background: $panel; column-span: 2; }
    Prompt > #sign { width: auto; color: $accent; text-style: bold; padding: 0 1; }
    Prompt > Input { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
    Prompt > Input:focus { border: none; background-tint: 0%; }
    Prompt > #note { width: auto; max-width: 60%; color: $secondary; padding: 0 1; }
    Prompt > #note.-bad { color: $error; }
    """
    SIGNS: ClassVar[dict[str, str]] = {
        "search": "/",
        "filter": "&",
        "command": ":",
        "reason": "why?",
        "go": "#",
        "bookmark": "B",
    }

    class Entered(Message):
        def __init__(self, use: str, text: str) -> None:
            super().__init__()
            self.use = use
            self.text = text

    class Left(Message):
        """Closed without a result."""

    def __init__(
        self, use: str, text: str, hint: str, complete: Callable[[str], list[str]] | None = None
    ) -> None:
        super().__init__(id="prompt")
        self.use = use
        self._text = text
        self._hint = hint
        self._complete = complete
        self._burst = False
        self.ready = asyncio.Event()
        """Set once there is a line to type into."""

    def compose(self) -> ComposeResult:
        yield Static(self.SIGNS[self.use], id="sign", markup=False)
        yield Input(self._text, placeholder=self._hint, compact=True, select_on_focus=True)
        yield Static("", id="note", markup=False)

    def on_mount(self) -> None:
        self.ready.set()
        self.query_one(Input).focus()
        if self._complete is not None:
            self.say("  ".join(self._complete("")[:8]))

    async def take(self, character: str) -> None:
        """A character that was typed in one burst with the key that opened this line, or was pasted with it."""
        line = await self.line()
        if not self._burst:
            self._burst, line.select_on_focus, line.value = True, False, ""
        line.insert_text_at_cursor(character)

    async def line(self) -> Input:
        """The line, once it is there, with the focus."""
        await self.ready.wait()
        line = self.query_one(Input)
        if not line.has_focus:
            self.screen.set_focus(line)
        return line

    def say(self, sentence: str, *, bad: bool = False) -> None:
        """A word beside the line: a hint, or why it can't be used."""
        note = self.query_one("#note", Static)
        note.set_class(bad, "-bad")
        note.update(sentence)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.say("  ".join(self._complete(event.value)[:8]) if self._complete else "")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered(self.use, event.value.strip()))

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            self.post_message(self.Left())
        elif event.key == "tab":
            event.stop()
            event.prevent_default()
            box = self.query_one(Input)
            found = self._complete(box.value) if self._complete else []
            if found:
                box.value = found[0]
                box.cursor_position = len(found[0])
