"""Schemas of older releases: MLflow 2, whose spans lie outside, and llm before 0.36."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from inspector.stores.edits import Edits
from tests.stores.formats.test_llm import LLM_12, LLM_27
from tests.stores.formats.test_mlflow import MLFLOW_2
from tests.stores.rows.scene import carry_out, dump, editor, hits


def made(path: Path, *scripts: str) -> Path:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA secure_delete=0")
        for script in scripts:
            db.executescript(script)
    return path


def column(path: Path, sql: str) -> list[object]:
    with closing(sqlite3.connect(path)) as db:
        return [row[0] for row in db.execute(sql)]


def raw(path: Path) -> bytes:
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


def test_a_trace_of_mlflow_2_goes_with_its_tags_and_metadata(tmp_path: Path) -> None:
    path = made(tmp_path / "mlflow.db", MLFLOW_2)
    look = editor(path)
    (cell,) = hits(look, ["user-1@example.com"])
    (owner,) = look.owners(cell, [()])
    assert (owner.trace_id, owner.label) == ("aa01", "metadata")
    before = dump(path)
    edits = Edits(traces=frozenset({"aa01"}))
    seen = look.preview(edits)
    assert any("1 of these traces lie in artifact files" in text for text in seen.uncovered)
    look.close()
    done = carry_out(path, edits)
    assert done.counts == dict(seen.counts) == {"trace_info": 1, "trace_tags": 3, "trace_request_metadata": 4}
    assert column(path, "SELECT request_id FROM trace_info ORDER BY 1") == ["aa02", "aa03"]
    assert dump(path)["experiments"] == before["experiments"]
    assert b"user-1" not in raw(path)
    assert b"acme" not in raw(path)


@pytest.mark.parametrize("scripts", [(LLM_12,), (LLM_12, LLM_27)], ids=["0.12", "0.27"])
def test_a_conversation_of_an_older_llm_goes_with_all_of_its_responses(
    tmp_path: Path, scripts: Sequence[str]
) -> None:
    path = made(tmp_path / "logs.db", *scripts, "INSERT INTO responses_fts(responses_fts) VALUES ('rebuild')")
    with closing(sqlite3.connect(path)) as db:
        assert db.execute(
            "SELECT count(*) FROM responses_fts WHERE responses_fts MATCH 'second'"
        ).fetchone() == (1,)
    edits = Edits(traces=frozenset({"01aa"}))
    look = editor(path)
    seen = look.preview(edits)
    look.close()
    done = carry_out(path, edits)
    assert done.counts == dict(seen.counts)
    assert (done.counts["conversations"], done.counts["responses"]) == (1, 2)
    assert column(path, "SELECT id FROM responses") == ["01r3"]
    assert column(path, "SELECT id FROM conversations") == ["01bb"]
    assert column(path, "SELECT count(*) FROM responses_fts WHERE responses_fts MATCH 'second'") == [0]
    assert column(path, "SELECT count(*) FROM responses_fts WHERE responses_fts MATCH 'alone'") == [1]
    assert not any(
        text in raw(path) for text in (b"first?", b"second?", b"Two questions", b"a long document")
    )
    if len(scripts) > 1:
        for table in ("tool_calls", "tool_results", "prompt_fragments", "prompt_attachments", "fragments"):
            assert column(path, f"SELECT count(*) FROM {table}") == [0], table


def test_a_response_of_an_older_llm_goes_alone(tmp_path: Path) -> None:
    path = made(tmp_path / "logs.db", LLM_12, LLM_27)
    done = carry_out(path, Edits(spans=frozenset({("01aa", "01r1"), ("01r3", "01r3")})))
    assert done.counts["responses"] == 2
    assert column(path, "SELECT id FROM responses") == ["01r2"]
    assert column(path, "SELECT id FROM conversations ORDER BY 1") == ["01aa", "01bb"]
    assert column(path, "SELECT response_id FROM tool_results") == ["01r2"]
    assert column(path, "SELECT count(*) FROM tool_calls") == [0]
    assert b"a long document" not in raw(path)
