"""Queries about types give the same answer by type bits as by reading every span."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from inspector.redaction import Redactor
from inspector.session import Session, keeping
from inspector.session.opened import Opened
from inspector.session.types import finding
from inspector.stores import open_store
from inspector.view import Badge

if TYPE_CHECKING:
    from pathlib import Path

QUERIES = (
    "pii:any", "-pii:any", "pii:card", "pii:credential", "pii:email kind:llm", "has:pii", "level:restricted",
    "level<confidential", "level:public", "span(pii:phone status:error)", "-level:restricted",
)  # fmt: skip
WITH_WORDS = ("pii:card OR refund", "refund -pii:card")


@pytest.fixture
def store(stores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSPECTOR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("INSPECTOR_STATE_DIR", str(tmp_path / "state"))
    path = tmp_path / "some.otlp.jsonl"
    lines = (stores / "otlp" / "genai_manual.otlp.jsonl").read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:4]))
    return path


def opened(path: Path, cache_max: int = 0) -> Session:
    engine = Redactor(key=bytes(32))
    session = Session([open_store(path)], engine, Badge("viewer", False), cache_max=cache_max)
    session.scan(lambda p: None, lambda: False)
    return session


def answers(session: Session, queries: tuple[str, ...] = (*QUERIES, *WITH_WORDS)) -> dict[str, list[str]]:
    out = {}
    for query in queries:
        rows = session.rows(query)
        out[query] = [str(row.trace_id) for row in rows.page(0, rows.count)]
    return out


@pytest.mark.parametrize("processes", [True, False])
def test_bits_say_what_spans_say(store: Path, monkeypatch: pytest.MonkeyPatch, processes: bool) -> None:
    by_reading = answers(opened(store))
    monkeypatch.setattr(finding, "WORTH", 1000)
    monkeypatch.setattr(finding, "_RANGE", 100_000)
    if not processes:
        monkeypatch.setattr(finding, "available", lambda: False)
    else:
        monkeypatch.setattr(finding.Finding, "_here", _never)
    session = opened(store)
    session.deepen(lambda: False)
    monkeypatch.setattr(Opened, "load", _never)
    assert answers(session, QUERIES) == {query: by_reading[query] for query in QUERIES}
    assert 0 < len(by_reading["pii:card"]) < len(by_reading["pii:any"])


def _never(*_: object) -> None:
    raise AssertionError("read here")


def test_what_came_later_is_looked_into_when_it_is_asked_for(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "WORTH", 1000)
    lines = store.read_bytes().splitlines(keepends=True)
    store.write_bytes(b"".join(lines[:2]))
    session = opened(store)
    session.deepen(lambda: False)
    with store.open("ab") as file:
        file.write(b"".join(lines[2:]))
    steps = iter([False, False, True, True, True, True])
    session.follow(lambda p: None, lambda: next(steps))
    index = session._stores[0].index
    assert index.span_count > len(index.types)
    assert answers(session) == answers(opened(store))
    assert 0 not in index.types.column


def test_bits_are_kept_with_the_index(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "WORTH", 1000)
    monkeypatch.setattr(keeping, "WORTH", 1000)
    first = opened(store, 1 << 30)
    first.deepen(lambda: False)
    wanted = answers(first)
    first.close()
    again = opened(store, 1 << 30)
    assert 0 not in again._stores[0].index.types.column
    monkeypatch.setattr(finding.Finding, "run", _never)
    monkeypatch.setattr(Opened, "find_types", lambda *_: None)
    assert answers(again) == wanted


def test_a_dead_process_is_no_loss(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_reading = answers(opened(store))
    monkeypatch.setattr(finding, "WORTH", 1000)
    monkeypatch.setattr(finding, "_WORKER", "inspector.no.such.module")
    session = opened(store)
    assert answers(session) == by_reading
    assert session._stores[0].index.types.any


def test_other_stores_are_left_to_reading(
    stores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "WORTH", 1000)
    path = tmp_path / "runs.jsonl"
    shutil.copyfile(stores / "langsmith" / "runs_merged.jsonl", path)
    session = opened(path)
    session.deepen(lambda: False)
    assert not session._stores[0].index.types.any
