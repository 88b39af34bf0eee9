"""Whole stores sealed for a role: an age key of the role's own, kept like a level's, so that every machine that holds
a key of the role opens them, through rotation and recovery.

A vault that somebody else can write to could name another recipient: who seals makes sure that the role's own secret
belongs to the recipient before using it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.access.vault import ACTIVE, BOX, LevelKey, Vault, seconds
from inspector.access.wrap import check_value, unwrap
from inspector.errors import Denied, StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from inspector.access.rolekey import RoleSecret


def level_of(role: str) -> str:
    """What stands in the place of a level for the box of a role."""
    return f"{BOX}:{role}"


def new_box(role: str) -> tuple[LevelKey, bytes]:
    """A box without its recovery shares, and its secret."""
    import pyrage

    identity, now = pyrage.x25519.Identity.generate(), seconds()
    secret = str(identity).encode()
    public = str(identity.to_public())
    return LevelKey(public, level_of(role), ACTIVE, now, now, check_value(secret), algorithm=BOX), secret


def recipients_of(vault: Vault, secrets: Sequence[RoleSecret], role: str) -> list[str]:
    """Whom a store is sealed to: the role's box, proved by its secret, and the people of recovery. Raises Denied."""
    import pyrage

    for public, secret in _opened(vault, secrets, level_of(role)):
        if str(pyrage.x25519.Identity.from_str(secret).to_public()) == public:
            return [public, *vault.recipients]
    raise Denied(
        f"This machine has no key that seals whole stores for the role {role}.",
        f"Seal it for your own role, or ask an admin: inspector keys grant {role}",
    )


def identities_of(vault: Vault, secrets: Sequence[RoleSecret]) -> list[str]:
    """Every age secret that the role's keys open."""
    return [secret for _, secret in _opened(vault, secrets)]


def _opened(vault: Vault, secrets: Sequence[RoleSecret], level: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for box in vault.boxes(level):
        for secret in secrets:
            wrapped = vault.wrapped(box.dek_id, secret.kek_id)
            if wrapped is not None:
                names = (vault.id, box.dek_id, secret.kek_id, box.level)
                found.append((box.dek_id, unwrap(wrapped, secret.kek, *names).decode("ascii")))
                break
    return found


def sealed(reader: BinaryIO, writer: BinaryIO, recipients: Sequence[str]) -> None:
    import pyrage

    pyrage.encrypt_io(reader, writer, [pyrage.x25519.Recipient.from_str(each) for each in recipients])


def opened(reader: BinaryIO, writer: BinaryIO, identities: Sequence[str]) -> None:
    """Raises Denied where none of the identities opens it, StoreError where it was changed."""
    import pyrage

    try:
        pyrage.decrypt_io(reader, writer, [pyrage.x25519.Identity.from_str(each) for each in identities])
    except pyrage.DecryptError:
        raise Denied(
            "This sealed store doesn't open with a key of this role.",
            "Use --role with the one that it was sealed for.",
        ) from None
    except OSError as error:
        if error.errno is not None:
            raise  # the disk's
        raise StoreError(
            "This sealed store was changed or cut off.", "Take another copy of it; nothing of it was opened."
        ) from None
