"""Opening values on the screen: asked for, shown in amber, counted down, gone without a trace."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from inspector.errors import Denied, NotFound
from inspector.tui.unlocked import countdown, foot_of
from inspector.view import (
    Redaction,
    Segment,
    ShownAttribute,
    ShownSpan,
    ShownText,
    State,
    TraceKey,
    Unlocked,
    plain,
)
from tests.tui.driving import WIDE, app_of, browser, drawn, settle, until
from tests.tui.fake import FakeView

CANARY = "Canary Lane 12"


@dataclass
class OpenView(FakeView):
    """A view in which one attribute can be opened."""

    asked: list[tuple[str, str, str]] = field(default_factory=list)
    state: Unlocked = field(default_factory=Unlocked)
    may: bool = True
    words: tuple[str, ...] = ()

    def purposes(self) -> Sequence[str]:
        return self.words

    def reveal(self, key: TraceKey, index: int, path: str, reason: str, purpose: str = "") -> Unlocked:
        self.asked.append((path, reason, purpose))
        if not self.may:
            raise Denied("viewer may not open this.", "Ask somebody.")
        self.state = Unlocked(1, time.time_ns() + 281 * 10**9, reason, (48212,))
        return self.state

    def unlocked(self) -> Unlocked:
        return self.state

    def lock(self) -> None:
        self.state = Unlocked()

    def plaintext(self, key: TraceKey, index: int, path: str) -> str:
        if not self.state.values:
            raise NotFound("Nothing of this is open.", "Open it first.")
        return CANARY

    def span(self, key: TraceKey, index: int, *, raw: bool = True) -> ShownSpan:
        made = super().span(key, index, raw=raw)
        shown = Segment(CANARY, State.REVEALED, type="address", operator="unlock")
        locked = Segment("[ENCRYPTED]", State.LOCKED, level="confidential", note="needs role admin")
        home = ShownText((shown if self.state.values else locked,))
        marks = (Redaction("home", "address", "unlock"),) if self.state.values else ()
        attributes = (ShownAttribute(plain("home"), home), *made.attributes)
        return replace(made, attributes=attributes, redactions=(*made.redactions, *marks))


async def opened(pilot, key: str = "U") -> None:
    await settle(pilot)
    await pilot.press("2", key)
    await settle(pilot)
    await pilot.press(*"SUP-2210", "enter")
    await settle(pilot)


async def test_a_reason_opens_the_span_and_ctrl_l_closes_it() -> None:
    view = OpenView()
    async with app_of(view).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
        screen = browser(pilot)
        assert "▣ confidential · needs role admin" in drawn(screen.detail)
        await pilot.press("U")
        await settle(pilot)
        await pilot.press(*"SUP-2210", "enter")
        await settle(pilot)
        await until(pilot, lambda: CANARY in drawn(screen.detail))
        assert view.asked == [("", "SUP-2210", "")]
        detail = drawn(screen.detail)
        assert "UNLOCKED · reason: SUP-2210" in detail
        assert "1 value revealed until" in detail
        assert "#48212" in detail
        assert "UNLOCKED 04:" in drawn(screen.header)
        await pilot.press("ctrl+l")
        await settle(pilot)
        assert CANARY not in drawn(screen.detail)
        assert "UNLOCKED" not in drawn(screen.detail) + drawn(screen.header)
        assert "needs role admin" in drawn(screen.detail)
        assert CANARY not in repr(screen.detail.span)
        assert not any(CANARY in s.text for line in screen.detail._lines_drawn.values() for s in line)


async def test_a_field_opens_by_the_line_of_the_cursor() -> None:
    view = OpenView()
    async with app_of(view).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("u")
        await settle(pilot)
        assert browser(pilot).ask.prompt is None
        await pilot.press("2", "tab", "tab")
        await settle(pilot)
        screen = browser(pilot)
        at = next(
            i for i, line in enumerate(screen.detail.lines().known) if line.item and line.item.path == "home"
        )
        screen.detail.move(at)
        await pilot.press("u")
        await settle(pilot)
        await pilot.press(*"why", "enter")
        await until(pilot, lambda: CANARY in drawn(screen.detail))
        assert view.asked == [("home", "why", "")]
        assert screen.detail.cursor == at


async def test_without_a_reason_nothing_is_asked_for() -> None:
    view = OpenView()
    async with app_of(view).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("U", "enter")
        await settle(pilot)
        await pilot.press("U", *"why", "escape")
        await settle(pilot)
        assert view.asked == []


async def test_a_purpose_is_chosen_where_there_are_some() -> None:
    view = OpenView(words=("ticket", "audit"))
    async with app_of(view).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("U", "j", "enter")
        await settle(pilot)
        await pilot.press(*"why", "enter")
        await settle(pilot)
        assert view.asked == [("", "why", "audit")]


async def test_a_refusal_is_told_and_nothing_turns_amber() -> None:
    view = OpenView(may=False)
    async with app_of(view).run_test(size=WIDE) as pilot:
        await opened(pilot)
        screen = browser(pilot)
        assert view.asked
        assert CANARY not in drawn(screen.detail)
        assert not screen.detail.frame_style_alarm


async def test_what_closes_by_itself_leaves_the_screen() -> None:
    view = OpenView()
    async with app_of(view).run_test(size=WIDE) as pilot:
        await opened(pilot)
        screen = browser(pilot)
        await until(pilot, lambda: CANARY in drawn(screen.detail))
        view.state = Unlocked()
        screen.unveil.tick()
        await settle(pilot)
        assert CANARY not in drawn(screen.detail)


async def test_a_span_that_arrives_too_late_is_not_shown() -> None:
    view = OpenView()
    async with app_of(view).run_test(size=WIDE) as pilot:
        await opened(pilot)
        screen = browser(pilot)
        await until(pilot, lambda: CANARY in drawn(screen.detail))
        late = view.span(*screen.shown)  # type: ignore[misc]
        view.lock()
        assert screen.unveil.stale(late)


async def test_suspending_and_leaving_lock() -> None:
    view = OpenView()
    async with app_of(view).run_test(size=WIDE) as pilot:
        await opened(pilot)
        assert view.state.values
        pilot.app._suspend_signal()
        await settle(pilot)
        assert not view.state.values
        await opened(pilot)
        assert view.state.values
    assert not view.state.values


async def test_plaintext_goes_to_the_clipboard_and_leaves_it() -> None:
    view = OpenView()
    async with app_of(view).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("Y")
        await settle(pilot)
        assert CANARY not in pilot.app.clipboard
        await opened(pilot)
        await pilot.press("Y")
        await until(pilot, lambda: pilot.app.clipboard == CANARY)
        browser(pilot).unveil._forget_copy()
        assert pilot.app.clipboard == ""
        await pilot.press("Y")
        await until(pilot, lambda: pilot.app.clipboard == CANARY)
        pilot.app.copy_to_clipboard("something else")
        browser(pilot).unveil._forget_copy()
        assert pilot.app.clipboard == "something else"


async def test_the_clipboard_is_emptied_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.tui.screens.unveil.CLEARED_AFTER", 0.3)
    view = OpenView()
    async with app_of(view).run_test(size=WIDE) as pilot:
        await opened(pilot)
        await pilot.press("Y")
        await until(pilot, lambda: pilot.app.clipboard == CANARY)
        await until(pilot, lambda: pilot.app.clipboard == "")
        assert view.state.values  # what is open on the screen is another matter


@pytest.mark.parametrize(("left", "said"), [(281, "04:41"), (0, "00:00"), (3599, "59:59"), (-5, "00:00")])
def test_the_countdown(left: int, said: str) -> None:
    assert countdown(Unlocked(1, 10**18 + left * 10**9), 10**18) == said


def test_the_foot_counts() -> None:
    text = foot_of(Unlocked(2, 1_700_000_000 * 10**9, "x", (1, 2)), " · ")
    assert text.startswith("2 values revealed until 22:13:20 · ctrl+l locks now")
    assert text.endswith("(#1, #2)")
