"""Keys under keys: AES-256-GCM with a random nonce, bound to what the wrapped key is called."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from inspector.errors import Denied

_NONCE: Final = 12


class WrongKey(Denied):
    """A wrapped key doesn't open under this one, or was moved from another row."""


def wrap(key: bytes, under: bytes, *names: str) -> str:
    """Hex, for a column."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE)
    return (nonce + AESGCM(under).encrypt(nonce, key, _bound(names))).hex()


def unwrap(wrapped: str, under: bytes, *names: str) -> bytes:
    """Raises WrongKey."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        blob = bytes.fromhex(wrapped)
        return AESGCM(under).decrypt(blob[:_NONCE], blob[_NONCE:], _bound(names))
    except (InvalidTag, ValueError):
        raise WrongKey(
            "A wrapped key of the vault doesn't open with this role's key.",
            "See inspector keys status; the vault may have been changed.",
        ) from None


def check_value(key: bytes) -> str:
    """Tells two keys apart and says nothing of them: 16 hex."""
    return hashlib.sha256(b"trace-inspector key check" + key).hexdigest()[:16]


def _bound(names: tuple[str, ...]) -> bytes:
    parts = [name.encode() for name in ("trace-inspector wrap v1", *names)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
