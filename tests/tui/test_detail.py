"""The detail: folding, huge values in windows, counts and states, copying."""

from __future__ import annotations

import json

from inspector.tui.tabs.doc import WINDOW
from inspector.tui.text import length
from inspector.view import State
from tests.tui.driving import NARROW, WIDE, app_of, browser, drawn, lines, settle
from tests.tui.fake import FakeView


async def test_a_conversation_has_calls_and_results_in_place() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        text = drawn(browser(pilot).detail)
        call = text.index("→ lookup_customer(order_id=4410078213, email=▒ email #9f3a5c01)")
        result = text.index('← {"customer": ▣ confidential · needs role operator, "tier": "gold"')
        assert call < result < text.index("→ refund(amount=129.0, iban=▒ iban)")
        assert text.count("← ") == 1
        assert "[image/png, 41 kB]" in text
        assert "Rule 7" not in text


async def test_the_system_prompt_unfolds() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        detail = browser(pilot).detail
        await pilot.press("tab", "tab", "l")
        assert "Rule 7: be brief." in drawn(detail)
        await pilot.press("h")
        assert "Rule 7: be brief." not in drawn(detail)
        await pilot.press("enter")
        assert "Rule 7: be brief." in drawn(detail)


async def test_attributes_fold_like_a_tree() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        detail = browser(pilot).detail
        await pilot.press("2", "tab", "tab", "J", "J")
        item = detail.item()
        assert item is not None and item.key == "customer"
        assert "card_number" in drawn(detail)
        await pilot.press("h")
        assert "▸ customer" in drawn(detail)
        assert "card_number  " not in drawn(detail)
        await pilot.press("l", "j", "j")
        item = detail.item()
        assert item is not None and item.path == "customer.name"
        await pilot.press("h")
        item = detail.item()
        assert item is not None and item.key == "customer"
        await pilot.press("C")
        assert "▸ customer" in drawn(detail)
        await pilot.press("O")
        assert "▾ scores" in drawn(detail)


async def test_well_known_keys_are_explained() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("2")
        assert "1,204   (tokens in)" in drawn(browser(pilot).detail)


async def test_counts_and_legend() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        foot = lines(browser(pilot).detail)[-1]
        assert "4 values redacted · 1 locked · 1 erased · free-text names are not detected" in foot
        assert "▒ redacted   ▣ locked   ◉ revealed   ∅ erased" in foot


async def test_a_revealed_value_paints_the_frame() -> None:
    async with app_of(FakeView(revealed=True)).run_test(size=WIDE) as pilot:
        await settle(pilot)
        detail = browser(pilot).detail
        assert "UNLOCKED" in lines(detail)[0]
        assert detail.counts[State.REVEALED] == 1
        amber = detail.look.amber.color
        assert next(iter(detail.render_line(5))).style.color == amber


async def test_a_huge_value_is_shown_in_windows() -> None:
    huge = "\n".join(f"line {i}" for i in range(2_000_000))
    async with app_of(FakeView(huge=huge)).run_test(size=WIDE) as pilot:
        await settle(pilot)
        detail = browser(pilot).detail
        laid = len(detail.lines().known)
        assert laid < 200
        await pilot.press("tab", "tab", "space", "space")
        assert len(detail.lines().known) < 400
        await pilot.press("G")
        await settle(pilot)
        note = next(line for line in detail.lines().known if line.item is not None and line.item.more)
        assert note.item is not None
        assert note.item.more == len(huge) - WINDOW
        detail.move(detail.lines().known.index(note))
        await pilot.press("enter")
        detail.lines().ensure(50_000)
        note = next(line for line in detail.lines().known if line.item is not None and line.item.more)
        assert note.item is not None
        assert note.item.more == len(huge) - 4 * WINDOW


async def test_one_line_of_megabytes_is_wrapped_as_it_is_read() -> None:
    async with app_of(FakeView(huge="x" * 20_000_000)).run_test(size=NARROW) as pilot:
        await settle(pilot)
        await pilot.press("enter", "enter", "space", "G")
        await settle(pilot)
        text = drawn(browser(pilot).detail)
        assert f"{20_000_000 - WINDOW:,} characters more" in text


async def test_raw_is_highlighted_and_chips_lie_over_it() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("4")
        detail = browser(pilot).detail
        look = detail.look
        styles = {
            s.text.strip(): s.style.color.name
            for y in range(detail.size.height)
            for s in detail.render_line(y)
            if s.style is not None and s.style.color is not None
        }
        assert styles['"name"'] == look.key.color.name
        assert styles["12"] == look.number.color.name
        assert styles["▒ email #9f3a5c01"] == look.states[State.REDACTED].color.name
        assert styles["▣ confidential · needs role operator"] == look.states[State.LOCKED].color.name


async def test_what_y_copies() -> None:
    async with app_of(FakeView(revealed=True)).run_test(size=WIDE) as pilot:
        await settle(pilot)
        app = pilot.app
        await pilot.press("y", "j")
        assert json.loads(app.clipboard)["email"] == "[email:9f3a5c01d2e47b60]"
        assert json.loads(app.clipboard)["customer"] == "[REDACTED:name]"
        await pilot.press("y", "y")
        assert app.clipboard.startswith("agent support-agent\ntrace 0000")
        await pilot.press("2", "tab", "tab", "J", "J", "j", "j", "y", "p")
        assert app.clipboard == "customer.name"
        await pilot.press("y", "k")
        assert app.clipboard == "name"
        await pilot.press("y", "v")
        assert app.clipboard == "[REDACTED:name]"
        await pilot.press("k", "k", "y", "v")
        assert json.loads(app.clipboard)["scores"] == [1, 2.5, None, True, "x"]
        assert "Example Name" not in app.clipboard
        assert not any("Example Name" in str(note.message) for note in app._notifications)


async def test_a_key_that_copies_nothing_is_not_taken_for_another_one() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("y", "q")
        assert pilot.app.is_running
        assert pilot.app.clipboard == ""
        await pilot.press("j")
        assert browser(pilot).traces.cursor == 1


async def test_what_was_read_before_stays_until_the_next_is_here() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        detail = browser(pilot).detail
        before = detail.span
        browser(pilot).traces.move(1)
        assert detail.span is before
        await settle(pilot)
        assert detail.span is not before
        assert length(detail.span.trace_id) == 32


async def test_a_key_says_why_a_value_is_hidden() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        detail = browser(pilot).detail
        await pilot.press("2", "tab", "tab")
        for _ in range(20):
            item = detail.item()
            if item is not None and item.path == "customer.card_number":
                break
            await pilot.press("j")
        await pilot.press("w")
        said = [n.message for n in pilot.app._notifications]
        assert any("card" in m and "operator" in m for m in said), said
