"""What must not leak, and what must not be imported."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from textual.worker import WorkerFailed

from inspector import tui
from inspector.errors import StoreError
from tests.tui.driving import WIDE, app_of, browser, settle
from tests.tui.fake import FakeView

SECRET = "a-value-that-nobody-may-see"


def test_importing_the_room_imports_no_textual() -> None:
    code = "import sys, inspector.tui, inspector.tui.actions, inspector.tui.chooser as c; "
    code += "print(*(name in sys.modules for name in ('textual', 'rich')))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "False"]


def test_the_first_frame_waits_for_nothing_that_it_does_not_draw() -> None:
    late = (
        "pygments",
        "markdown_it",
        "json",
        "difflib",
        "inspector.tui.tabs.raw",
        "inspector.tui.panes.prompt",
    )
    code = "import sys, textual.app; before = set(sys.modules); import inspector.tui.app; "
    code += f"print([m for m in {late} if m in set(sys.modules) - before])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_textuals_side_doors_are_shut(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TEXTUAL", "TEXTUAL_LOG", "TEXTUAL_SCREENSHOT"):
        monkeypatch.setenv(name, "1")
    tui.shut_leaks()
    assert not any(name.startswith("TEXTUAL_LOG") or name == "TEXTUAL" for name in os.environ)


async def test_no_screenshot_and_no_command_of_textuals_own(tmp_path) -> None:
    app = app_of(FakeView())
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert list(app.get_system_commands(app.screen)) == []
        await app.run_action("screenshot")
        assert app.deliver_screenshot(path=str(tmp_path)) is None
        await pilot.pause()
    assert list(tmp_path.iterdir()) == []


class Broken(FakeView):
    def span(self, key, index):
        secret = SECRET
        raise RuntimeError(secret)


async def test_a_crash_prints_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    app = app_of(Broken())
    with pytest.raises(WorkerFailed) as error:
        async with app.run_test(size=WIDE) as pilot:
            await settle(pilot)
    del error
    app._print_error_renderables()
    said = "".join(capsys.readouterr())
    assert said == ""
    # What is printed is up to the outermost edge, which never words the message.
    assert isinstance(app.failure, RuntimeError)


async def test_workers_carry_no_data_in_their_names() -> None:
    async with app_of(FakeView(say=SECRET)).run_test(size=WIDE) as pilot:
        seen: set[str] = set()
        pilot.app.workers._new_worker  # noqa: B018
        start = pilot.app.workers.add_worker
        pilot.app.workers.add_worker = lambda worker, **more: (  # type: ignore[method-assign]
            seen.add(worker.description + worker.name),
            start(worker, **more),
        )
        await settle(pilot)
        await pilot.press("j", "E", "slash", "x", "enter")
        await settle(pilot)
        assert seen <= {
            name * 2
            for name in (
                "scan",
                "situation",
                "deepen",
                "viewed",
                "rows",
                "trace",
                "span",
                "search",
                "locate",
                "ticks",
            )
        }


async def test_an_error_is_a_sentence_and_a_fix_without_markup() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        browser(pilot).host.tell(StoreError("The file [/b]\x1b]0;x\x07 is gone.", "Open [red]another[/]."))
        await settle(pilot)
        (note,) = pilot.app._notifications
        assert note.markup is False
        assert "\x1b" not in note.title


async def test_f2_gives_the_mouse_to_the_terminal_and_takes_it_back() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        calls: list[str] = []
        driver = pilot.app._driver
        driver._disable_mouse_support = lambda: calls.append("off")
        driver._enable_mouse_support = lambda: calls.append("on")
        await pilot.press("f2", "f2")
        assert calls == ["off", "on"]


async def test_ascii_draws_only_ascii_of_its_own() -> None:
    async with app_of(FakeView(), ascii=True).run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        for widget in (screen.header, screen.traces, screen.spans):
            for y in range(widget.size.height):
                text = "".join(s.text for s in widget.render_line(y))
                assert text.replace("→", "").isascii(), text
        assert "[R] redacted" in "".join(
            s.text for s in screen.detail.render_line(screen.detail.size.height - 1)
        )
