"""Masked copies of databases: every row, no value, and nothing of the source in the file's unused bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.errors import StoreError
from inspector.redaction import Redactor
from inspector.session.masking import BINARY, mask
from inspector.stores.sqlite_db import Database

MAIL = "ada.lovelace@example.org"


@pytest.fixture
def masked(tmp_path: Path) -> Callable[[str], sqlite3.Connection]:
    """Make a database by a script, mask it, and open the copy."""

    def run(script: str) -> sqlite3.Connection:
        source, target = tmp_path / "source.db", tmp_path / "target.db"
        with sqlite3.connect(source) as made:
            made.executescript(script)
        made.close()
        target.touch()
        run.stats = mask(Database(source), target, Redactor())  # type: ignore[attr-defined]
        assert MAIL.encode() not in target.read_bytes()
        assert sorted(p.name for p in tmp_path.iterdir()) == ["source.db", "target.db"]
        return sqlite3.connect(target)

    return run


def test_rows_numbers_and_schema_stay(masked: Callable[[str], sqlite3.Connection]) -> None:
    copy = masked(
        f"""PRAGMA user_version = 7; PRAGMA application_id = 99;
        CREATE TABLE t(name TEXT, body TEXT, n INTEGER, x REAL); CREATE INDEX i ON t(n);
        INSERT INTO t(rowid, name, body, n, x) VALUES (5, 'chat', '{{"to": "{MAIL}"}}', 12, 0.5), (9, NULL, 'plain', -1, NULL);
        CREATE VIEW v AS SELECT body FROM t; CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET n = 0; END;"""
    )
    rows = copy.execute("SELECT rowid, name, body, n, x FROM t").fetchall()
    assert [(r[0], r[1], r[3], r[4]) for r in rows] == [(5, "chat", 12, 0.5), (9, None, -1, None)]
    assert rows[0][2].startswith('{"to": "[email:')
    assert rows[1][2] == "plain"
    assert copy.execute("PRAGMA user_version").fetchone() == (7,)
    assert copy.execute("PRAGMA application_id").fetchone() == (99,)
    names = {r[0] for r in copy.execute("SELECT name FROM sqlite_master")}
    assert {"t", "i", "v", "tr"} <= names


def test_a_columns_name_is_its_cells_key(masked: Callable[[str], sqlite3.Connection]) -> None:
    copy = masked(
        f"""CREATE TABLE people(full_name TEXT, email TEXT, password TEXT);
        INSERT INTO people VALUES ('Ada Lovelace', '{MAIL}', 'x1y2z3');"""
    )
    assert copy.execute("SELECT full_name, password FROM people").fetchone() == (
        "[REDACTED:name]",
        "[REDACTED:credential.password]",
    )


def test_what_has_to_differ_differs(masked: Callable[[str], sqlite3.Connection]) -> None:
    copy = masked(
        "CREATE TABLE k(api_key TEXT UNIQUE); INSERT INTO k VALUES ('sk-aaaabbbbccccdddd1'), ('sk-aaaabbbbccccdddd2');"
    )
    found = [r[0] for r in copy.execute("SELECT api_key FROM k ORDER BY rowid")]
    assert len(set(found)) == 2
    assert all(f.startswith("[REDACTED:credential") for f in found)


def test_bytes_that_are_no_text_are_emptied(masked: Callable[[str], sqlite3.Connection]) -> None:
    copy = masked(
        f"CREATE TABLE b(x BLOB); INSERT INTO b VALUES (X'ff00fe'), (CAST('{MAIL}' AS BLOB)), (CAST('fine' AS BLOB));"
    )
    rows = [r[0] for r in copy.execute("SELECT x FROM b ORDER BY rowid")]
    assert rows[0] == b""
    assert rows[1].startswith(b"[email:")
    assert rows[2] == b"fine"
    assert masked.stats.findings[BINARY] == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("using", ["fts5(body)", "fts5(body, content='t', content_rowid='id')", "fts4(body)"])
def test_search_tables_find_what_was_redacted(
    using: str, masked: Callable[[str], sqlite3.Connection]
) -> None:
    filled = "INSERT INTO f(rowid, body) SELECT id, body FROM t;"
    copy = masked(
        f"""CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT); INSERT INTO t VALUES (3, 'hello {MAIL} there');
        CREATE VIRTUAL TABLE f USING {using}; {filled}"""
    )
    assert copy.execute("SELECT rowid FROM f WHERE f MATCH 'hello'").fetchall() == [(3,)]
    assert copy.execute("SELECT rowid FROM f WHERE f MATCH 'lovelace'").fetchall() == []


def test_tables_without_row_numbers_and_generated_columns(
    masked: Callable[[str], sqlite3.Connection],
) -> None:
    copy = masked(
        f"""CREATE TABLE w(a TEXT, b INTEGER, body TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
        INSERT INTO w VALUES ('x', 2, '{MAIL}'), ('x', 1, 'fine'), ('w', 3, 'also');
        CREATE TABLE g(body TEXT, size INTEGER GENERATED ALWAYS AS (length(body)) STORED); INSERT INTO g(body) VALUES ('abc');
        CREATE TABLE s(id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT); INSERT INTO s VALUES (41, 'x'); DELETE FROM s;"""
    )
    assert [r[:2] for r in copy.execute("SELECT a, b FROM w")] == [("w", 3), ("x", 1), ("x", 2)]
    assert copy.execute("SELECT size FROM g").fetchone() == (3,)
    assert copy.execute("SELECT seq FROM sqlite_sequence").fetchone() == (41,)


def test_many_rows_stay_in_their_places(masked: Callable[[str], sqlite3.Connection]) -> None:
    copy = masked(
        f"""CREATE TABLE m(id INTEGER PRIMARY KEY, body TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
        INSERT INTO m SELECT i, CASE i % 3 WHEN 0 THEN i || ' {MAIL}' ELSE 'row ' || i END FROM n;"""
    )
    rows = copy.execute("SELECT id, body FROM m").fetchall()
    assert len(rows) == 3000
    assert all(body.startswith(f"{n} [email:") if n % 3 == 0 else body == f"row {n}" for n, body in rows)


def test_a_damaged_database_is_not_copied(stores: Path, tmp_path: Path) -> None:
    (tmp_path / "out.db").touch()
    with pytest.raises(StoreError):
        mask(Database(stores / "hostile" / "phoenix_corrupt_leafs.db"), tmp_path / "out.db", Redactor())
