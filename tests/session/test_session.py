"""The session as a view: rows, traces, search, summaries, over several stores."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from inspector.errors import NotFound, UsageError
from inspector.model import Problem, Status
from inspector.session import Session
from inspector.view import Badge, Progress, Sort, TraceKey
from tests.session.fakes import Engine, FakeStore, span

if TYPE_CHECKING:
    from inspector.view import View

BADGE = Badge("viewer", proved=False)
MAIL = "jo@example.org"


def opened(*stores: FakeStore, scan: bool = True) -> Session:
    session = Session(stores, Engine(), BADGE)
    if scan:
        session.scan(lambda progress: None, lambda: False)
    return session


def ids(view: View, query: str = "", sort: Sort | None = None) -> list[str]:
    rows = view.rows(query, sort or Sort())
    return [str(row.trace_id) for row in rows.page(0, rows.count)]


def test_rows_of_several_stores_are_one_list() -> None:
    one = FakeStore([span("a1", start=1), span("a3", start=3)], name="one.jsonl")
    two = FakeStore([span("b2", start=2), span("b0", start=None, end=None)], name="two.jsonl")
    view = opened(one, two)
    assert ids(view) == ["a3", "b2", "a1", "b0"]
    assert ids(view, sort=Sort("start", descending=False)) == ["a1", "b2", "a3", "b0"]
    assert ids(view, sort=Sort("store", descending=True)) == ["b2", "b0", "a3", "a1"]
    assert [str(r.store) for r in view.rows().page(0, 2)] == ["one.jsonl", "two.jsonl"]


def test_pages_and_positions() -> None:
    view = opened(FakeStore([span(f"t{i}", start=i) for i in range(10)]))
    rows = view.rows()
    assert rows.count == 10
    assert [str(r.trace_id) for r in rows.page(8, 5)] == ["t1", "t0"]
    assert rows.page(20, 5) == []
    key = view.find("t3")
    assert key is not None
    assert rows.position(key) == 6
    assert view.rows("t5").position(key) is None


def test_a_snapshot_does_not_move_while_more_comes() -> None:
    store = FakeStore([span(f"t{i}", start=i) for i in range(4)])
    view = opened(store, scan=False)
    seen: list[int] = []

    def look(progress: Progress) -> None:
        seen.append(view.rows().count)

    view.scan(look, lambda: False)
    assert seen == [0, 1, 2, 3, 4, 4, 4]


def test_a_scan_can_be_stopped_and_reports_progress() -> None:
    view = opened(FakeStore([span(f"t{i}") for i in range(10)]), scan=False)
    steps: list[Progress] = []
    view.scan(steps.append, lambda: len(steps) >= 3)
    assert len(steps) == 3
    assert not view.progress().finished
    assert (steps[0].done, steps[0].total) == (50, 100)


def test_trace_and_span() -> None:
    spans = [span(id="c", parent="a", start=2, name=MAIL), span(id="a", start=1, status=Status.ERROR)]
    view = opened(FakeStore(spans))
    key = view.find("t1")
    assert key is not None
    trace = view.trace(key)
    assert [(str(n.span_id), n.depth, n.index) for n in trace.nodes] == [("a", 0, 1), ("c", 1, 0)]
    assert str(view.span(key, 0).name) == "[email:0123456789abcdef]"
    with pytest.raises(NotFound):
        view.span(key, 2)
    with pytest.raises(NotFound):
        view.trace(TraceKey(0, 99))


def test_links_that_lie_are_flagged_on_the_span() -> None:
    view = opened(FakeStore([span(id="a", parent="gone")]))
    key = view.find("t1")
    assert key is not None
    assert view.span(key, 0).flags == ("parent not in the store",)


def test_search_finds_visible_text_only() -> None:
    view = opened(
        FakeStore(
            [
                span("t1", "a", start=1, attributes={"note": f"refund for {MAIL} please"}),
                span("t2", "b", start=2, attributes={"deep": {"list": ["x", "REFUND please"]}}),
            ]
        )
    )
    hits = list(view.search("refund please", lambda: False))
    assert [(str(h.trace_id), h.path) for h in hits] == [("t2", "deep.list[1]"), ("t1", "note")]
    assert str(hits[1].snippet) == "refund for [email:0123456789abcdef]"
    assert MAIL not in str(hits[1].snippet)
    for hidden in (MAIL, "jo@", "example.org", "0123456789abcdef"):
        assert list(view.search(hidden, lambda: False)) == []
    assert list(view.search("", lambda: False)) == []
    assert list(view.search("refund", lambda: True)) == []


def test_a_filter_that_cannot_be_parsed_is_a_usage_error() -> None:
    view = opened(FakeStore([span()]))
    with pytest.raises(UsageError):
        view.rows('"open')
    with pytest.raises(UsageError):
        view.rows("", Sort("colour"))


def test_summaries_count_what_is_there() -> None:
    store = FakeStore(
        [span(status=Status.ERROR), span("t2", start=9)], problems=[Problem("line 3", "no JSON")]
    )
    [summary] = opened(store).summaries()
    assert (summary.traces, summary.spans, summary.errors, summary.side_records) == (2, 2, 1, 2)
    assert (summary.oldest, summary.newest, summary.format) == (9, 1_000, "fake")
    assert [(p.where, p.what, p.count) for p in summary.problems] == [("line 3", "no JSON", 1)]


def test_loading_while_scanning_takes_turns() -> None:
    class Careful(FakeStore):
        busy = False

        def load(self, trace_id, places):  # type: ignore[no-untyped-def]
            assert not self.busy
            return super().load(trace_id, places)

        def scan(self):  # type: ignore[no-untyped-def]
            for batch in super().scan():
                self.busy = True
                self.busy = False
                yield batch

    view = opened(Careful([span(f"t{i}", start=i) for i in range(300)]), scan=False)
    worker = threading.Thread(target=view.scan, args=(lambda progress: None, lambda: False))
    worker.start()
    looked = 0
    while worker.is_alive() or looked < 20:
        for row in view.rows().page(0, 5):
            assert view.trace(row.key).nodes
            looked += 1
    worker.join()
    assert view.progress().finished


def test_close_closes_the_stores() -> None:
    store = FakeStore([span()])
    opened(store).close()
    assert store.closed
