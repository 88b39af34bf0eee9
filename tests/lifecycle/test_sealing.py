"""The byte proof of a sealing: it finds what a database kept in free pages, and nothing in what survives."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest

from inspector.access.sealed import sealed_of
from inspector.audit.verify import verify
from inspector.errors import HeldBack
from inspector.lifecycle import proof, sealing
from inspector.lifecycle.jobs import JobKind, all_jobs, alone, begun_on, new_job, refuse_while_open, save
from inspector.lifecycle.wish import Wish
from inspector.stores import open_store
from inspector.stores.rows import cleaning
from tests.lifecycle.acting import copied
from tests.sweep import seal_scene as scene

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


@pytest.mark.parametrize("act", ["seal", "unseal"])
def test_a_database_is_cleared_after_a_kill_between_commit_and_clearing(tmp_path, monkeypatch, act):
    source, folder = tmp_path / "source", tmp_path / "folder"
    scene.make("phoenix", source)
    if act == "unseal":
        assert scene.forked(lambda: scene.play(source, "seal")) == 0
    folder.mkdir()
    path = folder / "store.db"
    path.write_bytes((source / "store.db").read_bytes())
    before = path.read_bytes()
    values = scene.planned(folder, act).values

    def killed():
        cleaning._clean = lambda *_: os._exit(9)
        scene.play(folder, act)

    assert os.waitstatus_to_exitcode(scene.forked(killed)) == 9
    monkeypatch.setenv("INSPECTOR_STATE_DIR", str(folder / "state"))
    assert verify(folder / "audit", scene.TRUST).open_intents
    with pytest.raises(HeldBack) as held:
        refuse_while_open()
    assert f"inspector {act}" in held.value.fix
    (job,) = begun_on(path, scene.KIND[act])
    assert job.values == tuple(sorted(values))
    if act == "seal":
        assert proved(path, values).sentence, "the kill left old bytes: else this proves nothing"
    assert scene.planned(folder, act).edits.empty, "sealing again finds nothing to do"
    desk = scene.desk_in(folder)
    with alone():
        assert sealing.resume(desk, job, scene.planner(desk, act)).partial == ""
    assert proved(path, values).sentence == ""
    opener = scene.Opener()
    assert scene.planned(folder, "unseal", opener).counts["shut"] == 0
    assert bool(opener.opened) is (act == "seal")
    assert not any(sealed_of(plain) for plain in opener.opened)
    assert path.read_bytes() != before
    assert not verify(folder / "audit", scene.TRUST).open_intents
    assert begun_on(path, scene.KIND[act]) == []
