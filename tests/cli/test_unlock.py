"""`show --unlock`: as the role may, with a reason, into a terminal unless it is said otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inspector.access.envelope import Where
from inspector.access.rolekey import secret_from
from inspector.access.sealing import SealingKeys
from inspector.access.vault import Vault
from inspector.access.wrap import unwrap
from inspector.audit.reading import Record, oldest_first, text
from tests.cli.keyed import Keyed
from tests.cli.program import inside

MAIL = "zofia.canary@nordhaven.example"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
WHY = ("--reason", "ticket 7", "--plaintext-to-pipe")


@pytest.fixture
def keyed(tmp_path: Path) -> Keyed:
    return Keyed.granted(tmp_path / "machine", "developer", "operator")


@pytest.fixture
def store(keyed: Keyed, tmp_path: Path) -> str:
    """An OTLP store with a redacted and a sealed attribute."""
    sealed = seal(keyed, "12 Canary Lane", "home.address", "confidential")
    attributes = [
        {"key": "user.email", "value": {"stringValue": MAIL}},
        {"key": "home.address", "value": {"stringValue": json.dumps(sealed)}},
    ]
    span = {
        "traceId": TRACE, "spanId": SPAN, "name": "work", "startTimeUnixNano": "1700000000000000000",
        "endTimeUnixNano": "1700000001000000000", "attributes": attributes,
    }  # fmt: skip
    path = tmp_path / "store.otlp.jsonl"
    path.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}) + "\n")
    return str(path)


def seal(keyed: Keyed, value: str, key: str, level: str) -> dict[str, object]:
    import base64

    vault = Vault(keyed.vault)
    row = next(k for k in vault.role_keys("admin"))
    item = base64.b64decode((keyed.items / f"role.admin.{row.kek_id}").read_bytes())
    secret = secret_from(row.kek_id, item)
    dek = next(iter(vault.level_keys(level)))
    wrapped = vault.wrapped(dek.dek_id, row.kek_id)
    assert wrapped
    plain = unwrap(wrapped, secret.kek, vault.id, dek.dek_id, row.kek_id, level)
    keys = SealingKeys(vault.id, {level: (bytes.fromhex(dek.dek_id), plain)})
    vault.close()
    return keys.seal(value, Where(TRACE, SPAN, key), type="address", level=level)  # type: ignore[return-value]


def records(keyed: Keyed, action: str) -> list[Record]:
    return [r for r in oldest_first(keyed.state / "audit") if text(r, "action") == action]


def test_an_operator_opens_with_a_reason(keyed: Keyed, store: str) -> None:
    done = inside("show", store, TRACE, "--role", "operator", "--unlock", *WHY, "--json")
    assert done.returncode == 0, done.stderr
    assert MAIL.encode() in done.stdout
    assert b"12 Canary Lane" in done.stdout
    last = records(keyed, "field.unlock")[-1]
    assert (text(last, "reason"), text(last, "new_state", "to"), text(last, "outcome")) == (
        *("ticket 7", "pipe", "success"),
    )
    assert last["actor"]["asserted"] is False  # type: ignore[index]


def test_plaintext_does_not_go_into_a_pipe_unasked(keyed: Keyed, store: str) -> None:
    done = inside("show", store, TRACE, "--role", "operator", "--unlock", "--reason", "x")
    assert done.returncode == 2
    assert b"--plaintext-to-pipe" in done.stderr
    assert MAIL.encode() not in done.stdout
    assert not records(keyed, "field.unlock")


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_who_may_not_is_told_so_before_the_pipe_and_the_reason(keyed: Keyed, store: str, role: str) -> None:
    if role != "viewer":
        inside("keys", "grant", role, "--role", "admin")
    done = inside("show", store, TRACE, "--role", role, "--unlock")
    assert (done.returncode, done.stdout) == (3, b"")
    (denied,) = records(keyed, "access.denied")
    assert (text(denied, "actor", "role"), text(denied, "outcome")) == (role, "denied")


def test_no_reason_no_value(keyed: Keyed, store: str) -> None:
    done = inside("show", store, TRACE, "--role", "operator", "--unlock", "--plaintext-to-pipe")
    assert done.returncode == 2
    assert MAIL.encode() not in done.stdout


@pytest.mark.parametrize("role", ["viewer", "developer"])
def test_a_lower_role_is_refused_and_sees_what_it_always_sees(keyed: Keyed, store: str, role: str) -> None:
    before = inside("show", store, TRACE, "--role", role, "--json").stdout
    inside("show", store, TRACE, "--role", "operator", "--unlock", *WHY)
    done = inside("show", store, TRACE, "--role", role, "--unlock", *WHY)
    assert done.returncode == 3
    assert b"anary" not in done.stdout + done.stderr
    assert inside("show", store, TRACE, "--role", role, "--json").stdout == before
    assert [text(r, "actor", "role") for r in records(keyed, "access.denied")] == [role]


def test_locked_values_print_as_such_and_count_for_their_key(keyed: Keyed, store: str) -> None:
    assert b"[ENCRYPTED]" in inside("show", store, TRACE).stdout
    assert b"1 values still need it" in inside("keys", "status", store).stdout
    key = keyed.keys("confidential")[0]["key"]
    inside("keys", "rotate", "confidential", "--role", "admin")
    done = inside("keys", "revoke", key, store, "--role", "admin")
    assert (done.returncode, b"1 values still need key" in done.stderr) == (6, True)
    assert inside("show", store, TRACE, "--role", "operator", "--unlock", *WHY).stdout.count(
        b"12 Canary Lane"
    )
    Path(store).write_text(Path(store).read_text().replace("SUUB", "XXXX"))
    assert inside("keys", "revoke", key, store, "--role", "admin").returncode == 0
    assert [k["state"] for k in keyed.keys("confidential")] == ["active", "retired"]


def test_a_value_copied_to_another_span_does_not_open(keyed: Keyed, store: str) -> None:
    other = "c" * 16
    Path(store).write_text(Path(store).read_text().replace(SPAN, other))
    done = inside("show", store, TRACE, "--role", "operator", "--unlock", *WHY)
    assert MAIL.encode() in done.stdout
    assert b"Canary Lane" not in done.stdout


def test_opened_values_and_keys_are_in_no_file_and_no_record(
    keyed: Keyed, store: str, tmp_path: Path
) -> None:
    import base64
    import os

    log = tmp_path / "support.log"
    for extra in ((), ("--json",), ("--raw", "--json", "--messages")):
        done = inside("show", store, TRACE, "--role", "operator", "--unlock", *WHY, *extra, "--log", str(log))
        assert MAIL.encode() in done.stdout
        assert MAIL.encode() not in done.stderr
    inside("search", store, "Canary", "--role", "operator")
    secrets = [MAIL.encode(), b"12 Canary Lane", b"zofia.canary"]
    for item in keyed.items.iterdir():
        if held := base64.b64decode(item.read_bytes()):
            secrets += [held[:32], held[:32].hex().encode(), held[32:] or held[:32]]
    seen = 0
    folders = [Path(os.environ[f"INSPECTOR_{name}_DIR"]) for name in ("STATE", "CACHE", "CONFIG")]
    for path in [log, *(p for folder in folders if folder.is_dir() for p in folder.rglob("*"))]:
        if path.is_file():
            seen += 1
            data = path.read_bytes()
            assert not [secret for secret in secrets if secret in data], path
    assert seen > 4
