from __future__ import annotations

import json
import shutil

import pytest

from inspector.paths import state_folder
from tests.cli.program import inside, run
from tests.lifecycle.people import PLANTED, STORES

S1 = ("--subject", PLANTED["S1"][0], *(a for alias in PLANTED["S1"][1:] for a in ("--alias", alias)))


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "store.otlp.jsonl"
    shutil.copyfile(STORES / "otlp/genai_manual.otlp.jsonl", path)
    return path


def said(done):
    return (done.stdout + done.stderr).decode()


def rows(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_plan_then_run_with_its_hash_then_verify(store):
    before = store.read_bytes()
    planned = inside("erase", "plan", str(store), *S1, "--role", "operator", "--json")
    assert planned.returncode == 0
    (plan,) = rows(planned)
    assert plan["stores"][0]["traces"] == 6
    assert store.read_bytes() == before
    assert "history keeps" in planned.stderr.decode()
    done = inside(
        "erase",
        "run",
        str(store),
        *S1,
        "--role",
        "operator",
        "--json",
        "--request",
        "R-1",
        "--confirm",
        plan["confirm"],
    )
    assert done.returncode == 0, said(done)
    (job,) = rows(done)
    assert job["state"] == "completed"
    checked = inside("erase", "verify", job["op"])
    assert checked.returncode == 0, said(checked)
    assert "R-1" in checked.stdout.decode()
    assert (
        inside("erase", "run", str(store), *S1, "--role", "operator", "--confirm", "DELETE-x").returncode == 1
    )
    everything = said(planned) + said(done) + said(checked)
    assert not any(token in everything for token in PLANTED["S1"])


def test_the_id_is_read_from_standard_input_and_is_in_no_argument(store):
    ids = "\n".join(PLANTED["S1"]).encode()
    done = run("erase", "plan", str(store), "--subject", "-", "--role", "operator", "--samples", stdin=ids)
    assert done.returncode == 0, said(done)
    assert not any(token in said(done) for token in PLANTED["S1"])
    assert "history" not in said(done)


@pytest.mark.parametrize(
    "phrase", [[], ["--confirm", "DELETE-usr_7f3a91c2d45"], ["--confirm", "DELETE-00000000"]]
)
def test_without_the_phrase_nothing_goes(store, phrase):
    before = store.read_bytes()
    done = inside("erase", "run", str(store), *S1, "--role", "operator", *phrase)
    assert done.returncode == 2
    assert store.read_bytes() == before


@pytest.mark.parametrize("role", ["viewer", "analyst", "developer", "security_auditor"])
def test_who_may_not_is_refused_and_recorded(store, role):
    before = store.read_bytes()
    done = inside("erase", "run", str(store), *S1, "--role", role, "--confirm", f"DELETE-{PLANTED['S1'][0]}")
    assert done.returncode == 3
    assert store.read_bytes() == before
    assert b"access.denied" in b"".join(p.read_bytes() for p in (state_folder() / "audit").glob("*.jsonl"))


def test_a_hold_is_in_the_way_until_it_is_released(store):
    assert inside("hold", "set", *S1[:2], "--role", "admin").returncode == 2
    made = inside("hold", "set", *S1[:2], "--role", "admin", "--reason", "a lawsuit", "--json")
    (hold,) = rows(made)
    erase = ("erase", "run", str(store), *S1, "--role", "operator", "--confirm", f"DELETE-{PLANTED['S1'][0]}")
    held = inside(*erase)
    assert held.returncode == 6
    assert hold["id"] in said(held)
    assert PLANTED["S1"][0] not in said(made) + said(held) + said(
        inside("hold", "list", "--role", "developer")
    )
    assert inside("hold", "release", hold["id"], "--role", "admin", "--reason", "over").returncode == 0
    assert inside(*erase).returncode == 0


def test_two_people_where_config_asks_for_two(store, tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECTOR_ERASURE__APPROVALS", "2")
    erase = ("erase", "run", str(store), *S1, "--role", "operator", "--confirm", f"DELETE-{PLANTED['S1'][0]}")
    assert inside(*erase).returncode == 6
    (request,) = rows(inside("erase", "request", str(store), *S1, "--role", "developer", "--json"))
    own = inside("erase", "approve", request["id"], "--role", "admin")
    assert own.returncode == 3
    assert "Somebody else" in said(own)
    monkeypatch.setattr("inspector.cli.lifecycle.Office.user", property(lambda self: "somebody else"))
    assert inside("erase", "approve", request["id"], "--role", "admin").returncode == 0
    assert inside(*erase, "--request", request["id"]).returncode == 0


def test_bulk_by_query_says_first_what_would_go(store):
    before = store.read_bytes()
    asked = inside("erase", "bulk", str(store), "status:error", "--role", "operator", "--json")
    (plan,) = rows(asked)
    assert plan["stores"][0]["traces"] > 0
    assert store.read_bytes() == before
    done = inside(
        "erase", "bulk", str(store), "status:error", "--role", "operator", "--confirm", plan["confirm"]
    )
    assert done.returncode == 0, said(done)
    assert inside("erase", "bulk", str(store), "status:error", "--role", "operator").returncode == 1


def test_retention_from_the_command_line(store, tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text('[retention]\ndefault = "150d"\n')
    common = (str(store), "--policy", str(policy), "--now", "2026-11-22T18:30Z", "--role", "operator")
    (plan,) = rows(inside("retention", "plan", *common, "--json"))
    assert (plan["stores"][0]["traces"], plan["stores"][0]["spans"]) == (22, 155)
    assert inside("retention", "apply", *common).returncode == 2
    assert inside("retention", "apply", *common, "--yes").returncode == 0
    again = inside("retention", "apply", *common, "--yes")
    assert again.returncode == 0
    assert "Nothing is due" in said(again)
    (status,) = rows(inside("retention", "status", *common, "--json"))
    assert status["overdue"] == {}
    assert "default" in status["next"]
    none = inside("retention", "plan", str(store), "--role", "operator")
    assert none.returncode == 2
    assert "init" in said(none)


def test_logs_that_run_out_are_planned_shown_and_put_by(store, tmp_path):
    record = '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1700000000000000000"}]}]}]}\n'
    with store.open("a") as file:
        file.write(record)
    policy = tmp_path / "policy.toml"
    policy.write_text('[retention.tiers.events]\nhot = "1d"\n')
    common = (str(store), "--policy", str(policy), "--role", "operator")
    (plan,) = rows(inside("retention", "plan", *common, "--json"))
    assert plan["stores"][0]["counts"] == {"log": 1}
    (status,) = rows(inside("retention", "status", *common, "--json"))
    assert status["logs"]["overdue"] == 1
    assert "logs      1 overdue" in inside("retention", "status", *common).stdout.decode()
    assert inside("retention", "apply", *common, "--yes").returncode == 0
    assert b"resourceLogs" not in store.read_bytes()
    (status,) = rows(inside("retention", "status", *common, "--json"))
    assert status["logs"]["overdue"] == 0
    assert [(each["tier"], each["logs"]) for each in status["archives"]] == [("warm", True)]


def test_a_field_that_runs_out_is_hidden_at_once(store, tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text('[[retention.field]]\npath = "user.id"\nkeep = "9000d"\n')

    def values(*more):
        (hit, *_) = rows(inside("search", str(store), "attr.user.id:*", "--json"))
        spans = rows(inside("show", str(store), hit["trace_id"], "--json", *more))[0]["spans"]
        return [a["value"] for span in spans for a in span["attributes"] if a["key"] == "user.id"]

    assert not any("REDACTED" in value for value in values())
    assert all("REDACTED" in value for value in values("--policy", str(policy)))


def test_a_field_is_rectified_for_the_person_alone(store):
    find = ("subject", "search", str(store), *S1, "--role", "operator", "--json")
    before = rows(inside(*find))[0]
    fix = ("subject", "rectify", str(store), *S1, "--field", "user.email", "--value", "new@nordhaven.example",
           "--role", "operator")  # fmt: skip
    (plan,) = rows(inside(*fix, "--json"))
    assert plan["stores"][0]["replaced"] > 0
    done = inside(*fix, "--confirm", plan["confirm"])
    assert done.returncode == 0, said(done)
    assert store.read_bytes().count(b"new@nordhaven.example") == 6
    assert rows(inside(*find))[0]["traces"] == before["traces"] == 6


def test_what_retention_took_is_restored_by_whom_may(store, tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text('[retention]\ndefault = "150d"\nquarantine = "7d"\n')
    common = ("--policy", str(policy), "--role", "operator")
    (job,) = rows(inside("retention", "apply", str(store), *common, "--yes", "--json"))
    out = tmp_path / "again.jsonl"
    assert inside("retention", "restore", job["op"], "-o", str(out), "--role", "developer").returncode == 3
    assert inside("retention", "restore", job["op"], "-o", str(store), *common).returncode == 2
    done = inside("retention", "restore", job["op"], "-o", str(out), *common, "--json")
    assert done.returncode == 0, said(done)
    (made,) = rows(done)
    assert made["traces"] == job["stores"][0]["counts"]["quarantined"]
    assert out.stat().st_mode & 0o077 == 0
    assert rows(inside("info", str(out), "--json"))[0]["traces"] == made["traces"]
    assert inside("retention", "restore", "0" * 16, "-o", str(tmp_path / "x.jsonl"), *common).returncode == 1
    limited = tmp_path / "limited.toml"
    limited.write_text('[roles.narrow]\ninherit = "operator"\nlimit = "name:none"\n')
    part = ("-o", str(tmp_path / "part.jsonl"), "--config", str(limited), "--role", "narrow")
    assert inside("retention", "restore", job["op"], *part).returncode == 3
    assert (
        len(rows(inside("audit", "show", "action:access.denied role:narrow", "--role", "admin", "--json")))
        == 1
    )
    records = rows(inside("audit", "show", "action:retention.restored", "--role", "admin", "--json"))
    assert records and not any(record["redacted"] for record in records)
