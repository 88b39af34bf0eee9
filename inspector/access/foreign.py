"""Other systems' encrypted fields of the same shape, which nothing binds to their place: opened, never written.

Their keys come into the vault by `inspector keys adopt`, under the id that their fields name, as keys in grace: they
open and seal nothing. A value may have been copied here from anywhere, so it is marked unbound.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from inspector.access.envelope import EnvelopeError
from inspector.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

AES_GCM: Final = "AES-GCM"
FERNET: Final = "Fernet"
ALGORITHMS: Final = (AES_GCM, FERNET)
UNBOUND: Final = "unbound"
_NONCE: Final = 12
_SIZES: Final = {AES_GCM: (16, 24, 32), FERNET: (32,)}


def opened(ciphertext: str, key: bytes, algorithm: str) -> str:
    """The text that was sealed. AES-GCM: base64 of a 12-byte nonce, ciphertext and tag, without associated data.
    Raises EnvelopeError."""
    try:
        return _OPENERS[algorithm](ciphertext, key).decode("utf-8")
    except UnicodeDecodeError:
        raise EnvelopeError(
            "What another system sealed is no text.", "Open it with the program that sealed it."
        ) from None


def _aes_gcm(ciphertext: str, key: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        blob = base64.b64decode(ciphertext.translate(_STANDARD), validate=True)
        return AESGCM(key).decrypt(blob[:_NONCE], blob[_NONCE:], None)
    except (binascii.Error, ValueError, InvalidTag):
        raise _shut() from None


def _fernet(ciphertext: str, key: bytes) -> bytes:
    from cryptography.fernet import Fernet, InvalidToken

    try:
        return Fernet(base64.urlsafe_b64encode(key)).decrypt(ciphertext)
    except (InvalidToken, ValueError):
        raise _shut() from None


_STANDARD: Final = str.maketrans("-_", "+/")
_OPENERS: Final[dict[str, Callable[[str, bytes], bytes]]] = {AES_GCM: _aes_gcm, FERNET: _fernet}


def _shut() -> EnvelopeError:
    return EnvelopeError(
        "What another system sealed doesn't open with the key that was adopted for it.",
        "Check the key, its id and the algorithm: inspector keys adopt.",
    )


def key_in(data: bytes, algorithm: str) -> bytes:
    """A key as files hold it: raw, hex or base64. Raises UsageError; nothing of it is repeated."""
    sizes = _SIZES[algorithm]
    text = data.strip()
    for read in (bytes.fromhex, lambda text: base64.b64decode(text.translate(_STANDARD), validate=True)):
        try:
            key = read(text.decode("ascii"))
        except (ValueError, binascii.Error):
            continue
        if len(key) in sizes:
            return key
    if len(data) in sizes:
        return data
    raise UsageError(
        f"The file holds no key of {algorithm}.",
        f"It has {' or '.join(map(str, sizes))} bytes: raw, in hex or in base64.",
    )
