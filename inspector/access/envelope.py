"""One sealed value: a key of its own from the level's key, bound to its place, committed to, authenticated.

HKDF-SHA256 over the DEK with 32 random bytes of salt gives 32 bytes of key and 32 of commitment. A key serves
one value, so AES-256-GCM's nonce is constant. The commitment comes first: a ciphertext that was built to open
under two keys is refused before GCM is asked.

    b"IE" version algorithm level dek(8) field(16) len(type) type salt(32) commitment(32) ciphertext+tag
"""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from inspector.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAGIC: Final = b"IE"
VERSION: Final = 1
AES_256_GCM: Final = 1
ALGORITHMS: Final = {AES_256_GCM: "AES-256-GCM"}
LEVELS: Final = ("public", "internal", "confidential", "restricted")
KEY: Final = 32
DEK_ID: Final = 8
FIELD_ID: Final = 16
SALT: Final = 32
COMMITMENT: Final = 32
TAG: Final = 16
_NONCE: Final = bytes(12)
_INFO: Final = b"trace-inspector envelope v1"
_FIXED: Final = len(MAGIC) + 3 + DEK_ID + FIELD_ID + 1
LARGEST: Final = 64 << 20


class EnvelopeError(StoreError):
    """A sealed value that can't be opened; says why, never what."""


class Where(Struct, frozen=True):
    """The place that a value is bound to: ids as stored, `key` the attribute's key and the way below it,
    without indexes (`access.sealed.canonical`). `span` is empty for what belongs to a trace."""

    trace: str
    span: str
    key: str


class Envelope(Struct, frozen=True):
    """A sealed value taken apart; nothing of it is proved until it is opened."""

    level: str
    dek_id: bytes
    field_id: bytes
    type: str
    salt: bytes
    commitment: bytes
    ciphertext: bytes


def aad(where: Where, type: str, level: str, key_id: str, dek_id: bytes, field_id: bytes) -> bytes:
    """What the value is bound to. Each part has its length before it, so that no two sets of parts join alike."""
    parts: Sequence[bytes] = (
        _bytes(where.trace),
        _bytes(where.span),
        _bytes(where.key),
        _bytes(type),
        _bytes(level),
        _bytes(key_id),
        dek_id,
        field_id,
    )
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def derive(dek: bytes, salt: bytes, bound: bytes) -> tuple[bytes, bytes]:
    """The value's key and its commitment."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    made = HKDF(SHA256(), KEY + COMMITMENT, salt, _INFO + bound).derive(dek)
    return made[:KEY], made[KEY:]


def seal(
    plain: bytes, dek: bytes, where: Where, *, type: str, level: str, key_id: str, dek_id: bytes
) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    field_id, salt = secrets.token_bytes(FIELD_ID), secrets.token_bytes(SALT)
    bound = aad(where, type, level, key_id, dek_id, field_id)
    key, commitment = derive(dek, salt, bound)
    name = _bytes(type)
    if len(name) > 255:
        raise ValueError("a type's name is at most 255 bytes")
    head = MAGIC + bytes((VERSION, AES_256_GCM, LEVELS.index(level))) + dek_id + field_id
    sealed = AESGCM(key).encrypt(_NONCE, plain, bound)
    return head + bytes((len(name),)) + name + salt + commitment + sealed


def parse(blob: bytes) -> Envelope:
    """Raises EnvelopeError for what isn't ours or of a version or algorithm that isn't known."""
    if not blob.startswith(MAGIC):
        raise EnvelopeError(
            "A sealed value isn't an envelope of inspector's.", "Open it where it was sealed."
        )
    if len(blob) < _FIXED or len(blob) > LARGEST:
        raise _damaged()
    version, algorithm, level = blob[2:5]
    if version != VERSION:
        raise EnvelopeError(
            f"A sealed value has version {version}, which isn't known here.",
            "Open it with a newer inspector.",
        )
    if algorithm not in ALGORITHMS:
        raise EnvelopeError(
            f"A sealed value has algorithm {algorithm}, which isn't known here.",
            "Open it with a newer inspector.",
        )
    at = 5 + DEK_ID + FIELD_ID
    name = blob[at + 1 : at + 1 + blob[at]]
    rest = blob[at + 1 + blob[at] :]
    if level >= len(LEVELS) or len(name) != blob[at] or len(rest) < SALT + COMMITMENT + TAG:
        raise _damaged()
    return Envelope(
        LEVELS[level],
        blob[5 : 5 + DEK_ID],
        blob[5 + DEK_ID : at],
        name.decode("utf-8", "replace"),
        rest[:SALT],
        rest[SALT : SALT + COMMITMENT],
        rest[SALT + COMMITMENT :],
    )


def open_(envelope: Envelope, dek: bytes, where: Where, key_id: str) -> bytes:
    """Raises EnvelopeError where key, place or content aren't those it was sealed with."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    bound = aad(where, envelope.type, envelope.level, key_id, envelope.dek_id, envelope.field_id)
    key, commitment = derive(dek, envelope.salt, bound)
    if not hmac.compare_digest(commitment, envelope.commitment):
        raise _unbound()
    try:
        return AESGCM(key).decrypt(_NONCE, envelope.ciphertext, bound)
    except InvalidTag:
        raise _unbound() from None


def _damaged() -> EnvelopeError:
    return EnvelopeError("A sealed value is damaged.", "Restore the store from a backup.")


def _unbound() -> EnvelopeError:
    return EnvelopeError(
        "A sealed value doesn't open here: it was changed, or moved from another place.",
        "Compare the store with a backup; the value is bound to its trace, span and key.",
    )
