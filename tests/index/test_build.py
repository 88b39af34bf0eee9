"""Filling an index by worker processes: the same rows as by one thread, stopped when asked, resumed where it grew."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from inspector.index import Builder, ColumnIndex, build, pool
from inspector.stores import open_store
from tests.index.test_column_index import label
from tests.index.test_lines import whole


@pytest.fixture
def many(stores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file worth several ranges and processes, as far as the builder knows."""
    monkeypatch.setattr(build, "SMALL", 1000)
    monkeypatch.setattr(build, "FIRST", 4000)
    monkeypatch.setattr(build, "RANGE", 100_000)
    path = tmp_path / "many.otlp.jsonl"
    shutil.copyfile(stores / "otlp" / "genai_manual.otlp.jsonl", path)
    return path


def built(path: Path, wanted: int = 2) -> tuple[ColumnIndex, Builder, list[int]]:
    store = open_store(path)
    index = ColumnIndex(label)
    builder = Builder(store, index, wanted)
    steps: list[int] = []
    assert builder.run(steps.append, lambda: False)
    store.close()
    return index, builder, steps


def by_id(index: ColumnIndex) -> dict[str, int]:
    return {index.raw_id(row): row for row in range(index.count)}


def assert_equal(mine: ColumnIndex, theirs: ColumnIndex) -> None:
    assert mine.totals() == theirs.totals()
    rows, others = by_id(mine), by_id(theirs)
    assert rows.keys() == others.keys()
    for raw_id, row in rows.items():
        assert mine.facts(row) == theirs.facts(others[raw_id])
        assert set(mine.source(row)[1]) == set(theirs.source(others[raw_id])[1])


def test_processes_read_what_one_thread_reads(many: Path) -> None:
    with many.open("ab") as file:
        file.write(b"no json\n{}\n")
    index, _, steps = built(many)
    assert_equal(index, whole(many))
    assert sorted(steps) == steps
    assert steps[-1] == many.stat().st_size
    assert {where for where, _, _ in index.problems()} == {where for where, _, _ in whole(many).problems()}


def test_rows_have_the_same_numbers_each_time(many: Path) -> None:
    one, two = built(many)[0], built(many, 3)[0]
    assert [one.raw_id(row) for row in range(one.count)] == [two.raw_id(row) for row in range(two.count)]


def test_the_first_step_holds_the_head_and_the_second_the_tail(many: Path) -> None:
    lines = many.read_bytes().splitlines(keepends=True)
    store = open_store(many)
    index = ColumnIndex(label)
    seen: list[set[int]] = []

    def step(done: int) -> None:
        places = {place.start for row in range(index.count) for place in index.source(row)[1]}  # type: ignore[union-attr]
        seen.append(places)

    Builder(store, index, 1).run(step, lambda: False)
    assert min(seen[0]) == 0
    assert max(seen[1]) == many.stat().st_size - len(lines[-1])


def test_it_stops_and_leaves_no_process(many: Path) -> None:
    store = open_store(many)
    builder = Builder(store, ColumnIndex(label), 2)
    pids: list[int] = []

    def stopped() -> bool:
        pids.extend(builder.pids)
        return bool(pids)

    assert not builder.run(lambda done: None, stopped)
    assert pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_without_processes_it_reads_by_itself(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool.sys, "executable", "/nowhere/python")
    assert_equal(built(many)[0], whole(many))


def test_a_process_that_dies_is_made_up_for(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_CODE", "import sys; sys.exit(1)")
    assert_equal(built(many)[0], whole(many))


def test_what_was_appended_is_read_from_where_the_index_ends(many: Path) -> None:
    lines = many.read_bytes().splitlines(keepends=True)
    cut = len(lines) // 2
    many.write_bytes(b"".join(lines[:cut]))
    index, _, _ = built(many)
    end = many.stat().st_size
    many.write_bytes(b"".join(lines) + b"no json\n")
    store = open_store(many)
    assert Builder(store, index, 2).run(lambda done: None, lambda: False, end)
    store.close()
    assert_equal(index, whole(many))
    assert [where for where, _, _ in index.problems()] == [where for where, _, _ in whole(many).problems()]


def test_a_database_is_read_on_by_another_process(
    stores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "SMALL", 1000)
    for name in ("phoenix/phoenix.db", "mlflow/mlflow.db"):
        path = tmp_path / Path(name).name
        shutil.copyfile(stores / name, path)
        index, _, _ = built(path)
        assert_equal(index, whole(path))
