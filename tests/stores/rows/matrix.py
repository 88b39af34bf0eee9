"""Every way bytes of deleted rows stay behind, made on purpose, and what an edit leaves of them.

    python -m tests.stores.rows.matrix [MODULE]

MODULE is another build of SQLite with the interface of `sqlite3`, as pysqlite3. Prints one line of JSON a case.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path

if __name__ == "__main__" and len(sys.argv) > 1:
    from tests.stores.rows.second_build import stand_in

    stand_in(sys.argv[1])

import sqlite3

from inspector.stores.edits import Edits
from tests.stores.rows.scene import carry_out, editor, erasure, hits, residue, texts

STORE = Path(__file__).parents[2] / "data/stores/phoenix/phoenix.db"
NAMES = ("usr_7f3a91c2d4", "zofia.wrzesniewska84@nordhaven.example")
JOURNALS = ("delete", "wal", "persist")
INDEXES = ("none", "external", "external-triggers", "own", "trigram", "fts4", "fts4-external")
_MAKE = {
    "external": "fts5(name, attributes, content='spans', content_rowid='id')",
    "external-triggers": "fts5(name, attributes, content='spans', content_rowid='id')",
    "own": "fts5(name, attributes)",
    "trigram": "fts5(name, attributes, tokenize='trigram')",
    "fts4": "fts4(name, attributes)",
    "fts4-external": "fts4(content='spans', name, attributes)",
}
_TRIGGERS = (
    "CREATE TRIGGER s_ai AFTER INSERT ON spans BEGIN INSERT INTO found(rowid, name, attributes) "
    "VALUES (new.id, new.name, new.attributes); END",
    "CREATE TRIGGER s_ad AFTER DELETE ON spans BEGIN INSERT INTO found(found, rowid, name, attributes) "
    "VALUES ('delete', old.id, old.name, old.attributes); END",
    "CREATE TRIGGER s_au AFTER UPDATE ON spans BEGIN INSERT INTO found(found, rowid, name, attributes) "
    "VALUES ('delete', old.id, old.name, old.attributes); INSERT INTO found(rowid, name, attributes) "
    "VALUES (new.id, new.name, new.attributes); END",
)


@dataclass(frozen=True)
class Result:
    before: int
    after: int
    found: int
    partial: str
    integrity: str
    indexes: tuple[str, ...]


def build(path: Path, journal: str, secure: int, index: str) -> None:
    """A Phoenix store of a tenth of the traces, with rows deleted and rewritten before, as its writer left it."""
    work = path.with_name("work.db")
    shutil.copyfile(STORE, work)
    connection = sqlite3.connect(work, isolation_level=None)
    connection.execute("PRAGMA secure_delete=0")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute(
        "DELETE FROM traces WHERE id % 10 <> 0 AND id NOT IN (SELECT trace_rowid FROM spans WHERE "
        "attributes LIKE '%usr_7f3a91c2d4%' LIMIT 30)"
    )
    connection.execute(f"PRAGMA secure_delete={secure}")
    connection.execute(f"PRAGMA journal_mode={journal}").fetchall()
    connection.execute("PRAGMA wal_autocheckpoint=0")
    if index in _MAKE:
        connection.execute(f"CREATE VIRTUAL TABLE found USING {_MAKE[index]}")
        key = "docid" if index.startswith("fts4") else "rowid"
        connection.execute(
            f"INSERT INTO found({key}, name, attributes) SELECT id, name, attributes FROM spans"
        )
    if index == "external-triggers":
        for trigger in _TRIGGERS:
            connection.execute(trigger)
    connection.execute("CREATE TABLE stays(id INTEGER PRIMARY KEY, note TEXT)")
    connection.execute("CREATE INDEX note ON stays(note)")
    connection.executemany("INSERT INTO stays(note) VALUES (?)", [(f"{NAMES[1]} {n}",) for n in range(200)])
    connection.execute("ANALYZE")
    connection.execute("DELETE FROM stays")
    connection.execute("UPDATE spans SET status_message = status_message || '.' WHERE id % 3 = 0")
    for suffix in ("", "-wal", "-journal"):
        beside = Path(f"{work}{suffix}")
        if beside.exists():
            shutil.copyfile(beside, f"{path}{suffix}")
    connection.close()
    for beside in path.parent.glob("work.db*"):
        beside.unlink()


def run(folder: Path, journal: str, secure: int, index: str) -> Result:
    path = folder / "store.db"
    build(path, journal, secure, index)
    made = editor(path)
    edits: Edits = erasure(made, NAMES)
    before = residue(made.files(), NAMES)
    made.close()
    done = carry_out(path, edits)
    again = editor(path)
    left = residue(again.files(), NAMES, texts(path))
    said = tuple(text for name, text in done.checks.items() if name == "found after")
    found = len(hits(again, NAMES))
    again.close()
    return Result(before, left, found, done.partial, done.checks["integrity after"], said)


def main() -> None:
    import os

    for journal, secure, index in product(JOURNALS, (0, 1), INDEXES):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["INSPECTOR_STATE_DIR"] = f"{folder}/state"
            os.environ["INSPECTOR_CACHE_DIR"] = f"{folder}/cache"
            (Path(folder) / "s").mkdir()
            result = run(Path(folder) / "s", journal, secure, index)
        print(json.dumps({"case": [journal, secure, index], **{n: getattr(result, n) for n in vars(result)}}))
    print(json.dumps({"sqlite": sqlite3.sqlite_version}))


if __name__ == "__main__":
    main()
