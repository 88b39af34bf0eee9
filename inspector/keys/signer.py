"""Ed25519 signers: what proves a role and signs checkpoints and certificates."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from inspector.keys.provider import KeyStore

SEED_SIZE = 32


class Signer(Protocol):
    @property
    def name(self) -> str:
        """As signed notes print it; no spaces, no plus."""

    @property
    def public(self) -> bytes:
        """32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""


def key_id(public: bytes) -> str:
    """Short name of a public key for people and records: 16 hex of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Ed25519Signer:
    """Holds the seed, so its text form says nothing."""

    name: str
    seed: bytes

    def __repr__(self) -> str:
        return f"Ed25519Signer({self.name})"

    @property
    def public(self) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


def signature_holds(public: bytes, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def signer_from(store: KeyStore, item: str, name: str, *, make: bool) -> Ed25519Signer | None:
    """The signer whose seed `store` holds under `item`; a missing one is made if `make`, else none."""
    seed = store.get(item)
    if seed is None and make:
        import secrets

        seed = secrets.token_bytes(SEED_SIZE)
        store.set(item, seed)
        # Another process may have made one at the same moment: what the store gives back is the key.
        seed = store.get(item)
    return None if seed is None else Ed25519Signer(name, seed)
