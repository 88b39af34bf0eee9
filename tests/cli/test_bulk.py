"""Exports above the row limit under a request that somebody else has approved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inspector.audit.reading import oldest_first
from inspector.paths import state_folder
from tests.cli.program import inside

LIMITED = (
    '[roles.support]\npermissions = ["traces:read", "traces:search", "reports:export"]\nexport_rows = 50\n'
)


@pytest.fixture
def export(stores: Path, tmp_path: Path) -> list[str]:
    """An export of 639 spans by somebody who may export 50."""
    config = tmp_path / "inspector.toml"
    config.write_text(LIMITED)
    store = str(stores / "openai_agents" / "traces.jsonl")
    return ["export", store, "--to", "csv", "--config", str(config), "--role", "support"]


def asked(export: list[str], *more: str) -> str:
    made = inside(*export, *more, "--ask", "--reason", "for jo@example.org", "--json")
    assert made.returncode == 0, made.stderr
    return str(json.loads(made.stdout)["id"])


def approve(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as other:
        other.setattr(
            "inspector.cli.commands.export.user_of", lambda auditing: "somebody else", raising=False
        )
        other.setattr("inspector.cli.auditing.user_of", lambda auditing: "somebody else")
        assert inside("export", "--approve", id, "--role", "analyst").returncode == 0


def test_an_approval_lets_one_export_be_made(
    export: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.csv"
    refused = inside(*export, "-o", str(out))
    assert refused.returncode == 3
    assert b"--ask" in refused.stderr
    id = asked(export)
    assert not out.exists()
    assert inside(*export, "-o", str(out), "--request", id).returncode == 6
    own = inside("export", "--approve", id, "--role", "analyst")
    assert own.returncode == 3
    assert b"Somebody else" in own.stderr
    approve(id, monkeypatch)
    assert inside(*export, "kind:llm", "-o", str(out), "--request", id).returncode == 6
    assert inside(*export, "-o", str(tmp_path / "no" / "folder.csv"), "--request", id).returncode != 0
    assert inside(*export, "-o", str(out), "--request", id).returncode == 0
    assert inside(*export, "-o", str(out), "--force", "--request", id).returncode == 6
    records = list(oldest_first(state_folder() / "audit"))
    assert "jo@example.org" not in json.dumps(records)
    assert [r["action"] for r in records if str(r["action"]) in ("report.requested", "report.approved")] == [
        "report.requested",
        "report.approved",
    ]
    made = [r for r in records if r["action"] == "report.export" and r.get("outcome") == "success"]
    assert [r["request"] for r in made] == [id]


def test_requests_are_listed_and_refused(export: list[str]) -> None:
    id = asked(export, "-q", "status:error OR kind:llm")
    listed = inside("export", "--requests", "--json")
    (row,) = [json.loads(line) for line in listed.stdout.splitlines()]
    assert (row["id"], row["state"]) == (id, "waiting")
    assert row["export"] == "csv of traces.jsonl: status:error OR kind:llm"
    assert row["spans"] > 50
    assert b"jo@example.org" not in listed.stdout
    assert inside("export", "--approve", id).returncode == 3
    assert inside("export", "--reject", id, "--role", "analyst").returncode == 2
    assert inside("export", "--reject", id, "--role", "analyst", "--reason", "no").returncode == 0
    assert b"No export waits" in inside("export", "--requests").stderr
    assert inside(*export, "-q", "status:error OR kind:llm", "-o", "x.csv", "--request", id).returncode == 6


def test_nothing_is_asked_where_nothing_has_to_be(export: list[str]) -> None:
    assert inside(*export, "--limit", "1", "--ask", "--reason", "x").returncode == 2
    assert inside(*export[:-1], "analyst", "--ask", "--reason", "x").returncode == 2
    assert inside(*export, "--ask").returncode == 2
