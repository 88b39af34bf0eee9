"""Figures from the index, against the same figures from the rows and spans that the view shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inspector.cli.common import Common
from inspector.cli.opening import scanned
from inspector.session.measuring import percentile
from inspector.view import State

if TYPE_CHECKING:
    from pathlib import Path

STORES = ["otlp/genai_manual.otlp.jsonl", "phoenix/phoenix.db", "openai_agents/traces.jsonl", "llm/logs.db"]


@pytest.mark.parametrize("name", STORES)
def test_figures_are_those_of_the_list(stores: Path, name: str) -> None:
    with scanned([str(stores / name)], Common()) as view:
        rows = view.rows()
        shown = rows.page(0, rows.count)
        shares: list[float] = []
        stats = rows.stats(shares.append, lambda: False)
        assert shares == sorted(shares)
        assert 0 < shares[0] <= shares[-1] <= 1
        assert stats.traces == len(shown)
        assert stats.failed == sum(row.errors > 0 for row in shown)
        assert stats.spans == sum(row.spans for row in shown)
        assert stats.tokens == sum(row.tokens or 0 for row in shown)
        assert stats.cost == pytest.approx(sum(row.cost or 0 for row in shown))
        lengths = sorted(row.duration for row in shown if row.duration is not None)
        assert dict(stats.latency).get("max") == (lengths[-1] if lengths else None)
        assert sum(line.count for line in stats.kinds) == stats.spans
        named = {str(row.service): 0 for row in shown if row.service is not None}
        assert {str(line.label) for line in stats.services} == set(named)
        assert sum(line.count for line in stats.days) == sum(row.start is not None for row in shown)


@pytest.mark.parametrize("name", STORES)
def test_the_histogram_holds_every_trace_once(stores: Path, name: str) -> None:
    with scanned([str(stores / name)], Common()) as view:
        rows = view.rows()
        shown = rows.page(0, rows.count)
        timed = [row for row in shown if row.start is not None]
        times = rows.times(24)
        assert times is not None
        assert sum(times.traces) == len(timed)
        assert sum(times.failed) == sum(row.errors > 0 for row in timed)
        middle = (times.start + times.end) // 2
        half = rows.times(7, times.start, middle)
        assert half is not None
        assert sum(half.traces) == sum((row.start or 0) <= middle for row in timed)


def test_figures_nobody_waits_for_are_left_alone(stores: Path) -> None:
    with scanned([str(stores / STORES[0])], Common()) as view:
        stats = view.rows().stats(lambda share: pytest.fail("it went on"), lambda: True)
        assert stats.spans == 0


def test_a_filter_narrows_the_figures(stores: Path) -> None:
    with scanned([str(stores / STORES[0])], Common()) as view:
        failed = view.rows("status:error")
        stats = failed.stats(lambda share: None, lambda: False)
        assert 0 < stats.traces == failed.count < view.rows().count
        assert stats.failed == stats.traces
        assert stats.spans == sum(row.spans for row in failed.page(0, failed.count))


def test_what_is_hidden_is_counted_by_type_and_place(stores: Path) -> None:
    with scanned([str(stores / STORES[0])], Common()) as view:
        rows = view.rows()
        seen = []
        rows.findings(seen.append, lambda: False)
        last = seen[-1]
        assert last.finished and last.judged == rows.count
        wanted: dict[str, int] = {}
        for row in rows.page(0, rows.count):
            for node in view.trace(row.key).nodes:
                for one in view.span(row.key, node.index).redactions:
                    wanted[one.type] = wanted.get(one.type, 0) + 1
        assert wanted
        assert {found.type: found.values for found in last.types} == wanted
        assert all(State.REDACTED not in path for found in last.types for path, _ in found.paths)


def test_counting_stops_when_told(stores: Path) -> None:
    with scanned([str(stores / STORES[0])], Common()) as view:
        seen = []
        view.rows().findings(seen.append, lambda: True)
        assert [found.judged for found in seen] == [0]


def test_percentiles_are_nearest_rank() -> None:
    assert percentile([], 50) is None
    assert [percentile(list(range(1, 101)), p) for p in (50, 95, 99)] == [50, 95, 99]
    assert percentile([7], 99) == 7
