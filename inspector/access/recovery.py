"""The way back when every role key is lost: level keys encrypted to people's age keys kept elsewhere."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from inspector.errors import Denied, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST: Final = 2
"""Recipients: one person's key may be lost too."""


def checked(recipients: Sequence[str]) -> tuple[str, ...]:
    """Raises UsageError for too few, or for one that is no age public key; it isn't repeated."""
    import pyrage

    found = tuple(dict.fromkeys(r.strip() for r in recipients if r.strip()))
    if len(found) < LEAST:
        raise UsageError(
            f"Recovery needs {LEAST} recipients or more.",
            "Make keys with age-keygen, kept apart, and name them: --recipient age1… or [keys] recipients.",
        )
    for number, recipient in enumerate(found, 1):
        try:
            pyrage.x25519.Recipient.from_str(recipient)
        except pyrage.RecipientError:
            raise UsageError(f"Recipient {number} is no age public key.", "It begins with age1.") from None
    return found


def encrypted(plain: bytes, recipients: Sequence[str]) -> bytes:
    import pyrage

    try:
        keys = [pyrage.x25519.Recipient.from_str(r) for r in recipients]
    except pyrage.RecipientError:
        raise UsageError("A recipient is no age public key.", "It begins with age1.") from None
    return bytes(pyrage.encrypt(plain, keys))


def decrypted(blob: bytes, identity: str) -> bytes:
    """`identity` is the text of an age key file. Raises Denied where it opens nothing, UsageError for none."""
    import pyrage

    lines = [line for line in identity.split() if line.startswith("AGE-SECRET-KEY-")]
    try:
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines]
    except pyrage.IdentityError:
        keys = []
    if not keys:
        raise UsageError(
            "The identity file holds no age secret key.", "Its line begins with AGE-SECRET-KEY-1."
        )
    try:
        return bytes(pyrage.decrypt(blob, keys))
    except pyrage.DecryptError:
        raise Denied("This identity doesn't open it.", "Use the key of one of the recipients.") from None


def shelved(key: bytes, recipients: Sequence[str]) -> str:
    """For a column of the vault."""
    return base64.b64encode(encrypted(key, recipients)).decode("ascii")


def unshelved(text: str, identity: str) -> bytes:
    return decrypted(base64.b64decode(text), identity)
