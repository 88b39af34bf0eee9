"""The app that panes live in: it has a look, fetches off the UI thread, and leaks nothing when it dies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.app import App
from textual.worker import WorkerFailed

from inspector.collector import collect_again
from inspector.errors import InspectorError
from inspector.tui import format as fmt
from inspector.tui import theming
from inspector.tui.actions import Place, bindings
from inspector.tui.glyphs import ASCII, UNICODE
from inspector.tui.keymap import keys_of
from inspector.tui.settings import PLAIN
from inspector.view import sanitise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import SystemCommand
    from textual.binding import BindingType
    from textual.driver import Driver
    from textual.screen import Screen
    from textual.theme import Theme

    from inspector.tui.actions import Action
    from inspector.tui.look import Look
    from inspector.tui.settings import Settings

R = TypeVar("R")

_LOOK_AGAIN = 1.0
"""Seconds between two looks at the theme's file."""
_STARTED = 2.0
"""Seconds after which the first rows are there, and what was made for them stays."""


class Host(App[R], inherit_bindings=False):
    """Themes, errors, the mouse: what both the browser and the chooser need."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.APP)]

    def __init__(self, *, ascii: bool = False, theme: str | None = None, settings: Settings = PLAIN) -> None:
        self.settings = settings
        fmt.use_zone(local=settings.local)
        # Before Textual's own start: it makes its style sheet there, and making it twice costs 20 ms.
        self.glyphs = ASCII if ascii or settings.ascii else UNICODE
        self.look: Look = theming.load(theme or settings.theme, self.glyphs)
        self._theme_stamp = theming.stamp(self.look.name)
        self._made = theming.textual_theme(self.look)
        super().__init__()
        self.fetcher = ThreadPoolExecutor(1, "rows")
        self._mouse_on = settings.mouse

    def get_driver_class(self) -> type[Driver]:
        """Textual's own reads Esc late; on other systems, and in a browser, it is what there is."""
        made = super().get_driver_class()
        if made.__name__ != "LinuxDriver":
            return made
        try:
            from inspector.tui.terminal import Terminal
        except ImportError:  # it stands on what Textual calls its own
            return made
        return Terminal

    def on_mount(self) -> None:
        self.set_interval(_LOOK_AGAIN, self.look_again)
        self.set_timer(_STARTED, collect_again)

    def look_again(self) -> None:
        """Take in a change of the theme's file; one that is wrong is told, and the last good one stays."""
        stamp = theming.stamp(self.look.name)
        if stamp != self._theme_stamp:
            self._theme_stamp = stamp
            self.use_theme(self.look.name)

    def on_load(self) -> None:
        if self.settings.keys:
            self.set_keymap({id: ",".join(keys) for id, keys in self.settings.keys.items()})

    def keys_of(self, action: Action) -> tuple[str, ...]:
        """The keys that do an action here and now."""
        return keys_of(action, self.settings.keys)

    @property
    def current_theme(self) -> Theme:
        """Ours, whatever name Textual keeps."""
        return self._made

    def use_theme(self, name: str) -> None:
        """Change the look of everything at once."""
        try:
            self.look = theming.load(name, self.glyphs)
        except InspectorError as error:
            self.tell(error)
            return
        self._theme_stamp = theming.stamp(name)
        self._made = theming.textual_theme(self.look)
        self.register_theme(self._made)
        self.theme = self._made.name
        for screen in self.screen_stack:
            for widget in (screen, *screen.query("*")):
                forget = getattr(widget, "forget", None)
                if forget is not None:
                    forget()
                widget.refresh()

    def tell(self, error: InspectorError) -> None:
        """An error as people need it: what happened, what to do."""
        self.notify(
            sanitise(error.fix), title=sanitise(error.what), severity="error", timeout=8, markup=False
        )

    def say(self, sentence: str) -> None:
        """A short notice in the program's own words; never data."""
        self.notify(sentence, timeout=3, markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """None: the palette is ours, and Textual's own commands would write screens to disk."""
        return ()

    def deliver_screenshot(
        self, filename: str | None = None, path: str | None = None, time_format: str | None = None
    ) -> str | None:
        """Refused: a picture of the screen is a copy of its data."""
        return None

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Refused, see above."""

    def action_theme(self) -> None:
        names = list(theming.theme_files())
        at = names.index(self.look.name) if self.look.name in names else -1
        self.use_theme(names[(at + 1) % len(names)])
        self.say(f"Theme: {self.look.name}")

    def action_mouse(self) -> None:
        """The driver has no public switch; where it lacks this one, nothing happens."""
        self._mouse_on = not self._mouse_on
        name = "_enable_mouse_support" if self._mouse_on else "_disable_mouse_support"
        switch = getattr(self._driver, name, None)
        if switch is not None:
            switch()
        self.say(
            "The mouse is ours again." if self._mouse_on else "The mouse is the terminal's: select as usual."
        )

    def _places(self) -> tuple[Place, ...]:
        places = getattr(self.screen, "places", None)
        return places() if places is not None else (Place.MODAL, Place.LIST, Place.APP)

    def action_help(self) -> None:
        from inspector.tui.screens.help import help_screen

        if not self.screen.is_modal:
            self.push_screen(help_screen(self._places(), self.keys_of))

    def action_palette(self) -> None:
        from inspector.tui.screens.palette import PaletteScreen

        if not self.screen.is_modal:
            self.push_screen(PaletteScreen(self._places()), self._perform)

    async def _perform(self, id: str | None) -> None:
        if id is not None:
            await self.screen.run_action(f"perform('{id}')")

    async def action_command(self) -> None:
        ask = getattr(self.screen, "ask_command", None)
        if ask is not None:
            ask()

    def action_leave(self) -> None:
        self._leave()

    def action_stop(self) -> None:
        self._leave()

    def _leave(self) -> None:
        for screen in self.screen_stack:
            keep = getattr(screen, "keep", None)
            if keep is not None:
                keep()
        self.exit()

    def on_unmount(self) -> None:
        self.fetcher.shutdown(wait=False, cancel_futures=True)

    @property
    def failure(self) -> Exception | None:
        """What ended the app, if something did."""
        error = self._exception
        cause = error.error if isinstance(error, WorkerFailed) else error
        return cause if isinstance(cause, Exception) else error

    def panic(self, *renderables: object) -> None:
        """Nothing is drawn for an error: `run` raises it, and the outermost edge words it."""
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        """Textual would print a traceback with local variables, and those hold data."""
        self._close_messages_no_wait()
