"""What `inspector` alone shows: stores that were open lately, and the samples that come with the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from inspector.tui.settings import Settings


class Choice(NamedTuple):
    path: Path
    name: str
    """The path as it may be shown."""
    note: str
    """A few words: when it was open, what is in it."""


def run(recent: Sequence[Choice], samples: Sequence[Choice], settings: Settings) -> Path | None:
    """The path that was chosen, or none if the user left."""
    from inspector.tui import shut_leaks

    shut_leaks()
    from inspector.tui.screens.choosing import ChooserApp

    app = ChooserApp(recent, samples, settings)
    chosen = app.run()
    if app.failure is not None:
        raise app.failure
    return chosen
