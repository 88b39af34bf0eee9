"""Which traces go into a report, and what is counted."""

from __future__ import annotations

from itertools import pairwise

from inspector.reports.chosen import Chosen, Selection, choose
from inspector.reports.tally import histogram, percentile
from tests.reports.test_csv import scanned
from tests.tui.fake import FakeView


def ids(view: FakeView, selection: Selection) -> set[int]:
    return {key.row for key in choose(view, selection).keys}


def test_all_some_and_the_newest() -> None:
    view = scanned(FakeView(traces=1500))
    assert choose(view, Selection()).traces == 1500
    assert choose(view, Selection()).spans == 12_000
    assert ids(view, Selection(limit=3)) == {0, 1, 2}
    assert ids(view, Selection("triage")) == {i for i in range(1500) if i % 6 == 3}


def test_a_sample_is_the_same_each_time_and_about_as_large_as_asked() -> None:
    view = scanned(FakeView(traces=2000))
    some = ids(view, Selection(sample=0.1))
    assert some == ids(view, Selection(sample=0.1))
    assert 140 < len(some) < 260
    assert some < ids(view, Selection(sample=0.3))


def test_errors_are_kept_whatever_the_share() -> None:
    view = scanned(FakeView(traces=400))
    kept = ids(view, Selection(sample=0.05, keep_errors=True))
    assert {i for i in range(400) if i % 4 == 0} <= kept
    assert len(kept) < 140


def test_reading_counts() -> None:
    view = scanned(FakeView(traces=4))
    steps: list[tuple[int, int]] = []
    chosen = Chosen(
        view, choose(view, Selection()).keys, step=lambda done, total: steps.append((done, total))
    )
    for each in chosen.traces():
        assert len(list(each.spans)) == 8
    tally = chosen.tally
    assert (tally.traces, tally.spans, tally.failed) == (4, 32, 1)
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert tally.findings["email"] > 0
    assert sum(len(v) for v in tally.kinds.values()) == 32


def test_percentiles_are_nearest_rank() -> None:
    values = list(range(1, 101))
    assert [percentile(values, s) for s in (0.5, 0.9, 0.99, 1.0)] == [50, 90, 99, 100]
    assert percentile([], 0.5) is None


def test_histograms_hold_everything() -> None:
    values = [0, 1, 5, 10**6, 10**6 + 1, 10**9, 3 * 10**9]
    found = histogram(values)
    assert sum(b.count for b in found) == len(values)
    assert len(found) <= 24
    assert all(a.high == b.low for a, b in pairwise(found))
    assert histogram([]) == []
