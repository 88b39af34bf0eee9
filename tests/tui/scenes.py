"""Every screen of the program, and the keys that lead there: for pictures and for what holds on all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.widgets import Input

from inspector.tui.app import InspectorApp
from inspector.tui.panes.detail import Detail
from inspector.tui.screens.choosing import ChooserApp
from inspector.tui.settings import Settings
from inspector.view import ShownAuditRecord
from tests.tui.driving import settle, until
from tests.tui.fake import NOON, FakeView
from tests.tui.test_chooser import RECENT, SAMPLES
from tests.tui.test_erasing import ID, Operations
from tests.tui.test_exporting import Exporting
from tests.tui.test_unveil import OpenView

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from inspector.tui.host import Host

RECORDS = tuple(
    ShownAuditRecord(seq, NOON + at, who, role, action, outcome, counts, reason)
    for seq, at, who, role, action, outcome, counts, reason in (
        (48213, 1_500_000_000, "zofia", "operator", "trace.view", "success", "1 trace", ""),
        (48212, 250_000_000, "zofia", "operator", "field.unlock", "success", "", "SUP-2210"),
        (907, 0, "somebody", "viewer", "clipboard.plaintext", "denied", "3 fields", ""),
        (7, 0, "anna", "admin", "erasure.execute", "announced", "14 traces", ""),
    )
)


def browser(view: FakeView | None = None) -> Host[None]:
    made = view or FakeView(traces=240, records=RECORDS)
    operations = Operations()
    operations.go_on.set()
    return InspectorApp(made, operations=lambda: operations)


@dataclass(frozen=True)
class Scene:
    keys: tuple[str, ...] = ()
    app: Callable[[], Host[None] | ChooserApp] = browser


def command(name: str) -> tuple[str, ...]:
    return ("colon", *name, "enter")


WHO = (*ID.replace("_", "-"), "tab", "tab", "tab", "tab", "tab", "enter")
"""A person's id into the first field, then Preview."""

SCENES: dict[str, Scene] = {
    "list": Scene(),
    "spans": Scene(("enter", "E")),
    "agents": Scene(("enter", "a", "j")),
    "zoomed": Scene(("enter", "E", "plus", "plus", "D", "v")),
    "overview": Scene(("i", "h", "h", "p", "r")),
    "compare": Scene(("m", "j", "j", "j", "equals_sign")),
    "conversation": Scene(("enter", "E", "enter")),
    "attributes": Scene(("enter", "enter", "2", "j", "j")),
    "events": Scene(("enter", "E", "enter", "3")),
    "raw": Scene(("enter", "enter", "4")),
    "audit": Scene(("enter", "enter", "5")),
    "help": Scene(("question_mark",)),
    "palette": Scene(("ctrl+p", "s", "o", "r")),
    "search": Scene(("slash", *"refund", "enter", "n")),
    "filter": Scene(("ampersand", *"dur>")),
    "command": Scene(("colon", *"so")),
    "columns": Scene(("x", "j", "j")),
    "bookmarks": Scene(("B", *"slow", "enter", "j", "B", *"odd", "enter", "apostrophe")),
    "export": Scene(("e",), lambda: browser(Exporting(traces=240))),
    "export-as": Scene(("e", "enter"), lambda: browser(Exporting(traces=240))),
    "export-look": Scene(("e", "enter", "enter"), lambda: browser(Exporting(traces=240))),
    "purpose": Scene(("2", "U"), lambda: browser(OpenView(traces=240, words=("support", "fraud-check")))),
    "reason": Scene(("2", "U", *"SUP-22"), lambda: browser(OpenView(traces=240))),
    "erase": Scene(command("erase")),
    "erase-plan": Scene((*command("erase"), *WHO)),
    "retention": Scene(command("retention")),
    "empty": Scene((), lambda: browser(FakeView(traces=0))),
    "unreadable": Scene((), lambda: browser(FakeView(broken_page=True))),
    "chooser": Scene((), lambda: ChooserApp(RECENT, SAMPLES, Settings())),
}


async def quiet(pilot: Pilot[object]) -> None:
    """Until nothing is under way; a cursor that blinks stands still, and no notice is on its way out."""
    app = pilot.app
    if isinstance(app, InspectorApp):
        await settle(pilot)
        await until(pilot, lambda: not any(w.is_running and w.group == "erase" for w in app.workers))
    await pilot.pause()
    app.clear_notifications()  # they leave by the clock
    for field in app.screen.query(Input):
        field.cursor_blink = False
        field._cursor_visible = True
    for detail in app.screen.query(Detail):
        detail._relay()  # how many lines it knows of, and its scroll bar says, hangs on sizes in between
    await pilot.pause()


async def go(pilot: Pilot[object], scene: Scene) -> None:
    await quiet(pilot)
    for key in scene.keys:
        await pilot.press(key)
        await quiet(pilot)
