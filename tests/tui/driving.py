"""How the tests drive the app: every wait is for a state, none for a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui.app import InspectorApp
from inspector.tui.screens.browse import BrowseScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot
    from textual.widget import Widget

    from tests.tui.fake import FakeView

WIDE = (160, 48)
MIDDLE = (120, 40)
NARROW = (80, 24)
FOLLOW = "follow"


def app_of(view: FakeView, *, theme: str = "dark", ascii: bool = False) -> InspectorApp:
    return InspectorApp(view, theme=theme, ascii=ascii)


def browser(pilot: Pilot[None]) -> BrowseScreen:
    """The main screen, whatever lies on top of it."""
    screen = pilot.app.screen_stack[0]
    assert isinstance(screen, BrowseScreen)
    return screen


async def settle(pilot: Pilot[None]) -> None:
    """Until no worker runs or waits and no message is under way; following goes on for ever and isn't waited for."""
    await until(pilot, lambda: browser(pilot).is_mounted)
    loader = browser(pilot).loader
    await until(pilot, lambda: loader.begun)
    quiet = 0
    while quiet < 2 and pilot.app._exception is None:  # an app that died frees nothing any more
        ending = [worker for worker in pilot.app.workers if worker.group != FOLLOW]
        if ending:
            await pilot.app.workers.wait_for_complete(ending)
        await pilot.pause()
        quiet = 0 if loader._busy - {FOLLOW} or loader._waiting else quiet + 1


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Until something holds; the test's own time limit ends a wait for what never comes."""
    while not true():
        await pilot.pause(0.01)


def lines(widget: Widget) -> list[str]:
    """What the widget draws, as plain text."""
    return ["".join(s.text for s in widget.render_line(y)) for y in range(widget.size.height)]


def drawn(widget: Widget) -> str:
    return "\n".join(lines(widget))
