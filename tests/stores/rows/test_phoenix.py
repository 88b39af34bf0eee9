"""Phoenix: traces go with all that names them, sums of survivors are right, everything else is the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.stores.rows.scene import Tokens, carry_out, dump, editor, erasure, hits, residue, texts


@pytest.mark.parametrize(("subject", "traces"), [("S1", 14), ("S2", 13), ("S3", 13)])
def test_a_subject_goes_and_nobody_else(
    copy: Callable[[str], Path], tokens: Tokens, subject: str, traces: int
) -> None:
    path = copy("phoenix/phoenix.db")
    before = dump(path)
    made = editor(path)
    names = tokens.of(subject)
    edits = erasure(made, names)
    assert len(edits.traces) == traces
    expected = made.preview(edits)
    done = carry_out(path, edits)
    assert done.partial == ""
    assert done.counts == dict(expected.counts)
    assert hits(editor(path), names) == []
    assert residue(made.files(), names, texts(path)) == 0
    after = dump(path)
    assert set(after) == set(before)
    for table, rows in after.items():
        assert set(map(repr, rows)) <= set(map(repr, before[table])), table
        assert len(before[table]) - len(rows) == done.counts.get(table, 0), table


def test_nothing_hangs_in_the_air(copy: Callable[[str], Path], tokens: Tokens) -> None:
    path = copy("phoenix/phoenix.db")
    done = carry_out(path, erasure(editor(path), tokens.of("S1")))
    assert done.checks["foreign keys after"] == "ok"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        empty = "SELECT count(*) FROM project_sessions s WHERE id NOT IN (SELECT project_session_rowid FROM traces)"
        assert connection.execute(empty).fetchone()[0] == 0
