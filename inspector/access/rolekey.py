"""A role's secret half: the seed of its Ed25519 key and its KEK, one item of the key store."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from inspector.errors import UsageError
from inspector.keys.signer import Ed25519Signer, key_id, signature_holds
from inspector.keys.states import KeyringError, KeyState

if TYPE_CHECKING:
    from inspector.keys.provider import KeyStore

SIZE: Final = 64
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class RoleSecret:
    """Its text form says nothing of the keys."""

    kek_id: str
    seed: bytes = field(repr=False)
    kek: bytes = field(repr=False)

    @property
    def signer(self) -> Ed25519Signer:
        return Ed25519Signer("role", self.seed)

    @property
    def public(self) -> str:
        return self.signer.public.hex()

    @property
    def item(self) -> bytes:
        return self.seed + self.kek

    def proves(self, public: str, what: str) -> bool:
        """Sign a fresh challenge and hold it against the public half."""
        challenge = b"trace-inspector proof v1\0" + what.encode() + b"\0" + secrets.token_bytes(32)
        return signature_holds(bytes.fromhex(public), self.signer.sign(challenge), challenge)


def made() -> RoleSecret:
    seed, kek = secrets.token_bytes(32), secrets.token_bytes(32)
    return RoleSecret(key_id(Ed25519Signer("role", seed).public), seed, kek)


def secret_from(kek_id: str, item: bytes) -> RoleSecret:
    """Raises KeyringError for an item that is no role key, or another's."""
    secret = RoleSecret(kek_id, item[:32], item[32:])
    if len(item) != SIZE or key_id(secret.signer.public) != kek_id:
        raise KeyringError(
            KeyState.REFUSED_BACKEND, "the key store's item is not the role key it is named as"
        )
    return secret


def item_name(role: str, kek_id: str) -> str:
    """Raises UsageError for a role whose name no key store would take."""
    if not _NAME.fullmatch(role):
        raise UsageError(
            "A role with keys needs a plain name.", "Use letters, digits, dash and underscore, at most 40."
        )
    return f"role.{role}.{kek_id}"


def fetched(store: KeyStore, role: str, kek_id: str) -> RoleSecret | None:
    """None where the key store hasn't it. Raises KeyringError in the other states."""
    item = store.get(item_name(role, kek_id))
    return None if item is None else secret_from(kek_id, item)
