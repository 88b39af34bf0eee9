"""An index kept on disk: the same rows back, or none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.errors import InspectorError
from inspector.index import cache
from inspector.index.column_index import ColumnIndex
from inspector.model import Batch, TraceHead
from inspector.paths import written_of
from inspector.redaction.result import Finding, Piece, RedactedText
from inspector.stores import open_store
from inspector.stores.generation import Generation

GENERATION = Generation(1, 2, 3, 4, "head", "tail")
STAMP = cache.Stamp(GENERATION, "policy")
MOST = 1 << 30


def label(field: str, text: str) -> RedactedText:
    if field == "user" and text:
        return RedactedText(
            (Piece("u-"), Piece("[user]", Finding("email", "confidential", "hash", "r", "ab")))
        )
    return RedactedText((Piece(text),)) if text else RedactedText(())


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECTOR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("INSPECTOR_STATE_DIR", str(tmp_path / "state"))


def index_of(path: Path) -> ColumnIndex:
    index = ColumnIndex(label)
    store = open_store(path)
    for batch in store.scan():
        index.feed(batch)
    store.close()
    index.pack()
    return index


def stores_to_keep(stores: Path) -> list[Path]:
    return [
        stores / "otlp" / "genai_manual.otlp.jsonl",
        *sorted(p for p in stores.rglob("*.db") if "hostile" not in p.parts)[:4],
        *sorted(stores.rglob("*langsmith*/*.jsonl"))[:1],
    ]


def same(mine: ColumnIndex, theirs: ColumnIndex) -> None:
    assert mine.totals() == theirs.totals()
    assert mine.problems() == theirs.problems()
    for row in range(theirs.count):
        assert mine.facts(row) == theirs.facts(row)
        assert mine.source(row) == theirs.source(row)
    for field in ("start", "dur", "name", "user", "tokens"):
        assert mine.order(field, True) == theirs.order(field, True)


def test_the_rows_come_back_as_they_were(stores: Path) -> None:
    kept = 0
    for path in stores_to_keep(stores):
        try:
            index = index_of(path)
        except InspectorError:
            continue
        assert cache.save(index, path, STAMP, MOST)
        again = ColumnIndex(label)
        assert cache.restore(again, path, STAMP)
        same(again, index)
        kept += 1
    assert kept >= 4


def test_a_restored_index_grows(stores: Path) -> None:
    path = stores / "otlp" / "genai_manual.otlp.jsonl"
    index = index_of(path)
    cache.save(index, path, STAMP, MOST)
    again = ColumnIndex(label)
    cache.restore(again, path, STAMP)
    for each in (index, again):
        each.feed(Batch(traces=[TraceHead("t-new", name="new", user="u")]))
        first = each.raw_id(0)
        each.feed(Batch(traces=[TraceHead(first, name="renamed")]))
    same(again, index)
    assert again.row_of("t-new") == index.count - 1
    assert str(again.facts(0).name) == "renamed"


def test_nothing_that_is_hidden_is_in_the_file(tmp_path: Path) -> None:
    index = ColumnIndex(label)
    index.feed(Batch(traces=[TraceHead("t1", name="n", user="ada@example.com")]))
    store = tmp_path / "s.jsonl"
    assert cache.save(index, store, STAMP, MOST)
    data = cache.file_of(store).read_bytes()
    assert b"ada" not in data
    assert b"[user]" in data
    assert cache.file_of(store).stat().st_mode & 0o777 == 0o600
    assert cache.file_of(store).parent.stat().st_mode & 0o777 == 0o700


def test_ids_that_would_have_to_be_hidden_are_not_kept(tmp_path: Path) -> None:
    def hiding(field: str, text: str) -> RedactedText:
        found = Finding("email", "confidential", "replace", "r")
        return RedactedText((Piece("[REDACTED:email]", found),)) if "@" in text else label(field, text)

    index = ColumnIndex(hiding)
    index.feed(Batch(traces=[TraceHead("ada@example.com")]))
    assert not cache.save(index, tmp_path / "s", STAMP, MOST)
    assert not cache.kept()


@pytest.mark.parametrize(
    "stamp",
    [
        cache.Stamp(GENERATION, "other policy"),
        cache.Stamp(GENERATION, "policy", "0.0.0"),
        cache.Stamp(Generation(1, 2, 3, 5, "head", "tail"), "policy"),
        cache.Stamp(Generation(1, 2, 3, 4, "head", "tail", "log"), "policy"),
    ],
)
def test_another_state_version_or_policy_gets_none(tmp_path: Path, stamp: cache.Stamp) -> None:
    index = ColumnIndex(label)
    index.feed(Batch(traces=[TraceHead("t1")]))
    cache.save(index, tmp_path / "s", STAMP, MOST)
    assert cache.stamp_of(tmp_path / "s") == STAMP
    again = ColumnIndex(label)
    assert not cache.restore(again, tmp_path / "s", stamp)
    assert again.count == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000), st.integers(1, 255), st.booleans())
def test_a_damaged_file_is_no_index(tmp_path: Path, at: int, flip: int, cut: bool) -> None:
    store = tmp_path / "s"
    index = ColumnIndex(label)
    index.feed(Batch(traces=[TraceHead(f"t{n}", name="x") for n in range(9)]))
    cache.save(index, store, STAMP, MOST)
    path = cache.file_of(store)
    data = bytearray(path.read_bytes())
    at %= len(data)
    if cut:
        del data[at:]
    else:
        data[at] ^= flip
    path.write_bytes(data)
    again = ColumnIndex(label)
    assert not cache.restore(again, store, STAMP)
    assert again.count == 0
    cache.stamp_of(store)


def test_the_oldest_go_when_there_is_too_much(tmp_path: Path) -> None:
    index = ColumnIndex(label)
    index.feed(Batch(traces=[TraceHead("t1")]))
    names = [tmp_path / f"s{n}" for n in range(4)]
    for n, name in enumerate(names):
        cache.save(index, name, STAMP, MOST)
        os.utime(cache.file_of(name), (n, n))
    size = cache.kept()[0][1]
    cache.save(index, tmp_path / "last", STAMP, 3 * size + 9)
    left = {path for path, _, _ in cache.kept()}
    assert left == {cache.file_of(name) for name in (*names[2:], tmp_path / "last")}
    assert not cache.save(index, tmp_path / "big", STAMP, size // 2)


def test_what_was_written_is_known_and_can_be_cleared(tmp_path: Path) -> None:
    index = ColumnIndex(label)
    index.feed(Batch(traces=[TraceHead("t1")]))
    for _ in range(2):
        cache.save(index, tmp_path / "s", STAMP, MOST)
    assert written_of(tmp_path / "s") == [("index", cache.file_of(tmp_path / "s"))]
    assert cache.stores() == {cache.file_of(tmp_path / "s"): str((tmp_path / "s").resolve())}
    assert cache.clear()[0] == 1
    assert cache.kept() == []
    cache.forget(tmp_path / "s")
