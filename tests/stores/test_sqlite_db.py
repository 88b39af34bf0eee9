"""Reading databases that are hostile, damaged or not in UTF-8."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.errors import StoreError
from inspector.stores import sqlite_db
from inspector.stores.sqlite_db import Database

COUNT = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT {})"


@contextlib.contextmanager
def database(path: Path, script: str) -> Iterator[Database]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript(script)
    opened = Database(path)
    try:
        yield opened
    finally:
        opened.close()


def test_the_schema_holds_ordinary_tables_with_generated_columns(tmp_path: Path) -> None:
    script = """
        CREATE TABLE t (a, b INTEGER GENERATED ALWAYS AS (a + 1) STORED);
        CREATE VIEW v AS SELECT a FROM t;
        CREATE VIRTUAL TABLE f USING fts5(words);
        CREATE TABLE "odd "" name" ("c"" d");
    """
    with database(tmp_path / "x.db", script) as db:
        assert db.schema["t"] == {"a", "b"}
        assert db.schema['odd " name'] == {'c" d'}
        assert "v" not in db.schema
        assert "f" not in db.schema


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO t VALUES (2)",
        "UPDATE t SET a = 2",
        "DELETE FROM t",
        "DROP TABLE t",
        "CREATE TABLE u (a)",
        "CREATE TEMP TABLE u (a)",
        "ATTACH ':memory:' AS other",
        "VACUUM INTO 'copy.db'",
        "PRAGMA writable_schema=ON",
        "PRAGMA query_only=OFF",
        "PRAGMA journal_mode=WAL",
        "PRAGMA user_version=7",
        "SELECT load_extension('x')",
        "SELECT zeroblob(1000000000)",
        "SELECT randomblob(5)",
        "SELECT a FROM v",
        "REINDEX",
        "BEGIN IMMEDIATE",
    ],
)
def test_nothing_but_reading_of_tables_is_allowed(tmp_path: Path, statement: str) -> None:
    with database(
        tmp_path / "x.db",
        "CREATE TABLE t (a); INSERT INTO t VALUES (1); CREATE INDEX i ON t (a); "
        "CREATE VIEW v AS SELECT a FROM t",
    ) as db:
        with pytest.raises((StoreError, sqlite3.DatabaseError)):
            db.rows(statement)
        assert db.rows("SELECT a FROM t") == [(1,)]
    assert [each.name for each in tmp_path.iterdir()] == ["x.db"]


def test_a_generated_column_can_call_no_function_of_ours_or_of_extensions(tmp_path: Path) -> None:
    script = "CREATE TABLE t (a); INSERT INTO t VALUES (1); CREATE INDEX i ON t (json_extract(a, '$.x'))"
    with database(tmp_path / "x.db", script) as db:
        (trusted,) = db._opened.connection.execute("PRAGMA data_version").fetchone()
        assert trusted
        assert db.rows("SELECT a FROM t") == [(1,)]


def test_text_that_is_not_utf8_comes_as_bytes_and_the_rest_as_text(tmp_path: Path) -> None:
    script = "CREATE TABLE t (a TEXT, b TEXT); INSERT INTO t VALUES (CAST(x'ff41' AS TEXT), 'fine')"
    with database(tmp_path / "x.db", script) as db:
        assert db.rows("SELECT a, b FROM t") == [(b"\xffA", "fine")]
        assert db.rows("SELECT b FROM t") == [("fine",)]


def test_a_value_beyond_the_limit_is_a_fault(tmp_path: Path) -> None:
    from inspector.stores import sqlite_guard

    limit = sqlite_guard.MAX_VALUE
    try:
        sqlite_guard.MAX_VALUE = 100_000
        script = "CREATE TABLE t (a); INSERT INTO t VALUES (1), (zeroblob(200000)), (3)"
        with database(tmp_path / "x.db", script) as db:
            result = db.attempt("SELECT a FROM t ORDER BY rowid")
            assert result.fault is not None
            assert result.fault.kind == "too big"
            assert db.attempt("SELECT a FROM t WHERE rowid = 3").rows == [(3,)]
    finally:
        sqlite_guard.MAX_VALUE = limit


def test_a_statement_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_db, "_STATEMENT_SECONDS", 0.05)
    script = f"CREATE TABLE t (a); {COUNT.format(3000)} INSERT INTO t SELECT i FROM c"
    with database(tmp_path / "x.db", script) as db:
        result = db.attempt("SELECT count(*) FROM t a, t b, t c WHERE a.a + b.a = c.a")
        assert result.fault is not None
        assert result.fault.kind == "too slow"


def test_a_locked_database_is_said_to_be_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.db"
    with database(path, "CREATE TABLE t (a)") as db:
        db._opened.connection.execute("SELECT 1")
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            db._opened.connection.close()
            with pytest.raises(StoreError, match="can't be opened read-only"):
                monkeypatch.setattr("inspector.stores.sqlite_open.BUSY_SECONDS", 0.01)
                Database(path)
            other.execute("ROLLBACK")
        db._opened.renew()
        assert db.rows("SELECT count(*) FROM t") == [(0,)]


def test_lookups_take_any_number_of_keys_in_parts(tmp_path: Path) -> None:
    with database(
        tmp_path / "x.db",
        f"CREATE TABLE t (k TEXT, n INT); {COUNT.format(1300)} INSERT INTO t SELECT 'k' || i, i FROM c",
    ) as db:
        wanted = [f"k{i}" for i in range(1, 1301)] + [None, "k1", "nowhere"]
        result = db.lookup("t", "n", "k", wanted)
        assert sorted(row[0] for row in result.rows) == list(range(1, 1301))
        assert result.fault is None
        assert db.lookup("missing", "n", "k", wanted).rows == []
