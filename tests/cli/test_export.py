"""`export` as a user runs it: files, manifests, limits, records."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from inspector.audit.reading import oldest_first
from inspector.paths import state_folder, written_of
from tests.cli.program import inside


@pytest.fixture
def agents(stores: Path) -> str:
    return str(stores / "openai_agents" / "traces.jsonl")


@pytest.mark.parametrize("to", ["html", "md", "jsonl", "csv"])
def test_a_file_and_its_manifest_for_the_owner_alone(to: str, agents: str, tmp_path: Path) -> None:
    out = tmp_path / f"out.{to}"
    done = inside("export", agents, "-o", str(out), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["traces"], told["spans"]) == (60, 639)
    assert sorted(p.name for p in tmp_path.iterdir()) == [out.name, f"{out.name}.manifest.json"]
    assert all(p.stat().st_mode & 0o777 == 0o600 for p in tmp_path.iterdir())
    assert inside("export", "--verify", str(out)).returncode == 0
    assert written_of(Path(agents)) == [("export", out)]
    with out.open("ab") as file:
        file.write(b" ")
    assert inside("export", "--verify", str(out)).returncode == 1


def test_a_device_is_not_replaced(agents: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert inside("export", agents, "--to", "csv", "-o", str(pipe), "--force").returncode == 2
    assert [p.name for p in tmp_path.iterdir()] == ["pipe"]
    assert pipe.is_fifo()


def test_the_record_comes_first_and_says_how_it_ended(agents: str, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert (
        inside("export", agents, "status:error", "-o", str(out), "--reason", "for jo@example.org").returncode
        == 0
    )
    records = [r for r in oldest_first(state_folder() / "audit") if r["action"] == "report.export"]
    assert [r["phase"] for r in records] == ["intent", "outcome"]
    manifest = json.loads((tmp_path / "out.csv.manifest.json").read_bytes())
    assert records[1]["op_id"] == manifest["audit_op"]
    assert records[1]["new_state"] == {"to": "csv", "stable_tags": False, "sha256": manifest["sha256"]}
    assert records[1]["counts"]["rows"] == manifest["counts"]["spans"]
    assert "jo@example.org" not in json.dumps(records)
    assert manifest["query"] == "status:error"


def test_a_manifest_with_another_hash_than_the_logs_is_noticed(agents: str, tmp_path: Path) -> None:
    from inspector.reports.manifest import sealed
    from tests.reports.support import ABOUT

    out = tmp_path / "out.csv"
    inside("export", agents, "-o", str(out), "--limit", "2")
    held = json.loads((tmp_path / "out.csv.manifest.json").read_bytes())
    out.write_bytes(b"forged")
    from dataclasses import replace

    from inspector.reports.manifest import file_hash, manifest_of

    about = replace(ABOUT, op_id=held["audit_op"])
    manifest_of(out).write_bytes(sealed(about, "csv", {}, {}, file=out.name, bytes=6, sha256=file_hash(out)))
    done = inside("export", "--verify", str(out), "--json")
    assert json.loads(done.stdout)["wrong"] == ["the audit log holds another hash of this file"]
    assert done.returncode == 1


def test_nothing_is_replaced_without_force(agents: str, tmp_path: Path) -> None:
    out = tmp_path / "out.md"
    out.write_text("mine")
    assert inside("export", agents, "-o", str(out)).returncode == 2
    assert out.read_text() == "mine"
    assert inside("export", agents, "-o", str(out), "--force").returncode == 0
    assert inside("export", agents, "-o", str(tmp_path)).returncode == 2


def test_above_the_roles_limit_it_takes_another_role(agents: str, tmp_path: Path) -> None:
    config = tmp_path / "inspector.toml"
    config.write_text("[roles.viewer]\nexport_rows = 100\n[roles.analyst]\nexport_rows = 100\n")
    out = tmp_path / "out.csv"
    call = ("export", agents, "-o", str(out), "--config", str(config))
    done = inside(*call)
    assert done.returncode == 3
    assert b"reports:bulk" in done.stderr
    assert not out.exists()
    assert inside(*call, "--limit", "2").returncode == 0
    assert inside(*call, "--force", "--role", "analyst").returncode == 0
    assert inside(*call, "--force", "--role", "security_auditor", "--limit", "1").returncode == 3


def test_tags_join_two_exports_only_where_that_was_asked(stores: Path, tmp_path: Path) -> None:
    store = str(stores / "langfuse" / "langfuse_sdk.otlp.jsonl")

    def exported(name: str, *more: str) -> bytes:
        assert inside("export", store, "-o", str(tmp_path / name), "--limit", "5", *more).returncode == 0
        return (tmp_path / name).read_bytes()

    stable = ("--stable-tags", "--role", "operator")
    assert exported("a.jsonl") != exported("b.jsonl")
    assert exported("c.jsonl", *stable) == exported("d.jsonl", *stable)
    assert inside("export", store, "-o", str(tmp_path / "e.jsonl"), "--stable-tags").returncode == 3


def test_what_was_left_out_is_in_the_manifest(agents: str, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    options = ("--sample", "0.5", "--keep-errors", "--exclude-inputs", "--fields", "none")
    assert inside("export", agents, "-o", str(out), *options).returncode == 0
    manifest = json.loads((tmp_path / "out.jsonl.manifest.json").read_bytes())
    assert manifest["options"] == {
        "sample": 0.5,
        "keep_errors": True,
        "exclude_inputs": True,
        "fields": "none",
    }
    named = inside("export", "--exclude-inputs=address,user.email", agents, "-o", str(out), "--force")
    assert named.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--to", "csv", "-q", "status:("), 2),
        (("--to", "csv", "-q", "name:nobody-has-this"), 1),
        (("--to", "html", "--columns", "name"), 2),
        (("--keep-errors", "--to", "csv"), 2),
        ((), 2),
        (("-o", "-", "--to", "csv"), 2),
    ],
)
def test_refusals_leave_nothing(
    arguments: tuple[str, ...], code: int, agents: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert inside("export", agents, *arguments).returncode == code
    assert list(tmp_path.iterdir()) == []


def test_without_a_name_it_goes_into_the_folder_for_exports(agents: str, tmp_path: Path) -> None:
    config = tmp_path / "inspector.toml"
    config.write_text(f"[export]\nfolder = '{tmp_path / 'out'}'\n")
    (tmp_path / "out").mkdir()
    assert inside("export", agents, "--to", "csv", "--limit", "1", "--config", str(config)).returncode == 0
    names = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert len(names) == 2 and names[0].startswith("traces-2") and names[0].endswith("Z.csv")


def test_what_stops_it_leaves_nothing(agents: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from inspector.reports import jsonl

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(jsonl, "_span", stopped)
    assert inside("export", agents, "-o", str(tmp_path / "out.jsonl")).returncode == 130
    assert list(tmp_path.iterdir()) == []
    records = [r for r in oldest_first(state_folder() / "audit") if r["action"] == "report.export"]
    assert records[-1]["outcome"] == "failure"


def test_otlp_of_otlp_is_the_store_redacted_and_again_the_same(stores: Path, tmp_path: Path) -> None:
    store = stores / "otlp" / "openinference.otlp.jsonl"
    first, second = tmp_path / "a.otlp.jsonl", tmp_path / "b.otlp.jsonl"
    assert inside("export", str(store), "-o", str(first)).returncode == 0
    assert inside("export", str(first), "-o", str(second)).returncode == 0
    assert first.read_bytes() == second.read_bytes()
    told = json.loads((tmp_path / "a.otlp.jsonl.manifest.json").read_bytes())
    assert told["counts"] == {"traces": 120, "spans": 340, "errors": told["counts"]["errors"]}
    assert told["findings"]["email"] > 10
    some = tmp_path / "c.otlp.jsonl"
    done = inside("export", str(store), "kind:llm", "--limit", "7", "-o", str(some), "--json")
    assert json.loads(done.stdout)["traces"] == 7
    assert json.loads(inside("info", str(some), "--json").stdout)["traces"] == 7


def test_a_masked_copy_opens_as_what_it_was(stores: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    done = inside("export", str(stores / "llm" / "logs.db"), "--to", "store", "-o", str(copy), "--json")
    assert done.returncode == 0, done.stderr
    before = json.loads(inside("info", str(stores / "llm" / "logs.db"), "--json").stdout)
    after = json.loads(inside("info", str(copy), "--json").stdout)
    assert [after[k] for k in ("format", "schema", "traces", "spans")] == [
        before[k] for k in ("format", "schema", "traces", "spans")
    ]
    assert inside("export", "--verify", str(copy)).returncode == 0


@pytest.mark.parametrize(
    "name",
    [
        "llm/logs.db",
        "phoenix/phoenix.db",
        "mlflow/mlflow.db",
        "tracecraft/runs.db",
        "openai_agents/traces.jsonl",
        "langfuse/langfuse_sdk.otlp.jsonl",
        "langsmith/runs_merged.jsonl",
        "zipkin/zipkin_v2.jsonl",
        "hostile/traces.jsonl.gz",
    ],
)
def test_a_masked_copy_of_chosen_traces_holds_no_other(name: str, stores: Path, tmp_path: Path) -> None:
    store = str(stores / name)
    copy = tmp_path / Path(name).name
    done = inside("export", store, "--to", "store", "--limit", "3", "-o", str(copy), "--json")
    assert done.returncode == 0, done.stderr
    every, chosen = (
        {json.loads(line)["trace_id"] for line in inside("ls", each, "--json").stdout.splitlines()}
        for each in (store, str(copy))
    )
    assert len(chosen) == min(3, len(every))
    assert chosen < every or len(every) <= 3
    told = json.loads(inside("info", str(copy), "--json").stdout)
    assert told["format"] == json.loads(inside("info", store, "--json").stdout)["format"]
    assert told["spans"] == json.loads(done.stdout)["spans"]
    data = copy.read_bytes() if copy.suffix != ".gz" else gzip.decompress(copy.read_bytes())
    assert [each for each in every - chosen if len(each) > 12 and each.encode() in data] == []
    assert sorted(p.name for p in tmp_path.iterdir()) == [copy.name, f"{copy.name}.manifest.json"]
    less = inside("export", store, "--to", "store", "--fields", "none", "-o", str(tmp_path / "x"))
    assert less.returncode == 2


def test_a_role_that_sees_a_part_gets_no_copy_of_the_whole(stores: Path, tmp_path: Path) -> None:
    config = tmp_path / "inspector.toml"
    config.write_text('[roles.viewer]\nlimit = "kind:llm"\n')
    store = str(stores / "otlp" / "openinference.otlp.jsonl")
    more = ("--config", str(config))
    assert inside("export", store, "--to", "store", "-o", str(tmp_path / "x"), *more).returncode == 2
    out = tmp_path / "part.otlp.jsonl"
    assert inside("export", store, "-o", str(out), *more).returncode == 0
    assert set(_kinds(str(out))) == {"llm"}


def _kinds(store: str) -> list[str]:
    done = inside("export", store, "--to", "csv", "-o", f"{store}.csv", "--columns", "kind")
    assert done.returncode == 0
    return [line.strip('"') for line in Path(f"{store}.csv").read_text().splitlines()[1:]]
