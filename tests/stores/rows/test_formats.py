"""Every format: what names a subject goes with all its copies, everybody else's rows are the same byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.stores import open_store
from tests.stores.rows.scene import Tokens, carry_out, dump, editor, erasure, hits, residue, texts

STORES = ("phoenix/phoenix.db", "mlflow/mlflow.db", "llm/logs.db")
TRACES = {
    ("phoenix/phoenix.db", "S1"): 14, ("phoenix/phoenix.db", "S2"): 13, ("phoenix/phoenix.db", "S3"): 13,
    ("mlflow/mlflow.db", "S1"): 5, ("mlflow/mlflow.db", "S2"): 5, ("mlflow/mlflow.db", "S3"): 5,
}  # fmt: skip
"""As truth.json has them; it counts no threads for llm."""
MAY_CHANGE = (
    "turn_search_fts_data",
    "turn_search_fts_idx",
    "turn_search_fts_docsize",
    "turn_search_fts_config",
)


@pytest.mark.parametrize("subject", ["S1", "S2", "S3"])
@pytest.mark.parametrize("name", STORES)
def test_a_subject_goes_and_nobody_else(
    copy: Callable[[str], Path], tokens: Tokens, name: str, subject: str
) -> None:
    path = copy(name)
    before = dump(path)
    made = editor(path)
    names = tokens.of(subject)
    edits = erasure(made, names)
    assert len(edits.traces) == TRACES.get((name, subject), len(edits.traces)) > 0
    expected = made.preview(edits)
    assert residue(made.files(), names) > 0
    done = carry_out(path, edits)
    assert done.partial == ""
    assert done.counts == dict(expected.counts)
    assert done.checks["foreign keys after"] == done.checks["foreign keys before"]
    assert hits(editor(path), names) == []
    assert residue(made.files(), names, texts(path)) == 0
    after = dump(path)
    assert set(after) == set(before)
    for table, rows in after.items():
        if table not in MAY_CHANGE:
            assert set(map(repr, rows)) <= set(map(repr, before[table])), table
            assert len(before[table]) - len(rows) == done.counts.get(table, 0), table


def test_decoys_are_where_they_were(copy: Callable[[str], Path], tokens: Tokens) -> None:
    for name in STORES:
        path = copy(name)
        decoys = [token for owner in ("D1", "D2", "D3") for token in tokens.of(owner)]
        made = editor(path)
        subject = [token for owner in ("S1", "S2", "S3") for token in tokens.of(owner)]
        edits = erasure(made, subject)
        kept = [
            cell for cell in hits(made, decoys)
            if not any(owner.trace_id in edits.traces or owner.place in edits.records
                       for owner in made.owners(cell, [()]))
        ]  # fmt: skip
        carry_out(path, edits)
        left = {cell.content for cell in hits(editor(path), decoys)}
        assert {cell.content for cell in kept} == left, name


def test_a_store_of_an_unknown_revision_is_not_changed(copy: Callable[[str], Path]) -> None:
    import sqlite3

    path = copy("mlflow/mlflow.db")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0123456789ab'")
    connection.close()
    store = open_store(path)
    assert not store.info.writable
    store.close()
    from inspector.errors import StoreError

    with pytest.raises(StoreError):
        editor(path)
