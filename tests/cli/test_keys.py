"""`inspector keys`: who is proved, what is refused, and what the audit has of it."""

from __future__ import annotations

import json
from pathlib import Path

import pyrage
import pytest

from inspector.audit.reading import Record, oldest_first, text
from tests.cli.keyed import Keyed
from tests.cli.program import inside

ADMIN = ("--role", "admin")


@pytest.fixture
def keyed(tmp_path: Path) -> Keyed:
    return Keyed(tmp_path / "machine")


def records(keyed: Keyed) -> list[Record]:
    return list(oldest_first(keyed.state / "audit"))


def whoami(role: str) -> tuple[int, bool]:
    done = inside("whoami", "--role", role, "--json")
    return done.returncode, done.returncode == 0 and json.loads(done.stdout)["proved"]


def test_roles_are_asserted_before_init_and_proved_after(keyed: Keyed) -> None:
    assert whoami("admin") == (0, False)
    keyed.init()
    assert whoami("admin") == (0, True)
    assert whoami("viewer") == (0, False)
    assert whoami("operator")[0] == 3
    refused = records(keyed)[-1]
    assert (text(refused, "action"), text(refused, "actor", "role")) == ("access.denied", "viewer")
    assert text(refused, "new_state", "action") == "role.assumed"
    init = next(r for r in records(keyed) if text(r, "action") == "keys.init" and text(r, "outcome"))
    assert text(init, "new_state", "root") == keyed.keys("admin")[0]["key"]
    assert inside("keys", "grant", "operator", *ADMIN).returncode == 0
    assert whoami("operator") == (0, True)
    last = records(keyed)[-1]
    assert (last["actor"]["role"], last["actor"]["asserted"]) == ("admin", False)  # type: ignore[index]
    assert text(last, "actor", "key_id") == keyed.keys("admin")[0]["key"]


def test_a_log_that_has_seen_init_refuses_asserted_roles_without_the_vault(keyed: Keyed) -> None:
    keyed.init()
    keyed.vault.unlink()
    assert whoami("admin")[0] == 3
    assert whoami("viewer")[0] == 0


def test_a_run_cannot_name_another_vault_or_log_to_get_past_proof(
    keyed: Keyed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyed.init()
    for item in keyed.items.iterdir():
        item.unlink()
    monkeypatch.setenv("INSPECTOR_KEYS__VAULT", str(tmp_path / "other.db"))
    monkeypatch.setenv("INSPECTOR_AUDIT__FOLDER", str(tmp_path / "log"))
    assert whoami("admin")[0] == 3
    keyed.vault.unlink()
    assert whoami("admin")[0] == 3


def test_init_needs_an_admin_two_recipients_and_happens_once(keyed: Keyed) -> None:
    assert inside("keys", "init").returncode == 3
    one = str(keyed.people[0].to_public())
    done = inside("keys", "init", *ADMIN, "--recipient", one)
    assert done.returncode == 2
    assert one.encode() not in done.stderr
    assert not keyed.vault.exists()
    keyed.init()
    assert inside("keys", "init", *ADMIN).returncode == 2


def test_a_locked_key_store_proves_nothing(keyed: Keyed, monkeypatch: pytest.MonkeyPatch) -> None:
    keyed.init()
    monkeypatch.setenv("INSPECTOR_KEYS__PROVIDER", "false")
    done = inside("ls", "x", *ADMIN)
    assert done.returncode == 3
    assert b"(locked)" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("grant", "operator"),
        ("rotate", "admin"),
        ("revoke", "operator"),
        ("destroy", "00", "--reason", "x", "--confirm", "DESTROY-00"),
    ],
)
def test_only_a_proved_admin_manages_keys(keyed: Keyed, command: tuple[str, ...]) -> None:
    assert inside("keys", *command, *ADMIN).returncode in (3, 4)
    keyed.init()
    assert inside("keys", *command).returncode == 3
    inside("keys", "grant", "operator", *ADMIN)
    assert inside("keys", *command, "--role", "operator").returncode == 3
    assert text(records(keyed)[-1], "new_state", "action") == "keys:manage"


def test_rotation_and_revocation(keyed: Keyed) -> None:
    keyed.init()
    assert inside("keys", "grant", "operator", *ADMIN, "--expires", "8h").returncode == 0
    assert inside("keys", "rotate", "operator", *ADMIN, "--grace", "1h").returncode == 0
    assert [k["state"] for k in keyed.keys("operator")] == ["active", "grace"]
    assert whoami("operator") == (0, True)
    assert inside("keys", "rotate", "admin", *ADMIN).returncode == 0
    assert inside("keys", "rotate", "confidential", *ADMIN).returncode == 0
    assert [k["state"] for k in keyed.keys("confidential")] == ["active", "grace"]
    assert inside("keys", "revoke", "operator", *ADMIN).returncode == 0
    assert whoami("operator")[0] == 3
    assert inside("keys", "status").returncode == 0


def test_a_level_key_is_retired_when_no_value_needs_it(keyed: Keyed, tmp_path: Path) -> None:
    keyed.init()
    key = keyed.keys("internal")[0]["key"]
    store = tmp_path / "a.jsonl"
    store.write_text('{"name": "x", "trace_id": "1", "span_id": "2"}\n')
    assert inside("keys", "revoke", key, str(store), *ADMIN).returncode == 2
    inside("keys", "rotate", "internal", *ADMIN)
    assert inside("keys", "revoke", key, *ADMIN).returncode == 2


def test_destroying_needs_its_word_and_a_reason(keyed: Keyed) -> None:
    keyed.init()
    key = keyed.keys("restricted")[0]["key"]
    assert inside("keys", "destroy", key, *ADMIN).returncode == 2
    assert inside("keys", "destroy", key, *ADMIN, "--reason", "gone").returncode == 2
    word = f"DESTROY-{key[:8]}"
    assert inside("keys", "destroy", key, *ADMIN, "--reason", "gone", "--confirm", word).returncode == 0
    assert [k["state"] for k in keyed.keys("restricted")] == ["active", "destroyed"]


def test_a_key_goes_to_another_machine(keyed: Keyed, tmp_path: Path) -> None:
    keyed.init()
    inside("keys", "grant", "operator", *ADMIN)
    other = pyrage.x25519.Identity.generate()
    to = str(other.to_public())
    out = tmp_path / "operator.age"
    done = inside("keys", "export", "operator", "--to", to, "-o", str(out), *ADMIN)
    assert done.returncode == 2
    shown = done.stderr.decode().split("fingerprint is ")[1][:16]
    assert (
        inside(
            "keys", "export", "operator", "--to", to, "--confirm", shown, "-o", str(out), *ADMIN
        ).returncode
        == 0
    )
    secret = next(p for p in keyed.items.iterdir() if p.name.startswith("role.operator")).read_bytes()
    assert secret not in out.read_bytes()
    for item in keyed.items.iterdir():
        item.unlink()
    assert whoami("operator")[0] == 3
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(str(pyrage.x25519.Identity.generate()))
    assert inside("keys", "import", str(out), "--identity", str(wrong)).returncode == 3
    right = tmp_path / "right.txt"
    right.write_text(f"# created\n{other}\n")
    assert inside("keys", "import", str(out), "--identity", str(right)).returncode == 0
    assert whoami("operator") == (0, True)


def test_recovery_drill_and_recovery(keyed: Keyed, tmp_path: Path) -> None:
    keyed.init()
    identity = tmp_path / "recovery.txt"
    identity.write_text(str(keyed.people[1]))
    done = inside("keys", "recover", "--identity", str(identity), "--drill")
    assert done.returncode == 0
    assert b"5 keys" in done.stderr
    for item in keyed.items.iterdir():
        item.unlink()
    assert whoami("admin")[0] == 3
    assert inside("keys", "recover", "--identity", str(identity), "--for", "operator").returncode == 3
    assert inside("keys", "recover", "--identity", str(identity)).returncode == 0
    assert whoami("admin") == (0, True)
    assert inside("keys", "status").returncode == 0


def test_status_tells_what_is_to_be_done(keyed: Keyed) -> None:
    rows = [json.loads(line) for line in inside("keys", "status", "--json").stdout.splitlines()]
    assert [row["name"] for row in rows] == ["key store", "vault"]
    keyed.init()
    keyed.vault.unlink()
    done = inside("keys", "status")
    assert done.returncode == 1
    assert b"restore it" in done.stdout


def test_no_key_is_in_what_is_printed_logged_or_recorded(keyed: Keyed, tmp_path: Path) -> None:
    import base64

    keyed.init()
    said = b""
    for arguments in (
        ("grant", "operator", *ADMIN), ("rotate", "operator", *ADMIN), ("rotate", "internal", *ADMIN),
        ("list",), ("status",), ("list", "--json"),
    ):  # fmt: skip
        done = inside("keys", *arguments, "--log", str(tmp_path / "support.log"), "--log-level", "debug")
        said += done.stdout + done.stderr
    for path in (*keyed.state.rglob("*"), tmp_path / "support.log"):
        if path.is_file():
            said += path.read_bytes()
    for item in keyed.items.iterdir():
        secret = base64.b64decode(item.read_bytes())
        for half in (secret[:32], secret[32:]):
            if half:
                assert half not in said
                assert half.hex().encode() not in said
                assert base64.b64encode(half).rstrip(b"=") not in said


def test_reasons_are_written_redacted_whatever_the_command(keyed: Keyed) -> None:
    canary = "zofia.canary@nordhaven.example"
    for command in (("init",), ("grant", "operator"), ("rotate", "operator"), ("revoke", "operator")):
        assert inside("keys", *command, *ADMIN, "--reason", f"{canary} asked").returncode == 0
    log = b"".join(path.read_bytes() for path in (keyed.state / "audit").glob("*.jsonl"))
    assert log.count(b" asked") >= 4
    assert canary.encode() not in log
