"""The screen. Nothing here imports Textual until a screen is really run.

Small values are NamedTuples in this room: making a frozen dataclass takes 1.5 ms, and the first frame waits
for every one of them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.tui.settings import Settings
    from inspector.view import View
    from inspector.view_acts import Operations, Overdue

_LEAKS = ("TEXTUAL", "TEXTUAL_LOG", "TEXTUAL_SCREENSHOT", "TEXTUAL_SCREENSHOT_LOCATION", "TEXTUAL_PRESS")
"""Variables by which Textual would write what is shown to a file or a socket."""


_ESCAPE = "25"
"""Milliseconds after which an Esc is a key and not the beginning of one. Terminals send such a sequence in one
piece; where a slow line tears it, the user sets a larger ESCDELAY, as for every curses program."""


def shut_leaks() -> None:
    """Before Textual is imported: it reads these once."""
    for name in _LEAKS:
        os.environ.pop(name, None)
    os.environ.setdefault("ESCDELAY", _ESCAPE)


def run(
    view: View,
    settings: Settings,
    operations: Callable[[], Operations] | None = None,
    overdue: Overdue | None = None,
) -> int:
    """Show the view until the user leaves; the exit code of the program. Raises what ended the screen."""
    shut_leaks()
    from inspector.tui.app import InspectorApp

    app = InspectorApp(view, settings=settings, operations=operations, overdue=overdue)
    app.run(mouse=settings.mouse)
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
