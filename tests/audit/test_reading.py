"""Records asked by the query language."""

from __future__ import annotations

import pytest

from inspector.audit.log import AuditLog
from inspector.audit.reading import asked, moment, newest_first, number, oldest_first
from inspector.audit.record import Entry, Outcome, Resource
from inspector.errors import UsageError


@pytest.fixture
def mixed(log: AuditLog) -> AuditLog:
    log.event(Entry("store.open", Resource("store", store="ab12")))
    log.event(Entry("pii.reveal", outcome=Outcome.DENIED))
    with log.act(Entry("erasure.executed", reason="ticket 4711")):
        pass
    return log


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [0, 1, 2, 3]),
        ("action:store.open", [0]),
        ("action:erasure.* phase:outcome", [3]),
        ("outcome:denied OR resource:ab12", [0, 1]),
        ("role:viewer seq>=2", [2, 3]),
        ("4711", [2, 3]),
        ("-4711", [0, 1]),
        ("start:2020-01-01..2020-02-01", []),
        ("age<1h", [0, 1, 2, 3]),
    ],
)
def test_a_query(mixed: AuditLog, query: str, found: list[int]) -> None:
    test = asked(query)
    assert [number(r, "seq") for r in oldest_first(mixed.folder) if test(r)] == found


def test_op_finds_both_halves(mixed: AuditLog) -> None:
    op = next(newest_first(mixed.folder))["op_id"]
    assert sum(map(asked(f"op:{op}"), oldest_first(mixed.folder))) == 2


def test_newest_first_is_the_reverse(mixed: AuditLog) -> None:
    assert list(newest_first(mixed.folder)) == list(oldest_first(mixed.folder))[::-1]


def test_a_field_of_traces_is_refused() -> None:
    with pytest.raises(UsageError):
        asked("kind:llm")


def test_a_time_without_a_zone_is_no_time() -> None:
    assert moment({"time": "2026-01-02T03:04:05"}) is None
    assert moment({"time": "2026-01-02T03:04:05.000001+00:00"}) == 1_767_323_045_000_001_000
    assert moment({}) is None
