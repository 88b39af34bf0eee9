"""Rows read in ranges, by processes or here, and by columns: the same as the format's own scan."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inspector.index import ColumnIndex, build, pool, rows
from inspector.index.phoenix_pieces import facts, parts
from inspector.stores import open_store
from inspector.stores.formats.phoenix_attributes import head_facts
from inspector.stores.formats.semconv import HEAD_KEYS, NO_SHARED, core
from tests.index.test_build import assert_equal, built
from tests.index.test_column_index import label


def scanned(path: Path) -> ColumnIndex:
    """By the format's own scan alone."""
    store = open_store(path)
    index = ColumnIndex(label)
    for batch in store.scan():
        index.feed(batch)
    store.close()
    return index


@pytest.fixture
def big(stores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database worth several processes and ranges, as far as the builder knows."""
    monkeypatch.setattr(build, "SMALL", 1000)
    monkeypatch.setattr(rows, "_SPANS", 200)
    path = tmp_path / "big.db"
    shutil.copyfile(stores / "phoenix" / "phoenix.db", path)
    return path


def changed(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_processes_read_ranges_of_rows_as_one_scan_does(big: Path) -> None:
    index, _, steps = built(big)
    assert_equal(index, scanned(big))
    assert steps == sorted(steps)
    assert steps[-1] == big.stat().st_size
    assert len(steps) > 5


def test_without_processes_the_ranges_are_read_here(big: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise pool.NoWorkers

    monkeypatch.setattr(build, "Pool", none)
    assert_equal(built(big)[0], scanned(big))


def test_rows_out_of_the_ordinary(big: Path) -> None:
    changed(
        big,
        "DROP INDEX ix_spans_user_id",  # they would refuse such JSON
        "DROP INDEX ix_spans_session_id",
        "UPDATE spans SET span_id = upper(span_id) WHERE id % 7 = 0",
        "UPDATE spans SET span_id = 'odd ' || id, parent_id = 'odd' WHERE id % 11 = 0",
        "UPDATE spans SET span_id = '0000000000000000' WHERE id = 12",
        "UPDATE spans SET parent_id = '0000000000000000' WHERE id = 13",
        "UPDATE spans SET attributes = '[1]' WHERE id % 13 = 0",
        "UPDATE spans SET attributes = CAST(x'7b2261223a22ff227d' AS TEXT) WHERE id % 17 = 0",
        'UPDATE spans SET attributes = \'{"llm": NaN, "user": {"id": 12345678901234567890123}}\' WHERE id % 19 = 0',
        "UPDATE spans SET llm_token_count_prompt = NULL, llm_token_count_completion = NULL WHERE id % 3 = 0",
        "UPDATE spans SET start_time = 'never', end_time = '' WHERE id % 23 = 0",
        "UPDATE spans SET trace_rowid = 999999 WHERE id % 29 = 0",
        "UPDATE traces SET project_session_rowid = NULL WHERE id % 2 = 0",
    )
    assert_equal(built(big)[0], scanned(big))


def test_damaged_pages_lose_no_more_than_in_a_scan(big: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_SPANS", 700)
    size = big.stat().st_size
    data = bytearray(big.read_bytes())
    for at in range(size // 3, size // 2, 64 * 4096):
        data[at : at + 4096] = b"\xff" * 4096
    big.write_bytes(data)
    one, other = built(big)[0], scanned(big)
    assert one.span_count == other.span_count < 1467
    assert one.problems()
    assert {one.raw_id(row) for row in range(one.count)} >= {other.raw_id(row) for row in range(other.count)}


def test_keys_far_apart_are_left_to_the_scan(big: Path) -> None:
    changed(big, "UPDATE spans SET id = -4611686018427387904 WHERE id = 1")
    index, _, _ = built(big)
    assert_equal(index, scanned(big))


@pytest.mark.parametrize(("low", "high", "count"), [(1, 10, 3), (5, 5, 4), (0, -1, 1), (-7, 9, 5)])
def test_shares_hold_each_key_once(low: int, high: int, count: int) -> None:
    cut = rows._shares(low, high, count)
    assert sorted(key for a, b in cut for key in range(a, b + 1)) == list(range(low, high + 1))
    assert len(cut) == count


STEPS = sorted({step for key in HEAD_KEYS for step in key.split(".")} | {"other", "value"})
LEAVES = (
    st.sampled_from(["gpt", "u1", "", "7", '["a", "b"]', "é", '{"input": 3}'])
    | st.integers(-(2**80), 2**80)
    | st.floats()
    | st.none()
    | st.booleans()
    | st.lists(st.sampled_from(["a", 1]), max_size=2)
)


def nested(flat: dict[str, object]) -> dict[str, object]:
    out: dict[str, object] = {}
    for key, value in flat.items():
        node = out
        *above, last = key.split(".")
        for step in above:
            below = node.setdefault(step, {})
            if not isinstance(below, dict):
                below = node[step] = {}
            node = below
        node[last] = value
    return out


OBJECTS = st.dictionaries(st.sampled_from(sorted(HEAD_KEYS)), LEAVES, max_size=6).map(nested)
WILD = st.recursive(LEAVES, lambda inner: st.dictionaries(st.sampled_from(STEPS), inner, max_size=4))


@example({"gen_ai": {"user": {"id": "a"}}})
@example({"llm": {"token_count": 5}, "user": "plain"})
@given(OBJECTS | st.dictionaries(st.sampled_from(STEPS), WILD, max_size=5))
def test_parts_hold_what_the_list_needs(attributes: dict[str, object]) -> None:
    cell = json.dumps(attributes)
    found = parts(cell)
    mine = {**facts(found.kept), **facts(found.who), **facts(found.counts)}
    assert repr(core(mine, NO_SHARED)) == repr(core(head_facts(cell), NO_SHARED))
