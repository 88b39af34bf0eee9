"""Pages hold every row once, and around damage every row that can be read."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.errors import StoreError
from inspector.stores.sqlite_db import Database
from inspector.stores.sqlite_pages import Source, key_of, pages

PAGE_SIZE = 512


def fill(path: Path, keys: list[int]) -> None:
    path.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA page_size={PAGE_SIZE}")
        db.execute("CREATE TABLE t (words TEXT)")
        db.executemany(
            "INSERT INTO t (rowid, words) VALUES (?, ?)", ((key, f"row {key} " * 8) for key in keys)
        )
        db.commit()


KEYS = st.lists(st.one_of(st.integers(1, 300), st.integers(-(2**63), 2**63 - 1)), unique=True, max_size=120)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=KEYS, first=st.integers(1, 9), then=st.integers(1, 40))
def test_every_row_once_newest_first(tmp_path: Path, keys: list[int], first: int, then: int) -> None:
    fill(tmp_path / "x.db", keys)
    db = Database(tmp_path / "x.db")
    found = [key_of(row) for page in pages(db, Source("t", "words"), first, then) for row in page.rows]
    db.close()
    assert found == sorted(keys, reverse=True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_pages_cost_only_their_own_rows(tmp_path: Path, data: st.DataObject) -> None:
    keys = list(range(1, 121))
    path = tmp_path / "x.db"
    fill(path, keys)
    content = bytearray(path.read_bytes())
    count = len(content) // PAGE_SIZE
    # Pages 1 and 2 are the schema and the root: without those there is no table.
    for number in data.draw(st.sets(st.integers(3, count), max_size=4)):
        at = (number - 1) * PAGE_SIZE
        content[at : at + PAGE_SIZE] = data.draw(
            st.sampled_from([b"\xff" * PAGE_SIZE, bytes(PAGE_SIZE), b"\x0d" + b"\xee" * (PAGE_SIZE - 1)])
        )
    path.write_bytes(content)
    reachable = set()
    with contextlib.closing(sqlite3.connect(path)) as plain:
        for key in keys:
            with contextlib.suppress(sqlite3.DatabaseError):
                reachable |= {
                    row[0] for row in plain.execute("SELECT rowid, words FROM t WHERE rowid = ?", (key,))
                }
    db = Database(path)
    found: list[int] = []
    lost = 0
    for page in pages(db, Source("t", "words")):
        found += [key_of(row) for row in page.rows]
        lost += sum(problem.count for problem in page.problems)
        for problem in page.problems:
            assert problem.where.startswith("table t, row")
    db.close()
    assert len(found) == len(set(found))
    assert reachable <= set(found)
    assert lost >= 1 or set(found) == set(keys)


def test_the_lost_rows_are_named(stores: Path) -> None:
    db = Database(stores / "hostile" / "phoenix_corrupt_leafs.db")
    found: list[int] = []
    problems = []
    for page in pages(db, Source("spans", "*")):
        found += [key_of(row) for row in page.rows]
        problems += page.problems
    db.close()
    assert set(range(1, 1468)) - set(found) == {620, 879, 1165}
    assert sorted(problem.where for problem in problems) == [
        "table spans, row 1165",
        "table spans, row 620",
        "table spans, row 879",
    ]


def test_a_table_of_which_nothing_can_be_read_ends(stores: Path) -> None:
    db = Database(stores / "hostile" / "phoenix_corrupt_leafs.db")
    found = list(pages(db, Source("span_costs", "*")))
    db.close()
    assert [page.rows for page in found] == [[]]
    assert [problem.where for page in found for problem in page.problems] == ["table span_costs, rows"]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_random_damage_never_crashes(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "x.db"
    fill(path, list(range(1, 60)))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        db = Database(path)
    except StoreError:
        return
    try:
        if "t" in db.schema:
            for _ in pages(db, Source("t", "*")):
                pass
    except StoreError:
        pass
    finally:
        db.close()


def test_the_share_done_only_grows(stores: Path) -> None:
    db = Database(stores / "phoenix" / "phoenix.db")
    shares = [page.done for page in pages(db, Source("spans", "*"), 10, 100)]
    db.close()
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
