"""A role's key in a file: age-encrypted to one recipient, with the names that say what it is."""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from inspector.access.recovery import decrypted, encrypted
from inspector.access.rolekey import fetched, item_name, secret_from
from inspector.access.vault import ACTIVE
from inspector.errors import Denied, NotFound, StoreError, UsageError
from inspector.paths import open_private

if TYPE_CHECKING:
    from inspector.access.vault import Vault
    from inspector.keys.provider import KeyStore

_LARGEST = 1 << 16


def fingerprint(recipient: str) -> str:
    """What two people compare: 16 hex of the public key's hash."""
    return hashlib.sha256(recipient.strip().encode()).hexdigest()[:16]


def write_role_key(vault: Vault, store: KeyStore, role: str, recipient: str, output: Path) -> str:
    """Returns the key's id."""
    key = next((k for k in vault.role_keys(role) if k.state == ACTIVE), None)
    secret = fetched(store, role, key.kek_id) if key is not None else None
    if secret is None:
        raise NotFound(
            "This machine holds no active key of the role.", f"Make one: inspector keys grant {role}"
        )
    shape = {
        "vault": vault.id,
        "role": role,
        "kek_id": secret.kek_id,
        "key": base64.b64encode(secret.item).decode(),
    }
    blob = encrypted(orjson.dumps(shape), (recipient,))
    try:
        fd = open_private(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    except OSError as error:
        raise StoreError(
            f"The file can't be made: {error.strerror}.", "Name one that isn't there yet."
        ) from None
    with os.fdopen(fd, "wb") as file:
        file.write(blob)
    return secret.kek_id


def read_role_key(vault: Vault, store: KeyStore, file: Path, identity: Path) -> tuple[str, str]:
    """Role and id of the key that is now in the key store."""
    shape = orjson.loads(decrypted(_bytes(file), text_of(identity)))
    if shape.get("vault") != vault.id:
        raise Denied("This key is of another vault.", "Name that vault: [keys] vault in the config.")
    role, kek_id = str(shape["role"]), str(shape["kek_id"])
    item = base64.b64decode(shape["key"])
    row = vault.role_key(kek_id)
    if row is None or row.role != role or secret_from(kek_id, item).public != row.public:
        raise Denied("The vault doesn't know this key.", "See inspector keys list.")
    store.set(item_name(role, kek_id), item)
    return role, kek_id


def bytes_of(name: str) -> bytes:
    """A small file, or standard input. Raises UsageError; nothing of it is repeated."""
    return sys.stdin.buffer.read(_LARGEST) if name == "-" else _bytes(Path(name))


def text_of(path: Path) -> str:
    """Raises UsageError for a file that can't be read; nothing of it is repeated."""
    return _bytes(path).decode("utf-8", "replace")


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        raise UsageError(f"The file can't be read: {error.strerror}.", "Check its name and mode.") from None
