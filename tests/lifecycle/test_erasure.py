from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from inspector.audit.reading import oldest_first, text
from inspector.audit.record import Entry
from inspector.errors import AuditError, HeldBack
from inspector.keys.signer import signature_holds
from inspector.lifecycle import certificate, erasure, holds, jobs, planning
from inspector.lifecycle.jobs import JobState
from inspector.lifecycle.plan import Mode, Terms
from inspector.lifecycle.planning import of_person
from inspector.lifecycle.subjects import search
from inspector.paths import state_folder
from inspector.stores import open_store
from tests.lifecycle.acting import SIGNER, copied, desk_in, erase
from tests.lifecycle.people import DECOY_OF, PLANTED, STORES, SUBJECTS, person
from tests.lifecycle.test_subjects import EDITABLE


def found_in(path, who):
    with closing(open_store(path)) as store, closing(store.editor()) as editor:
        return search(editor, person(who).matcher())


def rows_of(path):
    """Every line, or every row of every table with its key."""
    if path.suffix != ".db":
        return set(path.read_bytes().splitlines(keepends=True))
    with closing(sqlite3.connect(path)) as db:
        db.text_factory = bytes
        names = [
            n.decode()
            for (n,) in db.execute(
                "SELECT name FROM sqlite_master WHERE type='table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
            )
        ]
        return {
            (name, row)
            for name in names
            if not name.startswith("sqlite_") and "_fts_" not in name
            for row in db.execute(f'SELECT * FROM "{name}"')
        }


CASES = [
    (name, who, mode)
    for name in EDITABLE
    for who in SUBJECTS
    for mode in Mode
    if mode is Mode.DELETE or who == "S2"
]


@pytest.mark.parametrize(("name", "who", "mode"), CASES)
def test_the_person_is_gone_and_everybody_else_stays(name, who, mode, tmp_path):
    path = copied(name, tmp_path)
    decoys = found_in(path, DECOY_OF[who]).records
    job = erase(desk_in(tmp_path), [path], who, Terms(mode))
    assert job.state is JobState.COMPLETED, job.stores[0].error
    assert found_in(path, who).cells == {}
    assert found_in(path, DECOY_OF[who]).records == decoys


# In llm's store a text's hash stands in the rows of all who share it: `test_everything_else` tells those apart.
@pytest.mark.parametrize("name", [name for name in EDITABLE if not name.startswith("llm/")])
def test_what_is_not_theirs_stays_byte_for_byte(name, tmp_path):
    path = copied(name, tmp_path)
    before, found = rows_of(path), found_in(path, "S1")
    erase(desk_in(tmp_path), [path], "S1", Terms(Mode.PSEUDONYMISE))
    after = rows_of(path)
    changed = len(before - after)
    assert 0 < changed <= len(found.cells)
    assert len(after - before) == changed


def test_the_certificate_is_signed_and_the_log_knows_it(tmp_path):
    path = copied("otlp/openinference.otlp.jsonl", tmp_path)
    desk = desk_in(tmp_path)
    job = erase(desk, [path], "S1")
    made = certificate.read(certificate.folder() / f"{job.id}.note")
    assert certificate.signed_by(made, [(SIGNER.name, SIGNER.public)], signature_holds)
    assert not certificate.signed_by(
        certificate.parse(made.note.replace('"second_search":0', '"second_search":1')),
        [(SIGNER.name, SIGNER.public)],
        signature_holds,
    )
    records = [r for r in oldest_first(desk.log.folder) if text(r, "op_id") == job.id]
    assert [text(r, "phase") for r in records] == ["intent", "outcome", "event"]
    assert text(records[1], "new_state", "certificate") == made.digest
    assert made.facts["classes"]
    assert made.facts["partial"] == ""


def test_no_id_of_the_person_is_left_in_anything_of_ours(tmp_path):
    path = copied("otlp/genai_manual.otlp.jsonl", tmp_path)
    desk = desk_in(tmp_path)
    erase(desk, [path], "S1")
    written = [p for root in (tmp_path / "audit", state_folder()) for p in root.rglob("*") if p.is_file()]
    assert any(p.suffix == ".job" for p in written)
    assert any(p.suffix == ".html" for p in written)
    for file in written:
        data = file.read_bytes()
        assert not any(token.encode() in data for token in PLANTED["S1"]), file
        assert file.stat().st_mode & 0o077 == 0, file


def test_a_job_that_is_not_done_is_sealed(tmp_path):
    one = person("S1")
    job = jobs.new_job(jobs.JobKind.ERASURE, 1, [tmp_path / "x"])
    job.person, job.mark = one, one.mark
    jobs.save(job)
    data = (jobs.folder() / f"{job.id}.job").read_bytes()
    assert not any(token.encode() in data for token in PLANTED["S1"])
    assert jobs.load(job.id).person == one


def test_a_store_that_changed_since_the_plan_is_not_touched(tmp_path):
    path = copied("otlp/openinference.otlp.jsonl", tmp_path)
    desk = desk_in(tmp_path)
    one = person("S1", desk.log.mark(person("S1").id))
    plan = of_person(desk, path, one, Terms(), erasure.pseudonym("", one.id))
    path.write_bytes(path.read_bytes() + b"\n")
    before = path.read_bytes()
    with pytest.raises(HeldBack, match="changed since"):
        erase(desk, [path], "S1", confirmed={path.resolve(): plan.hash})
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["otlp/openinference.otlp.jsonl", "phoenix/phoenix.db"])
def test_a_plan_is_made_once_as_long_as_the_store_is_the_same(name, tmp_path, monkeypatch):
    path = copied(name, tmp_path)
    desk = desk_in(tmp_path)
    one = person("S1", desk.log.mark(person("S1").id))
    name = erasure.pseudonym("", one.id)
    plan = of_person(desk, path, one, Terms(), name)
    looked = []
    monkeypatch.setattr(planning, "search", lambda editor, *more: looked.append(1) or search(editor, *more))
    job = jobs.new_job(jobs.JobKind.ERASURE, desk.now(), [path])
    job.person, job.mark = one, one.mark
    planner = planning.acting(desk, one, Terms(), name, [plan])
    erasure.perform(desk, job, planner, {path.resolve(): plan.hash})
    assert job.state is jobs.JobState.COMPLETED
    assert not looked
    assert found_in(path, "S1").empty
    with desk.editing(path) as (store, editor):
        assert planner(store, editor).empty
    assert looked


def test_a_hold_set_after_the_plan_is_in_the_way(tmp_path):
    path = copied("otlp/openinference.otlp.jsonl", tmp_path)
    desk = desk_in(tmp_path)
    one = person("S1", desk.log.mark(person("S1").id))
    plan = of_person(desk, path, one, Terms(), erasure.pseudonym("", one.id))
    with desk.log.act(Entry("hold.set", reason="a lawsuit")) as intent:
        holds.set_hold(intent, "", one, "a lawsuit", desk.now() - 1, 0, "somebody")
    planner = planning.acting(desk, one, Terms(), erasure.pseudonym("", one.id), [plan])
    with desk.editing(path) as (store, editor), pytest.raises(HeldBack, match="hold"):
        planner(store, editor).check()


def test_nothing_happens_that_the_log_cannot_record(tmp_path):
    path = copied("otlp/openinference.otlp.jsonl", tmp_path)
    desk = desk_in(tmp_path)
    desk.log.refused = AuditError("the log can't be written")
    before = path.read_bytes()
    with pytest.raises(AuditError):
        erase(desk, [path], "S1")
    assert path.read_bytes() == before


def test_several_stores_fail_each_for_itself(tmp_path):
    good = copied("otlp/openinference.otlp.jsonl", tmp_path)
    bad = tmp_path / "gone.jsonl"
    job = erase(desk_in(tmp_path), [bad, good], "S1")
    assert job.state is JobState.PARTIAL
    assert [each.state for each in job.stores] == [JobState.PENDING, JobState.COMPLETED]
    assert job.stores[0].error
    assert job.person is not None


def test_the_tree_says_what_is_in_the_way_of_a_second_operation(tmp_path):
    path = copied("otlp/openinference.otlp.jsonl", tmp_path)
    other = jobs.new_job(jobs.JobKind.ERASURE, 1, [path])
    other.stores[0].started, other.stores[0].state = True, JobState.RUNNING
    jobs.save(other)
    with pytest.raises(HeldBack, match=other.id):
        erase(desk_in(tmp_path), [path], "S1")
    erasure.close(desk_in(tmp_path), other, "a test")
    assert erase(desk_in(tmp_path), [path], "S1").state is JobState.COMPLETED


def test_the_source_stores_are_as_they_were():
    assert found_in(STORES / "otlp/openinference.otlp.jsonl", "S1").records == 38
