"""Other systems' fields of our shape: opened with an adopted key, bound to nothing, never written."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from inspector.access.custody import recovered
from inspector.access.envelope import EnvelopeError
from inspector.access.foreign import AES_GCM, FERNET, key_in
from inspector.access.sealed import Sealed, sealed_of
from inspector.errors import Denied, UsageError
from tests.access.test_custody import INTENT, PEOPLE, WHERE, Scene

KEY = bytes(range(32))


def theirs(value: str = "zofia", key: bytes = KEY, key_id: str = "kms/2024-01") -> Sealed:
    nonce = secrets.token_bytes(12)
    text = base64.b64encode(nonce + AESGCM(key).encrypt(nonce, value.encode(), None)).decode()
    found = sealed_of({"__encrypted__": True, "ciphertext": text, "key_id": key_id})
    assert found is not None and found.ours is None
    return found


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    for role in ("operator", "developer"):
        made.custody.grant(made.roles[role])
    made.custody.adopt_key(INTENT, "kms/2024-01", "confidential", AES_GCM, KEY, made.roles)
    yield made
    made.vault.close()


def test_it_opens_for_the_roles_of_its_level(scene: Scene) -> None:
    assert [scene.opens(role, theirs()) for role in ("admin", "operator", "developer")] == [True, True, False]
    unlocker = scene.unlocker("operator")
    assert unlocker.needs(theirs()) == "another system's, unbound; needs role admin or operator"
    assert unlocker.level(theirs()) == "confidential"
    assert unlocker.needs(theirs(key_id="other")) == "sealed by another system"
    assert unlocker.level(theirs(key_id="other")) == ""


def test_a_changed_value_or_another_key_opens_nothing(scene: Scene) -> None:
    unlocker = scene.unlocker("operator")
    unlocker.check()
    blob = bytearray(base64.b64decode(theirs().ciphertext))
    blob[-1] ^= 1
    for sealed in (
        theirs(key=bytes(32)), theirs(key_id="other"), Sealed("not base64!", "kms/2024-01"), Sealed("", "kms/2024-01"),
        Sealed(base64.b64encode(blob).decode(), "kms/2024-01"), Sealed("AAAA", "kms/2024-01"),
    ):  # fmt: skip
        with pytest.raises(EnvelopeError):
            unlocker.open(sealed, WHERE)


def test_our_own_keys_open_no_value_that_names_them(scene: Scene) -> None:
    """A field without binding under the id of a level's key would be a way round the binding."""
    level = scene.vault.level_keys("confidential")[-1]
    forged = theirs(key=scene.custody.level_secret(level), key_id=level.dek_id)
    unlocker = scene.unlocker("admin")
    unlocker.check()
    for key_id in (level.dek_id, scene.vault.id):
        with pytest.raises(EnvelopeError):
            unlocker.open(Sealed(forged.ciphertext, key_id), WHERE)


def test_fernet(scene: Scene) -> None:
    key = Fernet.generate_key()
    scene.custody.adopt_key(INTENT, "f1", "internal", FERNET, base64.urlsafe_b64decode(key), scene.roles)
    token = Fernet(key).encrypt(b"zofia").decode()
    assert scene.opens("developer", Sealed(token, "f1"))
    unlocker = scene.unlocker("admin")
    unlocker.check()
    with pytest.raises(EnvelopeError):
        unlocker.open(Sealed(token[:-4], "f1"), WHERE)


def test_it_seals_nothing_survives_rotation_and_is_recovered(scene: Scene) -> None:
    assert scene.sealed().key_id == scene.vault.id
    scene.custody.rotate_role(INTENT, scene.roles["operator"], grace=60)
    scene.custody.new_level_key("confidential", scene.roles, grace_for_old=True)
    scene.custody.grant(scene.roles["operator"])
    assert scene.opens("operator", theirs())
    assert recovered(scene.vault, str(PEOPLE[0]))["kms/2024-01"] == KEY
    with pytest.raises(UsageError):
        scene.custody.adopt_key(INTENT, "kms/2024-01", "internal", AES_GCM, KEY, scene.roles)


@pytest.mark.parametrize(
    "data",
    [
        KEY,
        KEY.hex().encode() + b"\n",
        base64.b64encode(KEY),
        base64.urlsafe_b64encode(b"\xff" * 32) + b"\r\n",
    ],
)
def test_keys_in_files(data: bytes) -> None:
    assert key_in(data, AES_GCM) in (KEY, b"\xff" * 32)


@pytest.mark.parametrize(("data", "algorithm"), [(b"", AES_GCM), (b"x" * 31, AES_GCM), (b"k" * 16, FERNET)])
def test_what_is_no_key(data: bytes, algorithm: str) -> None:
    with pytest.raises(UsageError) as caught:
        key_in(data, algorithm)
    assert not data or data.decode() not in str(caught.value)


def test_who_may_not_open_the_level_is_denied(scene: Scene) -> None:
    unlocker = scene.unlocker("developer")
    unlocker.check()
    with pytest.raises(Denied, match="confidential"):
        unlocker.open(theirs(), WHERE)
