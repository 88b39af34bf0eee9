from __future__ import annotations

import pytest

from inspector.config import load
from inspector.errors import Denied, StoreError, UsageError
from inspector.lifecycle.operations import StoreOperations
from inspector.view_acts import Operations
from tests.lifecycle.acting import copied, desk_in
from tests.lifecycle.people import PLANTED


def never():
    return False


def operations(tmp_path, allowed=True, config=None):
    path = copied("otlp/genai_manual.otlp.jsonl", tmp_path)

    def require(permission):
        if not allowed:
            raise Denied(permission)

    made: Operations = StoreOperations(
        desk_in(tmp_path), [path], config or load(), require, lambda text: text
    )
    return made, path


def test_a_person_is_planned_confirmed_and_erased(tmp_path):
    acts, path = operations(tmp_path)
    id, *aliases = PLANTED["S1"]
    before = path.read_bytes()
    plan = acts.plan_erasure(id, aliases, "delete", "GDPR-19", never)
    shown = repr(plan)
    assert not any(token in shown for token in PLANTED["S1"])
    assert {f.name: (f.traces, f.spans) for f in plan.found}["id field"] == (6, 6)
    assert path.read_bytes() == before
    assert not acts.confirms(plan.handle, "DELETE-")
    with pytest.raises(Denied):
        acts.perform(plan.handle, "DELETE-x", lambda doing: None, never)
    phases = []
    receipt = acts.perform(plan.handle, f"DELETE-{id}", lambda doing: phases.append(doing.phase), never)
    assert receipt.complete
    assert "prove" in phases
    assert not any(token in repr(receipt) for token in PLANTED["S1"])
    assert acts.plan_erasure(id, aliases, "delete", "", never).empty


def test_what_has_run_out_is_planned_and_goes(tmp_path):
    file = tmp_path / "policy.toml"
    file.write_text('[retention]\ndefault = "1d"\n')
    acts, path = operations(tmp_path, config=load(policy=file))
    plan = acts.plan_retention(never)
    assert not plan.empty
    assert acts.perform(plan.handle, plan.phrase, lambda doing: None, never).complete
    assert path.read_bytes() == b""


def test_who_may_not_plans_nothing(tmp_path):
    acts, _ = operations(tmp_path, allowed=False)
    with pytest.raises(Denied):
        acts.plan_erasure("usr_1", [], "delete", "", never)


def test_without_a_policy_nothing_runs_out(tmp_path):
    acts, _ = operations(tmp_path)
    with pytest.raises(UsageError, match="policy"):
        acts.plan_retention(never)


def test_a_plan_is_written_as_it_is_shown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    acts, path = operations(tmp_path)
    id, *aliases = PLANTED["S1"]
    plan = acts.plan_erasure(id, aliases, "delete", "", never)
    name = acts.write_plan(plan.handle)
    text = (tmp_path / name).read_text()
    assert not any(token in text for token in PLANTED["S1"])
    assert "| id field | 6 | 6 |" in text
    assert (tmp_path / name).stat().st_mode & 0o077 == 0
    with pytest.raises(StoreError, match="there already"):
        acts.write_plan(plan.handle)
    assert acts.perform(plan.handle, f"DELETE-{id}", lambda doing: None, never).complete
    assert not (tmp_path / name).exists()  # an export of ours, which goes with the person
    assert path.exists()


def test_what_is_overdue_is_said_in_a_sentence(tmp_path):
    file = tmp_path / "policy.toml"
    file.write_text('[retention]\ndefault = "1d"\n')
    acts, path = operations(tmp_path, config=load(policy=file))
    before = path.read_bytes()
    said = acts.overdue(never)
    assert said == f"Retention is overdue. {acts.plan_retention(never).act.split()[1]} traces have run out."
    assert path.read_bytes() == before
    file.write_text('[retention]\ndefault = "9000d"\n')
    assert operations(tmp_path, config=load(policy=file))[0].overdue(never) == ""
    assert operations(tmp_path)[0].overdue(never) == ""
