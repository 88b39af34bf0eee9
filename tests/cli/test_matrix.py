"""Every role against every command that asks for a permission: as the matrix has it, and the denied audited."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from inspector.access.permissions import ROLES, allowed
from inspector.audit.reading import newest_first, text
from tests.cli.program import inside

WHY = ("--reason", "a test", "--plaintext-to-pipe")
COMMANDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ls": ("traces:read", ("ls", "STORE")),
    "info": ("traces:read", ("info", "STORE")),
    "show": ("traces:read", ("show", "STORE", "TRACE")),
    "search": ("traces:search", ("search", "STORE", "agent")),
    "policy test": ("policy:test", ("policy", "test", "/dev/null")),
    "export": ("reports:export", ("export", "STORE", "-o", "OUT")),
    "audit verify": ("audit:verify", ("audit", "verify")),
    "audit show": ("audit:read", ("audit", "show")),
    "audit export": ("audit:export", ("audit", "export", "-o", "OUT")),
    "audit prune": ("audit:prune", ("audit", "prune")),
    "erase plan": ("subjects:search", ("erase", "plan", "STORE", "--subject", "nobody-4711")),
    "subject export": (
        "subjects:export",
        ("subject", "export", "STORE", "--subject", "nobody-4711", "-o", "OUT"),
    ),
    "erase resume": ("erasure:resume", ("erase", "resume", "0123456789abcdef")),
    "show --unlock": ("pii:reveal", ("show", "STORE", "TRACE", "--unlock", *WHY)),
    "keys init": ("keys:manage", ("keys", "init")),
}


@pytest.fixture
def store(stores: Path, tmp_path: Path) -> tuple[str, str]:
    path = tmp_path / "runs.jsonl"
    shutil.copy(stores / "tracecraft" / "runs.jsonl", path)
    line = inside("search", str(path), "pii:any", "--json", "--limit", "1").stdout
    return str(path), str(json.loads(line)["trace_id"])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_role(name: str, store: tuple[str, str], tmp_path: Path) -> None:
    permission, arguments = COMMANDS[name]
    for role in ROLES:
        places = {"STORE": store[0], "TRACE": store[1], "OUT": str(tmp_path / f"{role}.jsonl")}
        done = inside(*(places.get(a, a) for a in arguments), "--role", role)
        may = allowed(role, permission)
        assert (done.returncode != 3) is may, (role, done.returncode, done.stderr)
        if not may:
            log = newest_first(Path(os.environ["INSPECTOR_STATE_DIR"]) / "audit")
            last = next(r for r in log if text(r, "action") != "alert.raised")
            assert text(last, "action") == "access.denied"
            assert (text(last, "actor", "role"), text(last, "outcome")) == (role, "denied")
            assert text(last, "new_state", "action") == permission
            assert done.stdout == b""
