"""The byte proof of a sealing: it finds what a database kept in free pages, and nothing in what survives."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from inspector.lifecycle import proof
from inspector.lifecycle.jobs import JobKind, all_jobs, begun_on, new_job, save
from inspector.lifecycle.wish import Wish
from inspector.stores import open_store
from tests.lifecycle.acting import copied

MAIL = "quillon.abernathy@tarnwick.invalid"


def proved(path, values):
    with closing(open_store(path)) as store, closing(store.editor()) as editor:
        return proof.of_values(store, editor, values)


def written_and_gone(path, keep):
    """A value in a row that is deleted without being wiped; with `keep` another row still holds it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA secure_delete = OFF")
        (first,) = db.execute("SELECT min(id) FROM spans").fetchone()
        db.execute("CREATE TABLE mine (id INTEGER PRIMARY KEY, note TEXT)")
        db.executemany(
            "INSERT INTO mine (note) VALUES (?)", [(f"n{n} {MAIL} " + "x" * 900,) for n in range(40)]
        )
        db.execute("DELETE FROM mine")
        if keep:
            db.execute("UPDATE spans SET name = ? WHERE id = ?", (f"write to {MAIL} soon", first))


def test_old_bytes_in_free_pages_are_found(tmp_path):
    path = copied("phoenix/phoenix.db", tmp_path)
    assert proved(path, [MAIL]).sentence == ""
    written_and_gone(path, keep=False)
    assert "bytes of what was" in proved(path, [MAIL]).sentence
    with closing(sqlite3.connect(path)) as db:
        db.execute("VACUUM")
    assert proved(path, [MAIL]).sentence == ""


def test_what_survives_and_what_is_short_says_nothing(tmp_path):
    path = copied("phoenix/phoenix.db", tmp_path)
    written_and_gone(path, keep=True)
    assert proved(path, [MAIL, "ok", "trace_rowid"]).sentence == ""
    assert proved(path, []).sentence == ""


def test_a_job_keeps_what_is_to_be_sealed_until_it_is_done(tmp_path):
    path = copied("phoenix/phoenix.db", tmp_path)
    job = new_job(JobKind.SEAL, 1, [path])
    job.wish, job.values = Wish(("user.email",), ("card",), "internal", frozenset({"email"})), (MAIL,)
    save(job)
    (kept,) = begun_on(path, JobKind.SEAL)
    assert (kept.wish, kept.values) == (job.wish, (MAIL,))
    assert begun_on(path, JobKind.UNSEAL) == []
    assert MAIL not in repr(kept)
    kept.stores[0].state = kept.stores[0].state.COMPLETED
    save(kept)
    assert begun_on(path, JobKind.SEAL) == []
    assert all_jobs()[0].values == ()
