"""One person's key destroyed; another system's key adopted: the commands, and what the audit has of them."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from inspector.audit.reading import oldest_first, text
from tests.cli.keyed import Keyed
from tests.cli.program import inside
from tests.cli.test_seal import ADMIN, OPERATOR, OTHER, SPAN, TRACE, WHY

ANNA, JON = "anna.canary@nordhaven.example", "jon.canary@nordhaven.example"
THEIRS = "their canary"


@pytest.fixture
def keyed(tmp_path: Path) -> Keyed:
    return Keyed.granted(tmp_path / "machine", "operator")


def store_of(path: Path, *spans: tuple[str, str, dict[str, str]]) -> str:
    lines = []
    for trace, span, attributes in spans:
        pairs = [{"key": k, "value": {"stringValue": v}} for k, v in attributes.items()]
        one = {
            "traceId": trace, "spanId": span, "name": "work", "startTimeUnixNano": "1700000000000000000",
            "endTimeUnixNano": "1700000001000000000", "attributes": pairs,
        }  # fmt: skip
        lines.append(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [one]}]}]}))
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def opened(store: str, trace: str) -> str:
    return inside("show", store, trace, *WHY, *OPERATOR).stdout.decode()


def test_one_persons_values_are_ended(keyed: Keyed, tmp_path: Path) -> None:
    two = TRACE[::-1]
    store = store_of(
        tmp_path / "a.otlp.jsonl",
        (TRACE, SPAN, {"user.id": ANNA, "user.email": ANNA, "diagnosis": "anna's canary"}),
        (two, OTHER, {"user.id": JON, "user.email": JON, "diagnosis": "jon's canary"}),
    )
    asked = ("seal", store, "--fields", "user.*,diagnosis", "--per-subject", *OPERATOR)
    assert inside(*asked, "--dry-run").returncode == 0
    assert b"persons" not in inside("keys", "list").stdout
    done = inside(*asked, "--yes", "--json")
    assert done.returncode == 0, done.stderr
    assert b"canary" not in Path(store).read_bytes()
    assert "2 keys" in inside("keys", "list").stdout.decode()
    assert "anna's canary" in opened(store, TRACE) and "jon's canary" in opened(store, two)
    assert b"2 keys, 6 values need them" in inside("keys", "status", store).stdout

    end = ("keys", "destroy", "--subject", ANNA.upper(), "--reason", "request 12")
    assert inside(*end, *OPERATOR).returncode == 3
    told = inside(*end, *ADMIN)
    assert told.returncode == 2
    word = told.stderr.decode().partition("--confirm ")[2].split()[0].rstrip(".")
    assert inside(*end, *ADMIN, "--confirm", word).returncode == 0
    assert inside(*end, *ADMIN, "--confirm", word).returncode == 1
    assert "canary" not in opened(store, TRACE)
    assert "jon's canary" in opened(store, two)
    assert inside("keys", "list").stdout.decode().count("persons, level confidential") == 2
    last = [r for r in oldest_first(keyed.state / "audit") if text(r, "action") == "key.destroyed"][-1]
    assert (text(last, "outcome"), last["counts"]) == ("success", {"keys": 1})
    log = b"".join(p.read_bytes() for p in (keyed.state / "audit").iterdir() if p.is_file())
    for place in (log, keyed.vault.read_bytes()):
        assert b"canary" not in place.lower()
    assert inside("unseal", store, "--yes", "--reason", "back", *ADMIN).returncode == 5


def test_another_systems_fields_open_and_are_marked(keyed: Keyed, tmp_path: Path) -> None:
    key, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
    ciphertext = base64.b64encode(nonce + AESGCM(key).encrypt(nonce, THEIRS.encode(), None)).decode()
    field = json.dumps({"__encrypted__": True, "ciphertext": ciphertext, "key_id": "kms-7"})
    store = store_of(tmp_path / "a.otlp.jsonl", (TRACE, SPAN, {"user.note": field}))
    before = Path(store).read_bytes()
    assert THEIRS not in opened(store, TRACE)
    (tmp_path / "key").write_text(key.hex())
    adopt = ("keys", "adopt", "kms-7", "--key", str(tmp_path / "key"), "--level", "confidential")
    assert inside(*adopt, *OPERATOR).returncode == 3
    assert inside(*adopt, *ADMIN).returncode == 0
    shown = json.loads(inside("show", store, TRACE, "--json").stdout)["spans"][0]
    assert shown["attributes"] == [{"key": "user.note", "value": "[ENCRYPTED]"}]
    assert inside("show", store, TRACE, *WHY).returncode == 3
    span = json.loads(opened(store, TRACE))["spans"][0]
    assert span["attributes"] == [{"key": "user.note", "value": THEIRS}]
    assert {"path": "user.note", "type": "unbound", "operator": "unlock"} in span["redactions"]
    told = inside("keys", "status", store).stdout
    assert b"AES-GCM of another system, 1 values still need it" in told
    # Nothing of theirs is written, and the key stays while a value needs it.
    assert inside("unseal", store, "--yes", "--reason", "back", *ADMIN).returncode in (1, 5)
    assert Path(store).read_bytes() == before
    assert inside("keys", "revoke", "kms-7", store, *ADMIN).returncode == 6
    secret = [key.hex().encode(), base64.b64encode(key), key]
    for path in (*keyed.state.rglob("*"),):
        if path.is_file():
            data = path.read_bytes()
            assert not any(each in data for each in secret), path
