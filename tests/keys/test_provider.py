"""Keys from a command: base64 on standard input and output, exit 3 for missing, nothing in argv."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from inspector.errors import UsageError
from inspector.keys.provider import CommandStore, KeyStore, plugin_store
from inspector.keys.signer import Ed25519Signer, key_id, signature_holds, signer_from
from inspector.keys.states import KeyringError, KeyState

VAULT = """
import pathlib, sys
folder = pathlib.Path(sys.argv[1]); op, name = sys.argv[2:]
item = folder / name
if op == "set": item.write_bytes(sys.stdin.buffer.read())
elif not item.exists(): sys.exit(3)
elif op == "get": sys.stdout.buffer.write(item.read_bytes())
else: item.unlink()
"""


@pytest.fixture
def vault(tmp_path: Path) -> CommandStore:
    script = tmp_path / "vault.py"
    script.write_text(VAULT)
    (tmp_path / "items").mkdir()
    return CommandStore((sys.executable, str(script), str(tmp_path / "items")))


def test_a_command_keeps_and_gives_keys(vault: CommandStore) -> None:
    assert isinstance(vault, KeyStore)
    assert vault.state() is KeyState.READY
    assert vault.get("role") is None
    vault.set("role", b"\x00\xff" * 16)
    assert vault.get("role") == b"\x00\xff" * 16
    vault.delete("role")
    assert vault.get("role") is None


def test_a_command_that_fails_or_is_not_there_has_a_state() -> None:
    assert CommandStore(("false",)).state() is KeyState.LOCKED
    assert CommandStore(("/nonexistent/vault",)).state() is KeyState.NO_BACKEND
    assert CommandStore(("sleep", "60"), deadline=0.2).state() is KeyState.LOCKED
    with pytest.raises(KeyringError, match="base64"):
        CommandStore(("echo", "not*base64")).get("role")


def test_an_unknown_plug_in_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="hsm"):
        plugin_store("hsm")


def test_a_signer_is_made_once_and_proves_itself(vault: CommandStore) -> None:
    assert signer_from(vault, "audit-signer", "audit", make=False) is None
    made = signer_from(vault, "audit-signer", "audit", make=True)
    again = signer_from(vault, "audit-signer", "audit", make=True)
    assert made is not None
    assert made == again
    signature = made.sign(b"checkpoint")
    assert signature_holds(made.public, signature, b"checkpoint")
    assert not signature_holds(made.public, signature, b"checkpoinT")
    assert not signature_holds(Ed25519Signer("x", b"1" * 32).public, signature, b"checkpoint")
    assert not signature_holds(b"", signature, b"checkpoint")
    assert len(key_id(made.public)) == 16


def test_a_signer_does_not_print_its_seed() -> None:
    assert "s" * 8 not in repr(Ed25519Signer("audit", b"s" * 32))


def test_rfc_8032_vector_2() -> None:
    """RFC 8032, section 7.1, test 2."""
    seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    signer = Ed25519Signer("vector", seed)
    assert signer.public.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert signer.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
