"""The two acts that change stores, as the main screen begins them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.worker import get_current_worker

if TYPE_CHECKING:
    from inspector.tui.screens.browse import BrowseScreen
    from inspector.view_acts import Kind, Operations, Overdue


class Erasing:
    def __init__(self, screen: BrowseScreen) -> None:
        self._screen = screen
        self._asked = False

    def ask_for_overdue(self) -> None:
        """Once, when the stores are read: a banner if retention has something to do in them."""
        overdue: Overdue | None = getattr(self._screen.app, "overdue", None)
        if overdue is None or self._asked:
            return
        self._asked = True
        screen = self._screen

        def ask() -> None:
            sentence = overdue(lambda: get_current_worker().is_cancelled)
            if sentence:
                screen.app.call_from_thread(
                    screen.host.notify, sentence, severity="warning", timeout=10, markup=False
                )

        screen.run_worker(ask, name="overdue", description="overdue", group="overdue", thread=True)

    def action_erase(self) -> None:
        self._open("erasure", "erasure:execute")

    def action_retention(self) -> None:
        self._open("retention", "retention:apply")

    def _open(self, kind: Kind, permission: str) -> None:
        operations: Operations | None = getattr(self._screen.app, "operations", None)
        if operations is None:
            self._screen.host.say("Nothing can be changed here.")
            return
        if not operations.may(permission):
            self._screen.host.say(
                f"Your role may not do this ({permission}); inspector roles lists those that may."
            )
            return
        from inspector.tui.screens.erase import EraseScreen

        self._screen.app.push_screen(EraseScreen(operations, kind), self._done)

    async def _done(self, changed: bool | None) -> None:
        """The stores are others now: read them again."""
        if changed:
            await self._screen.action_perform("reload")
