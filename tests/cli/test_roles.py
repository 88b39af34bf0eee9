"""Roles on the command line: who may, what a role sees, and what the audit says of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from inspector.audit.reading import Record, oldest_first, text
from tests.cli.program import inside

CONFIG = """
[roles.payments]
inherit = "viewer"
services = ["support-agent"]
[roles.nothing]
inherit = "viewer"
limit = "service:nobody"
[roles.listener]
permissions = ["traces:read"]
[roles.mute]
permissions = []
"""


@pytest.fixture
def store(stores: Path) -> str:
    return str(stores / "otlp" / "genai_manual.otlp.jsonl")


@pytest.fixture(autouse=True)
def config() -> None:
    folder = Path(os.environ["INSPECTOR_CONFIG_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "inspector.toml").write_text(CONFIG)


def denials() -> list[Record]:
    folder = Path(os.environ["INSPECTOR_STATE_DIR"]) / "audit"
    return [r for r in oldest_first(folder) if text(r, "action") == "access.denied"]


def test_whoami_says_asserted() -> None:
    done = inside("whoami", "--role", "payments", "--json")
    shape = json.loads(done.stdout)
    assert (shape["role"], shape["proved"], shape["services"]) == ("payments", False, [["support-agent"]])
    assert b"asserted" in inside("whoami").stdout


def test_roles_lists_the_matrix_and_the_limits() -> None:
    rows = [json.loads(line) for line in inside("roles", "--json").stdout.splitlines()]
    assert [row["role"] for row in rows][:6] == [
        *("viewer", "analyst", "developer", "operator", "admin", "security_auditor")
    ]
    assert "keys:manage" in rows[4]["permissions"]
    assert b"nothing: only spans that match: service:nobody" in inside("roles").stdout


def test_an_unknown_role_is_a_usage_error_that_does_not_repeat_it(store: str) -> None:
    done = inside("ls", store, "--role", "zofia")
    assert done.returncode == 2
    assert b"zofia" not in done.stderr


def test_a_trace_outside_the_limit_is_not_found_and_audited(store: str) -> None:
    trace = json.loads(inside("ls", store, "--json").stdout.splitlines()[0])["trace_id"]
    assert inside("show", store, trace).returncode == 0
    done = inside("show", store, trace, "--role", "nothing")
    assert done.returncode == 1
    last = denials()[-1]
    assert text(last, "actor", "role") == "nothing"
    assert text(last, "resource", "id_hmac")
    assert inside("ls", store, "--role", "nothing").stdout == b""
    assert json.loads(inside("info", store, "--role", "nothing", "--json").stdout)["spans"] == 0


def test_a_service_of_another_team_is_denied_and_audited(store: str) -> None:
    done = inside("ls", store, "service:hr-bot", "--role", "payments")
    assert done.returncode == 3
    assert text(denials()[-1], "outcome") == "denied"
    assert inside("search", store, "service:hr-bot x", "--role", "payments").returncode == 3
    assert len(denials()) == 2


def test_reading_and_searching_are_permissions(store: str) -> None:
    for role, command, code in (
        ("mute", ("ls", store), 3),
        ("mute", ("show", store, "0"), 3),
        ("mute", ("info", store), 3),
        ("listener", ("search", store, "agent"), 3),
        ("listener", ("ls", store), 0),
        ("viewer", ("policy", "test", "/dev/null"), 3),
    ):
        assert inside(*command, "--role", role).returncode == code, (role, command)
    assert [text(r, "new_state", "action") for r in denials()] == [
        *("traces:read", "traces:read", "traces:read", "traces:search", "policy:test")
    ]
