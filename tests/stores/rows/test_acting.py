"""What is in the way of an edit, what it keeps, and that cut off it can be called again."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from inspector.errors import HeldBack, StoreError
from inspector.intent import announced
from inspector.model import RowPlace
from inspector.stores.edits import Edits, Rewrite, digest
from inspector.stores.rows import cleaning, writing
from tests.stores.rows.matrix import INDEXES, JOURNALS, NAMES, run
from tests.stores.rows.scene import Tokens, carry_out, dump, editor, erasure, hits, residue, texts

PHOENIX = "phoenix/phoenix.db"
CASES = [
    (j, s, i)
    for n, (j, s, i) in enumerate((j, s, i) for j in JOURNALS for s in (0, 1) for i in INDEXES)
    if n % 5 == 0
]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "WAIT_SECONDS", 0.2)


@pytest.mark.parametrize(("journal", "secure", "index"), CASES)
def test_nothing_stays_behind(tmp_path: Path, journal: str, secure: int, index: str) -> None:
    """A sixth of the matrix; all of it, and another build of SQLite, in tests/peers."""
    result = run(tmp_path, journal, secure, index)
    assert result.before > 0
    assert (result.after, result.found, result.partial, result.integrity) == (0, 0, "", "ok")
    assert set(result.indexes) <= {"ok"}


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_a_reader_in_the_way_holds_it_back(copy: Callable[[str], Path], journal: str) -> None:
    path = copy(PHOENIX)
    made = editor(path)
    edits = erasure(made, NAMES)
    made.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute(f"PRAGMA journal_mode={journal}")
        reader.execute("UPDATE spans SET status_message = 'x' WHERE id = 1")
        before = dump(path)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM spans").fetchone()
        with pytest.raises(HeldBack):
            carry_out(path, Edits(traces=edits.traces))
        reader.execute("ROLLBACK")
        assert dump(path) == before
        assert carry_out(path, Edits(traces=edits.traces)).partial == ""
    assert residue(editor(path).files(), NAMES, texts(path)) == 0


def test_past_a_reader_it_is_partial_until_resumed(copy: Callable[[str], Path]) -> None:
    path = copy(PHOENIX)
    edits = Edits(traces=erasure(editor(path), NAMES).traces, past_readers=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("UPDATE spans SET status_message = 'x' WHERE id = 1")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM spans").fetchone()
        done = carry_out(path, edits)
        assert done.partial
        assert done.counts["traces"] == len(edits.traces)
        assert residue(editor(path).files(), NAMES, texts(path)) > 0
        reader.execute("ROLLBACK")
    again = carry_out(path, edits)
    assert (again.partial, again.counts) == ("", done.counts)
    assert residue(editor(path).files(), NAMES, texts(path)) == 0


def test_an_idle_writer_is_not_in_the_way_and_loses_nothing(copy: Callable[[str], Path]) -> None:
    path = copy(PHOENIX)
    edits = Edits(traces=erasure(editor(path), NAMES).traces)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("INSERT INTO projects(id, name) VALUES (900, 'before')")
        assert carry_out(path, edits).partial == ""
        writer.execute("INSERT INTO projects(id, name) VALUES (901, 'after')")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM projects WHERE id >= 900").fetchone() == (2,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_busy_writer_holds_it_back(copy: Callable[[str], Path]) -> None:
    path = copy(PHOENIX)
    edits = Edits(traces=erasure(editor(path), NAMES).traces)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(HeldBack):
            carry_out(path, edits)
        writer.execute("ROLLBACK")


def test_records_are_of_the_state_that_was_planned(copy: Callable[[str], Path]) -> None:
    path = copy(PHOENIX)
    made = editor(path)
    edits = Edits(records=(RowPlace("datasets", 1),))
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE datasets SET name = 'another' WHERE id = 1")
    with pytest.raises(HeldBack):
        made.carry_out(edits, announced("op", 1), lambda step: None, lambda: False)


def test_stopped_before_anything_changed(copy: Callable[[str], Path]) -> None:
    path = copy(PHOENIX)
    before = dump(path)
    with pytest.raises(HeldBack):
        carry_out(path, erasure(editor(path), NAMES), stopped=lambda: True)
    assert dump(path) == before


def test_settings_of_the_file_stay(copy: Callable[[str], Path]) -> None:
    for mode in ("wal", "delete"):
        path = copy(PHOENIX)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version=77")
            connection.execute("PRAGMA application_id=88")
            connection.execute("PRAGMA journal_mode=delete")
            connection.execute("PRAGMA auto_vacuum=2")
            connection.execute("PRAGMA page_size=8192")
            connection.execute("VACUUM")
            connection.execute(f"PRAGMA journal_mode={mode}")
        asked = ("user_version", "application_id", "page_size", "auto_vacuum", "journal_mode")
        assert carry_out(path, erasure(editor(path), NAMES), op=mode).checks["settings"] == "kept"
        with closing(sqlite3.connect(path)) as connection:
            assert [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in asked] == [
                77,
                88,
                8192,
                2,
                mode,
            ]
        path.unlink()


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (
            "CREATE TRIGGER t AFTER DELETE ON spans BEGIN INSERT INTO copies VALUES (old.attributes); END",
            "trigger",
        ),
        (
            "CREATE TRIGGER t BEFORE DELETE ON traces BEGIN UPDATE projects SET name = old.trace_id; END",
            "trigger",
        ),
        ("CREATE VIRTUAL TABLE t USING fts5(a, content='')", "full-text"),
    ],
)
def test_what_would_keep_copies_is_refused(copy: Callable[[str], Path], statement: str, says: str) -> None:
    path = copy(PHOENIX)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE copies(content TEXT)")
        connection.execute(statement)
    before = dump(path)
    made = editor(path)
    edits = erasure(made, NAMES)
    assert [text for text in made.preview(edits).refusals if says in text]
    with pytest.raises(HeldBack):
        carry_out(path, edits)
    assert dump(path) == before


def test_a_copy_in_a_table_of_the_users_own_is_found(copy: Callable[[str], Path], tokens: Tokens) -> None:
    path = copy(PHOENIX)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE mine(a TEXT, b BLOB)")
        connection.execute(
            "INSERT INTO mine SELECT name, attributes FROM spans WHERE attributes LIKE '%usr_7f3a91c2d4\"%'"
        )
        connection.execute("INSERT INTO mine VALUES ('kept', 'nobody')")
    edits = erasure(editor(path), tokens.of("S1"))
    done = carry_out(path, edits)
    assert done.counts["mine"] > 0
    assert dump(path)["mine"] == [(b"kept", b"nobody")]
    assert residue([path], tokens.of("S1"), texts(path)) == 0


def test_a_project_is_not_dropped_for_its_name(copy: Callable[[str], Path]) -> None:
    path = copy(PHOENIX)
    with pytest.raises(HeldBack):
        carry_out(path, Edits(records=(RowPlace("projects", 1),)))


def test_a_session_goes_without_its_traces(copy: Callable[[str], Path]) -> None:
    path = copy(PHOENIX)
    before = dump(path)
    done = carry_out(path, Edits(records=(RowPlace("project_sessions", 1),)))
    assert done.counts["project_sessions"] == 1
    assert "traces" not in done.counts
    assert len(dump(path)["traces"]) == len(before["traces"])


def test_rewriting_keeps_types_and_everything_else(copy: Callable[[str], Path], tokens: Tokens) -> None:
    for name in (PHOENIX, "mlflow/mlflow.db"):
        path = copy(name)
        before = dump(path)
        old = tokens.of("S1")[1].encode()
        made = editor(path)
        found = [cell for cell in made.cells([old]) if old in cell.content]
        rewrites = [Rewrite(cell.place, cell.digest, cell.content.replace(old, b"p-1")) for cell in found]
        done = carry_out(path, Edits(rewrites=tuple(rewrites)), op=name)
        assert sum(n for label, n in done.counts.items() if label.startswith("rewritten")) == len(found)
        assert old not in path.read_bytes()
        after = dump(path)
        for table, rows in before.items():
            changed = set(map(repr, rows)) ^ set(map(repr, after[table]))
            assert bool(changed) == any(c.place.table == table for c in found), table  # type: ignore[union-attr]
        with closing(sqlite3.connect(path)) as connection:
            sample = found[0].place
            assert isinstance(sample, RowPlace)
            kind = f"SELECT typeof({sample.path[0]}) FROM {sample.table} WHERE rowid = ?"
            assert connection.execute(kind, (sample.key,)).fetchone() == ("text",)


def test_a_cell_that_changed_since_is_not_rewritten(copy: Callable[[str], Path]) -> None:
    path = copy(PHOENIX)
    place = RowPlace("spans", 1, ("name",))
    with pytest.raises(HeldBack):
        carry_out(path, Edits(rewrites=(Rewrite(place, digest(b"something else"), b"x"),)))


def test_a_full_disk_after_the_commit_is_partial_and_resumed(
    copy: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copy(PHOENIX)
    edits = Edits(traces=erasure(editor(path), NAMES).traces)
    with monkeypatch.context() as full:
        full.setattr(cleaning, "_clean", _full)
        done = carry_out(path, edits)
    assert "disk is full" in done.partial
    again = carry_out(path, edits)
    assert (again.partial, again.counts) == ("", done.counts)
    assert residue(editor(path).files(), NAMES, texts(path)) == 0


def _full(*_: object) -> str:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    raise error


def test_without_room_nothing_is_begun(copy: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = copy(PHOENIX)
    before = path.read_bytes()
    monkeypatch.setattr(writing, "disk_needed", lambda path: 1 << 60)
    with pytest.raises(StoreError, match="free space"):
        carry_out(path, Edits(traces=frozenset({"x"})))
    assert path.read_bytes() == before


def test_an_op_id_is_good_for_one_set_of_edits(copy: Callable[[str], Path]) -> None:
    path = copy(PHOENIX)
    edits = Edits(traces=erasure(editor(path), NAMES).traces)
    done = carry_out(path, edits)
    again = carry_out(path, edits)
    assert (again.counts, again.after) == (done.counts, done.after)
    with pytest.raises(StoreError):
        carry_out(path, Edits(traces=frozenset({"another"})))


def test_the_notes_of_an_edit_hold_no_content(copy: Callable[[str], Path], tokens: Tokens) -> None:
    path = copy("llm/logs.db")
    carry_out(path, erasure(editor(path), tokens.of("S1")))
    notes = list((Path(os.environ["INSPECTOR_STATE_DIR"]) / "edits").iterdir())
    assert [note.stat().st_mode & 0o777 for note in notes] == [0o600]
    assert residue(notes, tokens.of("S1")) == 0
    assert json.loads(notes[0].read_text())["phase"] == "done"


def test_a_hard_link_is_refused(copy: Callable[[str], Path], tmp_path: Path) -> None:
    path = copy(PHOENIX)
    os.link(path, tmp_path / "second.db")
    with pytest.raises(HeldBack):
        carry_out(path, Edits(traces=frozenset({"x"})))


def test_words_in_llm_messages_are_replaced_with_their_hashes(
    copy: Callable[[str], Path], tokens: Tokens
) -> None:
    path = copy("llm/logs.db")
    with closing(sqlite3.connect(path)) as connection:
        before = dict(connection.execute("SELECT hash, parent_hash FROM messages"))
        turns = connection.execute("SELECT count(*) FROM turns").fetchone()
    words = [token.encode() for token in tokens.of("S1")]
    escaped = [json.dumps(token)[1:-1].encode() for token in tokens.of("S1")]

    def replaced(cell: object) -> bytes | None:
        content: bytes = cell.content  # type: ignore[attr-defined]
        for word in (*words, *escaped):
            content = content.replace(word, b"p-1")
        return None if content == cell.content else content  # type: ignore[attr-defined]

    carry_out(path, Edits(every=replaced))
    assert hits(editor(path), tokens.of("S1")) == []
    assert residue([path], tokens.of("S1"), texts(path)) == 0
    with closing(sqlite3.connect(path)) as connection:
        after = dict(connection.execute("SELECT hash, parent_hash FROM messages"))
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT count(*) FROM turns").fetchone() == turns
        assert connection.execute(
            "INSERT INTO turn_search_fts(turn_search_fts, rank) VALUES ('integrity-check', 1)"
        )
    assert len(after) == len(before)
    assert 0 < len(set(after) - set(before)) < len(before)
    assert {parent for parent in after.values() if parent} <= set(after)
