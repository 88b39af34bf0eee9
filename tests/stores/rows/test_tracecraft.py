"""TraceCraft: a step goes from its row, from the run's JSON and from saved versions; totals follow."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from inspector.stores.edits import Edits, Orphans, Unit
from tests.stores.rows.scene import carry_out, dump, editor, hits, owners_of, residue, texts


def steps_of(run: dict[str, object]) -> list[dict[str, object]]:
    found = []
    waiting = list(run["steps"])  # type: ignore[call-overload]
    while waiting:
        step = waiting.pop()
        found.append(step)
        waiting += step["children"]
    return found


def a_run(path: Path) -> tuple[str, dict[str, object], dict[str, object]]:
    """A run, and an LLM step of it in the middle of its tree."""
    with closing(sqlite3.connect(path)) as connection:
        for run, data in connection.execute("SELECT id, data FROM traces ORDER BY start_time"):
            value = json.loads(data)
            for step in steps_of(value):
                if step["children"] and step["parent_id"]:
                    return run, value, step
    raise AssertionError


def test_a_run_goes_whole(copy: Callable[[str], Path]) -> None:
    path = copy("tracecraft/runs.db")
    before = dump(path)
    run, value, _ = a_run(path)
    names = [str(value["session_id"])]
    done = carry_out(path, Edits(traces=frozenset({run})))
    assert done.counts["traces"] == 1
    assert done.counts["steps"] == len(steps_of(value))
    after = dump(path)
    assert len(after["traces"]) == len(before["traces"]) - 1
    assert set(map(repr, after["steps"])) < set(map(repr, before["steps"]))
    assert residue([path], names, texts(path)) == 0


@pytest.mark.parametrize("orphans", list(Orphans))
def test_a_step_goes_everywhere(copy: Callable[[str], Path], orphans: Orphans) -> None:
    path = copy("tracecraft/runs.db")
    run, value, step = a_run(path)
    gone = {str(step["id"])}
    if orphans is Orphans.REMOVE:
        gone |= {str(child["id"]) for child in steps_of({"steps": step["children"]})}
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO trace_versions VALUES ('v', ?, 1, 'original', NULL, '2026', NULL, NULL, ?)",
            (run, json.dumps(value)),
        )
    made = editor(path)
    edits = Edits(spans=frozenset({(run, str(step["id"]))}), orphans=orphans)
    expected = made.preview(edits)
    done = carry_out(path, edits)
    assert done.counts == dict(expected.counts)
    assert done.counts["steps"] == len(gone)
    with closing(sqlite3.connect(path)) as connection:
        data = connection.execute("SELECT data FROM traces WHERE id = ?", (run,)).fetchone()[0]
        version = connection.execute("SELECT data FROM trace_versions").fetchone()[0]
        rows = dict(connection.execute("SELECT id, parent_id FROM steps WHERE trace_id = ?", (run,)))
        tokens, errors = connection.execute(
            "SELECT total_tokens, error_count FROM traces WHERE id = ?", (run,)
        ).fetchone()
    assert version == data
    left = {str(s["id"]): s for s in steps_of(json.loads(data))}
    assert set(left) == set(rows) == {str(s["id"]) for s in steps_of(value)} - gone
    for name, inside in left.items():
        assert inside["parent_id"] == rows[name]
        assert rows[name] not in gone
    used = sum((s["input_tokens"] or 0) + (s["output_tokens"] or 0) for s in left.values())  # type: ignore[operator]
    assert tokens == json.loads(data)["total_tokens"] == used
    assert errors == json.loads(data)["error_count"]
    assert f'"{step["id"]}"'.encode() not in path.read_bytes()


def test_a_path_in_a_run_belongs_to_its_step(copy: Callable[[str], Path]) -> None:
    path = copy("tracecraft/runs.db")
    made = editor(path)
    run, value, step = a_run(path)
    cell = next(
        c for c in made.cells([run.encode()]) if c.place.table == "traces" and c.place.path == ("data",)
    )
    way = way_to(value, str(step["id"]))
    owner = made.owners(cell, [(*way, "inputs", "text")])[0]
    assert (owner.unit, owner.trace_id, owner.span_id) == (Unit.SPAN, run, step["id"])
    assert made.owners(cell, [("input", "query")])[0].unit is Unit.TRACE
    assert {o.unit for o in made.owners(cell, [(*way,), ("name",)])} == {Unit.SPAN, Unit.TRACE}


def way_to(run: dict[str, object], wanted: str) -> tuple[str | int, ...]:
    waiting: list[tuple[tuple[str | int, ...], object]] = [(("steps",), run["steps"])]
    while waiting:
        way, steps = waiting.pop()
        for at, step in enumerate(steps):  # type: ignore[arg-type]
            if step["id"] == wanted:
                return (*way, at)
            waiting.append(((*way, at, "children"), step["children"]))
    raise AssertionError


def test_the_planted_people_are_found_by_the_run(copy: Callable[[str], Path], stores: Path) -> None:
    path = copy("tracecraft/runs.db")
    lines = [json.loads(line) for line in (stores / "tracecraft/runs.truth.jsonl").read_text().splitlines()]
    some = next(line for line in lines if line["kind"] == "email")
    made = editor(path)
    owners = owners_of(made, hits(made, [some["value"]]))
    assert owners
    assert all(owner.trace_id for owner in owners if owner.unit is not Unit.RECORD)
