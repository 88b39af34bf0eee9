"""What every screen looks like, kept as pictures: `pytest --snapshot-update` after looking at them.

One run of the program a screen: in two smaller sizes and in the other themes as text with its colours, at last
wide and dark as SVG, which the report of a failed test shows beside the old one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tui.driving import MIDDLE, NARROW, WIDE, app_of
from tests.tui.fake import FakeView
from tests.tui.pictures import picture
from tests.tui.scenes import SCENES, go, quiet

if TYPE_CHECKING:
    from syrupy import SnapshotAssertion
    from textual.pilot import Pilot

    from inspector.tui.host import Host

THEMES = ("light", "high-contrast", "colour-blind-safe", "ansi")
SIZES = {"120x40": MIDDLE, "80x24": NARROW}


@pytest.mark.parametrize("name", SCENES)
def test_every_screen(snap_compare, snapshot: SnapshotAssertion, name: str) -> None:
    scene = SCENES[name]
    app: Host = scene.app()
    taken: dict[str, str] = {}

    async def drive(pilot: Pilot[None]) -> None:
        await go(pilot, scene)
        for size, cells in SIZES.items():
            await pilot.resize_terminal(*cells)
            await quiet(pilot)
            taken[size] = picture(app, colours=False)
        await pilot.resize_terminal(*WIDE)
        for theme in (*THEMES, "dark"):
            app.use_theme(theme)
            await quiet(pilot)
            taken[theme] = picture(app, words=False)

    assert snap_compare(app, terminal_size=WIDE, run_before=drive)
    for what, text in taken.items():
        assert text == snapshot(name=what)


def test_revealed(snap_compare) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await quiet(pilot)
        await pilot.press("2")
        await quiet(pilot)

    assert snap_compare(app_of(FakeView(traces=240, revealed=True)), terminal_size=WIDE, run_before=drive)


def test_ascii(snap_compare) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await quiet(pilot)
        await pilot.press("enter")
        await quiet(pilot)

    assert snap_compare(app_of(FakeView(traces=240), ascii=True), terminal_size=MIDDLE, run_before=drive)
