"""Bookmarks, going to ids and times, one-line formats, what is kept of a look at a store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from inspector import paths
from inspector.errors import UsageError
from inspector.tui import clipboard
from inspector.tui import format as fmt
from inspector.tui.app import InspectorApp
from inspector.tui.columns import line_of
from inspector.tui.memory import Memory, Remembered
from inspector.tui.screens.going import moment_of, place_of
from inspector.tui.settings import Settings
from inspector.view import Sort
from tests.tui.driving import MIDDLE, browser, drawn, lines, settle
from tests.tui.fake import NOON, FakeView

if TYPE_CHECKING:
    from pathlib import Path

S = 1_000_000_000


async def test_going_to_an_id_and_to_a_time() -> None:
    async with InspectorApp(FakeView(traces=500)).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        traces = browser(pilot).traces
        await pilot.press("#", *f"{300:032x}", "enter")
        await settle(pilot)
        assert traces.cursor == 300
        await pilot.press("ctrl+g", *"13:30", "enter")
        await settle(pilot)
        row = traces.current()
        assert row is not None and fmt.clock(row.start, NOON).startswith("13:29:5")


def test_moments() -> None:
    assert moment_of("14:02:11", NOON) == NOON // S * S
    assert moment_of("2026-11-22 14:02:11", None) == NOON // S * S
    assert moment_of("2026-11-22T15:02:11+01:00", None) == NOON // S * S
    for text in ("25:00", "2026-13-01", "abcdef", "", "14"):
        assert moment_of(text, NOON) is None


@pytest.mark.parametrize("descending", [True, False])
def test_the_place_of_a_moment_is_found_by_halves(descending: bool) -> None:
    view = FakeView(traces=1000, seen=1000)
    rows = view.rows("", Sort("start", descending))
    starts = [row.start or 0 for row in rows.page(0, 1000)]
    for moment in (starts[0], starts[500], starts[500] + 1, starts[-1], 0, NOON * 2):
        at = place_of(rows, moment, descending=descending)
        fits = [i for i, s in enumerate(starts) if (s <= moment if descending else s >= moment)]
        assert at == (fits[0] if fits else 999)
    assert len(view.pages) < 100


async def test_what_was_set_is_there_the_next_time(tmp_path: Path) -> None:
    file = tmp_path / "s" / "one.json"
    settings = Settings(memory=file, stores=(tmp_path / "store.db",))
    async with InspectorApp(FakeView(traces=8), settings=settings).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        await pilot.press("s", "S", "enter", "v", "2")
        await settle(pilot)
        await pilot.press("&", *"refund", "enter")
        await settle(pilot)
        await pilot.press("B", *"slow refund", "enter")
        await settle(pilot)
        await pilot.press("q")
    held = json.loads(file.read_text())
    assert "refund" not in file.read_text().replace("slow refund", "")
    assert file.stat().st_mode & 0o077 == 0
    assert held["bookmarks"] == {"slow refund": f"{4:032x}"}
    assert ("session", file) in paths.written_of(tmp_path / "store.db")
    async with InspectorApp(FakeView(traces=8), settings=settings).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        assert screen.traces.sort == Sort("duration", descending=False)
        assert screen.spans.by_service and screen.detail.tab == 1
        assert screen.traces.query_text == ""
        await pilot.press("'", "enter")
        await settle(pilot)
        row = screen.traces.current()
        assert row is not None and str(row.trace_id) == f"{4:032x}"


async def test_a_bookmarks_name_is_a_short_word(tmp_path: Path) -> None:
    settings = Settings(memory=tmp_path / "one.json")
    async with InspectorApp(FakeView(traces=8), settings=settings).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        await pilot.press("B", *"jo@example.org", "enter")
        await settle(pilot)
        assert browser(pilot).remember.kept.bookmarks == {}


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"sort": 3, "bookmarks": {"a b": "not an id", "x\\u001b": "abcdef01"}}']
)
def test_a_file_from_elsewhere_puts_nothing_on_the_screen(tmp_path: Path, text: str) -> None:
    file = tmp_path / "one.json"
    file.write_text(text)
    assert Memory(file, ()).load() == Remembered()


async def test_a_line_format_takes_the_place_of_columns() -> None:
    settings = Settings(line="{status} {name:16}| {duration:8} {user}")
    async with InspectorApp(FakeView(traces=8), settings=settings).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        assert "× support-agent   |    8.41s ▒ email #9f3a5c01" in drawn(browser(pilot).traces)


def test_a_line_format_names_columns() -> None:
    with pytest.raises(UsageError, match="naem"):
        line_of("{naem}")
    assert [f.words for f in line_of("a {time} \x1b[31m")][-1] == " ␛[31m"


async def test_columns_of_the_config_beat_those_kept(tmp_path: Path) -> None:
    settings = Settings(columns=("name", "cost", "nonsense"))
    async with InspectorApp(FakeView(traces=8), settings=settings).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        assert browser(pilot).traces.chosen == ("name", "cost")


async def test_widths_of_columns_are_changed_by_keys_and_kept(tmp_path: Path) -> None:
    settings = Settings(memory=tmp_path / "s" / "one.json")
    async with InspectorApp(FakeView(traces=8), settings=settings).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        traces = browser(pilot).traces
        name = {column.id: size for column, size in traces.widths_in(traces.size.width - 2)}["name"]
        head = lines(traces)[1]
        await pilot.press("x", "j", "h", "h", "h", "j", "j", "space", "l")
        await settle(pilot)
        assert traces.widths == {"name": name - 6, "model": 18}
        assert lines(traces)[1] != head
        await pilot.press("0", "escape", "q")
        await pilot.pause()
    assert json.loads((tmp_path / "s" / "one.json").read_text())["widths"].keys() == {"name"}
    async with InspectorApp(FakeView(traces=8), settings=settings).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        assert browser(pilot).traces.widths == traces.widths


async def test_widths_of_the_config_beat_those_kept(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "s" / "one.json", ())
    memory.save(Remembered(columns=["name"], widths={"name": 20, "cost": 11}))
    settings = Settings(memory=tmp_path / "s" / "one.json", columns=("name:30", "cost", "tokens:0", "user:x"))
    async with InspectorApp(FakeView(traces=8), settings=settings).run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        traces = browser(pilot).traces
        assert traces.chosen == ("name", "cost", "tokens", "user")
        assert traces.widths == {"name": 30, "cost": 11, "tokens": 3}


def test_a_width_that_is_none_is_not_taken_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text('{"widths": {"name": -4, "cost": "9", "user": 30, "a b": 3, "time": true}}')
    assert Memory(file, ()).load().widths == {"user": 30}


def test_times_in_the_machines_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "XYZ-3")
    time.tzset()
    try:
        fmt.use_zone(local=True)
        assert fmt.stamp(NOON) == "2026-11-22 17:02:11 XYZ"
    finally:
        fmt.use_zone(local=False)
        monkeypatch.undo()
        time.tzset()
    assert fmt.stamp(NOON) == "2026-11-22 14:02:11 UTC"


def test_a_clipboard_tool_is_taken_where_a_desktop_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("wl-copy", "xclip"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\ncat > {tmp_path}/got\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert clipboard.tool({}, "linux") is None
    assert clipboard.tool({"DISPLAY": ":0", "SSH_TTY": "x"}, "linux") is None
    words = clipboard.tool({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, "linux")
    assert words == ("wl-copy",)
    assert clipboard.copy("a text", words)
    assert (tmp_path / "got").read_text() == "a text"
    assert not clipboard.copy("x", (str(tmp_path / "gone"),))
