"""The main screen: what keys do, what stays, what is said when something goes wrong."""

from __future__ import annotations

import threading

import pytest
from textual.widgets import Input, Static

from inspector.tui.screens.layout import Stage
from inspector.view import Sort, TraceKey
from tests.tui.driving import MIDDLE, NARROW, WIDE, app_of, browser, drawn, lines, settle, until
from tests.tui.fake import NAMES, FakeView, deep_nodes


async def test_the_list_has_the_focus_and_j_works_at_once() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        assert screen.focused is screen.traces
        await pilot.press("j", "down")
        assert screen.traces.cursor == 2
        await settle(pilot)
        assert screen.traces.key == TraceKey(0, 2)
        assert screen.spans.trace is not None and screen.spans.trace.row.key == TraceKey(0, 2)


async def test_moving_keys() -> None:
    async with app_of(FakeView(traces=500)).run_test(size=WIDE) as pilot:
        await settle(pilot)
        traces = browser(pilot).traces
        body = traces.body
        for key, expected in (
            ("G", 499),
            ("g", 0),
            ("space", body),
            ("b", 0),
            ("ctrl+d", body // 2),
            ("ctrl+u", 0),
            ("end", 499),
            ("home", 0),
        ):
            await pilot.press(key)
            assert traces.cursor == expected, key
        await pilot.press("k")
        assert traces.cursor == 0


async def test_enter_and_escape_drill_in_and_out_on_a_narrow_screen() -> None:
    async with app_of(FakeView()).run_test(size=NARROW) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        for stage in (Stage.SPANS, Stage.DETAIL):
            await pilot.press("enter")
            assert screen.stage is stage
            assert [pane.display for pane in (screen.traces, screen.spans, screen.detail)].count(True) == 1
        await pilot.press("escape", "escape")
        assert screen.stage is Stage.TRACES
        assert screen.focused is screen.traces


@pytest.mark.parametrize(
    ("size", "shown"), [(WIDE, 3), (MIDDLE, 2), (NARROW, 1), ((60, 20), 1), ((300, 100), 3)]
)
async def test_panes_by_width(size: tuple[int, int], shown: int) -> None:
    async with app_of(FakeView()).run_test(size=size) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        for _ in range(3):
            panes = [pane for pane in (screen.traces, screen.spans, screen.detail) if pane.display]
            assert len(panes) == shown
            assert screen.focused in panes
            await pilot.press("tab")


async def test_resizing_keeps_the_place() -> None:
    async with app_of(FakeView(traces=500)).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("G", "k", "enter")
        await settle(pilot)
        screen = browser(pilot)
        for size in (NARROW, MIDDLE, (60, 20), WIDE):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            assert screen.traces.cursor == 498
            assert screen.focused is screen.spans
            assert 0 <= screen.traces.top <= 498


async def test_z_gives_the_pane_the_screen_and_back() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        await pilot.press("z")
        assert (screen.traces.display, screen.spans.display, screen.detail.display) == (True, False, False)
        await pilot.press("tab")
        assert (screen.traces.display, screen.spans.display, screen.detail.display) == (False, True, False)
        await pilot.press("escape")
        assert all(pane.display for pane in (screen.traces, screen.spans, screen.detail))


async def test_rows_show_from_the_first_progress_and_the_header_counts() -> None:
    gate = threading.Event()
    view = FakeView(traces=40, gate=gate)
    async with app_of(view).run_test(size=WIDE) as pilot:
        screen = browser(pilot)
        await until(pilot, lambda: screen.traces.row_count == 20)
        assert "reading 50%" in lines(screen.header)[0]
        gate.set()
        await settle(pilot)
        assert screen.traces.row_count == 40
        assert "40 traces" in lines(screen.header)[0]


async def test_the_cursor_stays_on_its_trace_when_rows_arrive_above() -> None:
    gate = threading.Event()
    async with app_of(FakeView(traces=40, gate=gate)).run_test(size=WIDE) as pilot:
        screen = browser(pilot)
        await until(pilot, lambda: screen.traces.row_count == 20)
        await pilot.press("j", "j")
        await until(pilot, lambda: screen.traces.key == TraceKey(0, 22))
        gate.set()
        await settle(pilot)
        assert screen.traces.cursor == 22
        assert screen.traces.key == TraceKey(0, 22)


async def test_an_untouched_cursor_stays_on_top() -> None:
    gate = threading.Event()
    async with app_of(FakeView(traces=40, gate=gate)).run_test(size=WIDE) as pilot:
        screen = browser(pilot)
        await until(pilot, lambda: screen.traces.row_count == 20)
        gate.set()
        await settle(pilot)
        assert screen.traces.cursor == 0
        assert screen.traces.key == TraceKey(0, 0)
        assert screen.spans.trace is not None and screen.spans.trace.row.key == TraceKey(0, 0)


async def test_sorting_keeps_the_trace_under_the_cursor() -> None:
    view = FakeView(traces=60)
    async with app_of(view).run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        await pilot.press("j", "j", "j")
        await settle(pilot)
        await pilot.press("s")
        await settle(pilot)
        assert view.queries[-1] == ("", Sort("duration", True))
        assert screen.traces.key == TraceKey(0, 3)
        row = screen.traces.current()
        assert row is not None and row.key == TraceKey(0, 3)
        await pilot.press("S")
        await settle(pilot)
        assert view.queries[-1] == ("", Sort("duration", False))
        row = screen.traces.current()
        assert row is not None and row.key == TraceKey(0, 3)


async def test_filter_and_clear() -> None:
    async with app_of(FakeView(traces=60)).run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        await pilot.press("ampersand", *"triage", "enter")
        await settle(pilot)
        assert screen.traces.row_count == 10
        assert "& triage" in lines(screen.header)[1]
        assert screen.focused is screen.traces
        await pilot.press("backslash")
        await settle(pilot)
        assert screen.traces.row_count == 60


async def test_a_filter_that_finds_nothing_says_so_and_how_to_go_on() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("ampersand", *"nowhere", "enter")
        await settle(pilot)
        screen = browser(pilot)
        assert "No trace matches." in drawn(screen.traces)
        assert screen.spans.trace is None
        await pilot.press("j", "enter", "E", "n", "1", "y", "y", "escape")
        await settle(pilot)


async def test_a_filter_that_cant_be_parsed_keeps_the_list_and_the_text() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        before = screen.traces.row_count
        await pilot.press("ampersand", *"span(", "enter")
        await settle(pilot)
        assert screen.traces.row_count == before
        assert screen.query_one(Input).value == "span("
        note = screen.query_one("#note", Static)
        assert "column 5" in str(note.render())
        await pilot.press("escape")
        assert screen.focused is screen.traces


async def test_search_goes_to_the_hit_and_n_goes_on() -> None:
    async with app_of(FakeView(traces=60)).run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        await pilot.press("slash", *"triage", "enter")
        await settle(pilot)
        first = NAMES.index("triage")
        assert screen.traces.key == TraceKey(0, first)
        assert screen.spans.at == 2
        assert "1 of 10" in lines(screen.header)[1]
        await pilot.press("n")
        await settle(pilot)
        assert screen.traces.key == TraceKey(0, first + len(NAMES))
        await pilot.press("N", "N")
        await settle(pilot)
        assert screen.traces.key == TraceKey(0, first + 9 * len(NAMES))
        assert "10 of 10" in lines(screen.header)[1]


async def test_e_walks_errors_within_and_over_traces() -> None:
    async with app_of(FakeView(traces=60)).run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        await pilot.press("enter", "E")
        await settle(pilot)
        assert (screen.traces.key, screen.spans.at) == (TraceKey(0, 0), 5)
        await pilot.press("E")
        assert screen.spans.at == 6
        await pilot.press("E")
        await settle(pilot)
        assert (screen.traces.key, screen.spans.at) == (TraceKey(0, 4), 5)
        await pilot.press("ctrl+e")
        await settle(pilot)
        assert (screen.traces.key, screen.spans.at) == (TraceKey(0, 0), 6)


async def test_tabs_and_their_content() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        for key, word in (
            ("1", "38 lines folded"),
            ("2", "gen_ai.operation.name"),
            ("3", "No events."),
            ("4", '"lookup_customer"'),
            ("5", "The audit log holds nothing of this trace yet."),
        ):
            await pilot.press(key)
            await settle(pilot)
            assert word in drawn(screen.detail), key


async def test_events_and_their_keys() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        await pilot.press("enter", "E", "right_curly_bracket")
        await settle(pilot)
        assert screen.detail.tab == 2
        await pilot.press("right_curly_bracket")
        item = screen.detail.item()
        assert item is not None and item.key == "exception"
        assert "CardError: declined" in drawn(screen.detail)
        await pilot.press("left_curly_bracket")
        item = screen.detail.item()
        assert item is not None and item.key == "retry"


async def test_previous_and_next_trace_from_anywhere() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("tab", "tab", "right_square_bracket", "right_square_bracket", "left_square_bracket")
        await settle(pilot)
        screen = browser(pilot)
        assert screen.traces.key == TraceKey(0, 1)
        assert screen.focused is screen.detail


async def test_folding_and_subtree_in_the_spans() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        spans = browser(pilot).spans
        assert spans.row_count == 8
        await pilot.press("h")
        assert spans.row_count == 1
        await pilot.press("l")
        assert spans.row_count == 8
        await pilot.press("l", "J")
        assert spans.at == 2
        await pilot.press("J", "K", "full_stop")
        assert (spans.at, spans.row_count) == (2, 2)
        await pilot.press("j")
        assert spans.at == 3
        await pilot.press("h")
        assert spans.at == 2
        await pilot.press("escape")
        assert spans.row_count == 8
        await pilot.press("C")
        assert spans.row_count == 1
        await pilot.press("O")
        assert spans.row_count == 8


async def test_zooming_time_keeps_the_span_in_sight() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("enter", "j", "j")
        spans = browser(pilot).spans
        node = spans.node()
        assert node is not None
        for _ in range(5):
            await pilot.press("plus")
            axis = spans.axis(50)
            assert axis.bar(node.start, node.end) is not None
        assert "x32" in lines(spans)[0]
        await pilot.press("minus", "0")
        assert "x" not in lines(spans)[0].split("Spans")[1][:4]


async def test_help_shows_the_keys_of_what_has_the_focus() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("tab", "question_mark")
        text = drawn(pilot.app.screen.focused)
        assert "In the tree of spans" in text
        assert "In the detail" not in text
        await pilot.press("q")
        assert pilot.app.screen is browser(pilot)
        assert pilot.app.is_running


async def test_palette_and_command_line_do_actions() -> None:
    view = FakeView()
    async with app_of(view).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+p", *"reverse", "enter")
        await settle(pilot)
        assert view.queries[-1][1] == Sort("start", False)
        await pilot.press("colon", *"zoom.p", "enter")
        await settle(pilot)
        assert browser(pilot).zoomed


async def test_columns_can_be_chosen() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        traces = browser(pilot).traces
        assert "service" not in lines(traces)[1]
        await pilot.press("x", "j", "j", "space", "escape")
        await settle(pilot)
        assert "service" in lines(traces)[1]
        assert "refunds" in drawn(traces)


async def test_a_trace_that_cant_be_read_is_said_and_the_rest_stays() -> None:
    view = FakeView()
    async with app_of(view).run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        view.broken_trace = True
        await pilot.press("j")
        await settle(pilot)
        notes = list(pilot.app._notifications)
        assert [(n.title, n.message) for n in notes] == [
            ("The store changed while it was open.", "Press R to read it again.")
        ]
        assert screen.spans.trace is not None


async def test_a_list_that_cant_be_read_is_an_error_state() -> None:
    async with app_of(FakeView(broken_page=True)).run_test(size=WIDE) as pilot:
        await settle(pilot)
        text = drawn(browser(pilot).traces)
        assert "The store can't be read at byte 4096." in text
        assert "Copy the file and open the copy." in text


async def test_an_empty_store_says_so() -> None:
    async with app_of(FakeView(traces=0)).run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert "No traces in here." in drawn(browser(pilot).traces)


async def test_a_trace_without_spans_shows_what_there_is() -> None:
    async with app_of(FakeView(nodes=())).run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        assert "This trace has no spans." in drawn(screen.spans)
        assert "trace_id" in drawn(screen.detail)


async def test_a_deep_trace_is_drawn() -> None:
    async with app_of(FakeView(nodes=deep_nodes(5000, 3000))).run_test(size=WIDE) as pilot:
        await settle(pilot)
        spans = browser(pilot).spans
        await pilot.press("enter", "G")
        await settle(pilot)
        assert spans.at == 4999
        assert "step 4999" in drawn(spans)
        await pilot.press("h")
        assert spans.at == 2999


async def test_quit_leaves_and_stops_the_scan() -> None:
    view = FakeView(gate=threading.Event())
    app = app_of(view)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: view.seen > 0)
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)
    assert app.return_code == 0


async def test_the_mouse_selects_and_opens() -> None:
    async with app_of(FakeView()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = browser(pilot)
        await pilot.click(screen.traces, offset=(8, 5))
        await settle(pilot)
        assert screen.traces.cursor == 3
        await pilot.click(screen.traces, offset=(8, 5), times=2)
        assert screen.stage is Stage.SPANS
        await pilot.click(screen.detail, offset=(22, 0))
        assert screen.detail.tab == 1
