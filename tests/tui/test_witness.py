"""What is looked at is told to the view, once it stayed; the audit's tab and the header show what it says."""

from __future__ import annotations

import pytest

from inspector.tui.screens import witness
from inspector.view import Badge, ShownAuditRecord
from tests.tui.driving import WIDE, app_of, browser, drawn, settle
from tests.tui.fake import FakeView

RECORD = ShownAuditRecord(
    7, 1_700_000_000_000_000_000, "root", "operator", "pii.reveal", "denied", "spans 2", "not allowed\x1b[31m"
)


async def test_a_trace_that_stays_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness, "STAY", 0.05)
    view = FakeView()
    async with app_of(view).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.pause(0.3)
        assert view.viewed_keys == [browser(pilot).traces.key]
        await pilot.press("enter", "j")
        await settle(pilot)
        await pilot.pause(0.3)
        assert len(view.viewed_keys) == 1, "another span of the same trace"


async def test_passing_by_is_not_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness, "STAY", 30)
    view = FakeView()
    async with app_of(view).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("j", "j", "j")
        await settle(pilot)
        assert view.viewed_keys == []


async def test_the_audit_of_a_trace_is_its_fifth_tab() -> None:
    async with app_of(FakeView(records=(RECORD,))).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        shown = drawn(browser(pilot).detail)
        for word in ("#7", "pii.reveal", "denied", "root as operator", "not allowed"):
            assert word in shown
        assert "\x1b" not in shown


async def test_the_header_follows_the_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness, "_REFRESH", 0.05)
    view = FakeView()
    async with app_of(view).run_test(size=WIDE) as pilot:
        await settle(pilot)
        monkeypatch.setattr(view, "badge", lambda: Badge("viewer", False, "not written", audit_ok=False))
        await pilot.pause(0.4)
        assert "AUDIT not written" in drawn(browser(pilot).header)
