"""Opening sealed values for the role in use: its permission for the level, its key's wrap of the level's key.

Level keys stay in memory while something is open and are dropped with `lock`; Python can't promise that the
memory is overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from inspector.access.envelope import EnvelopeError, Where, open_
from inspector.access.foreign import UNBOUND, opened
from inspector.access.vault import OPENS, seconds
from inspector.access.wrap import unwrap
from inspector.errors import Denied

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.access.identity import Identity
    from inspector.access.rolekey import RoleSecret
    from inspector.access.sealed import Sealed
    from inspector.access.vault import LevelKey, Vault
    from inspector.model import Value


@dataclass(slots=True)
class Unlocker:
    """`fetch` gets the role's secrets from the key store, once for a run of unlocks."""

    vault: Vault
    identity: Identity
    fetch: Callable[[], list[RoleSecret]]
    now: Callable[[], int] = seconds
    _secrets: list[RoleSecret] = field(default_factory=list, repr=False)
    _deks: dict[str, bytes] = field(default_factory=dict, repr=False)

    def holders(self, dek_id: str) -> tuple[str, ...]:
        """The roles whose keys open a level's key, or the key of a person that lies under it."""
        key = self.vault.level_key(dek_id)
        if key is not None and key.subject:
            above = (self.holders(parent) for parent in self.vault.wrapped_under(dek_id))
            return tuple(dict.fromkeys(role for roles in above for role in roles))
        keys = self.vault.role_keys()
        return tuple(
            dict.fromkeys(
                key.role
                for key in reversed(keys)
                if key.works(self.now()) and self.vault.wrapped(dek_id, key.kek_id) is not None
            )
        )

    def needs(self, sealed: Sealed) -> str:
        """For the screen: what a locked value waits for, in a few words."""
        if sealed.problem:
            return "can't be read"
        key = self._key(sealed)
        if key is None:
            return "sealed by another system" if sealed.ours is None else "sealed under another vault"
        if key.state not in OPENS:
            return f"its key is {key.state}"
        holders = self.holders(key.dek_id)
        whose = f"another system's, {UNBOUND}; " if sealed.ours is None else ""
        return whose + (f"needs role {' or '.join(holders)}" if holders else "no role holds its key")

    def level(self, sealed: Sealed) -> str:
        """The level that a role must be able to open; empty where nobody's key is known."""
        if sealed.ours is not None:
            return sealed.ours.level
        key = self._key(sealed)
        return key.level if key is not None else ""

    def _key(self, sealed: Sealed) -> LevelKey | None:
        """The vault's row of the key that a value names."""
        if sealed.ours is None:
            key = self.vault.level_key(sealed.key_id)
            return key if key is not None and key.algorithm else None
        return self.vault.level_key(sealed.dek_id) if sealed.key_id == self.vault.id else None

    def check(self) -> None:
        """Raises Denied unless a key of the role still works: asked once for each act."""
        if not self._secrets:
            self._secrets = self.fetch()
        working = {k.kek_id for k in self.vault.role_keys(self.identity.name) if k.works(self.now())}
        kept = [s for s in self._secrets if s.kek_id in working]
        if len(kept) != len(self._secrets):
            self.lock()
            self._secrets = kept
        if not self._secrets:
            raise Denied(
                f"This machine holds no working key of the role {self.identity.name}.",
                "See inspector keys status; an admin makes one: inspector keys grant ROLE.",
            )

    def open(self, sealed: Sealed, where: Where) -> Value:
        """The value that was sealed. Raises Denied or EnvelopeError; call `check` before."""
        envelope = sealed.ours
        if envelope is None:
            return self._foreign(sealed)
        if sealed.key_id != self.vault.id:
            raise EnvelopeError("This value was sealed under another vault.", "Name that one: [keys] vault.")
        dek = self._dek(sealed.dek_id, envelope.level)
        value: Value = orjson.loads(open_(envelope, dek, where, sealed.key_id))
        return value

    def _foreign(self, sealed: Sealed) -> str:
        """Another system's value, with the key that was adopted for it."""
        key = self._key(sealed)
        if key is None or sealed.problem:
            raise EnvelopeError(
                sealed.problem or "This value was sealed by another system.",
                "Open it with the program that sealed it, or adopt its key: inspector keys adopt.",
            )
        return opened(sealed.ciphertext, self._dek(key.dek_id, key.level), key.algorithm)

    def _dek(self, dek_id: str, level: str) -> bytes:
        self._permit(level)
        dek = self._deks.get(dek_id)
        if dek is None:
            dek = self._deks[dek_id] = self._unwrapped(dek_id, level)
        return dek

    def _permit(self, level: str) -> None:
        permission = f"fields:unlock:{level}"
        if level == "public" or self.identity.may(permission):
            return
        may = " or ".join(r.name for r in self.identity.roles.values() if r.may(permission))
        raise Denied(f"{self.identity.name} may not open {level} values ({permission}).", f"Ask: {may}.")

    def _unwrapped(self, dek_id: str, level: str) -> bytes:
        key = self.vault.level_key(dek_id)
        if key is None or key.state not in OPENS:
            raise Denied(
                "The key of this value is gone.", "It was retired or destroyed: inspector keys list."
            )
        if key.level != level:
            raise EnvelopeError(
                "A sealed value names another level than its key.", "Compare it with a backup."
            )
        if key.subject:
            return self._persons(dek_id, level)
        for secret in self._secrets:
            wrapped = self.vault.wrapped(dek_id, secret.kek_id)
            if wrapped is not None:
                return unwrap(wrapped, secret.kek, self.vault.id, dek_id, secret.kek_id, level)
        raise Denied(
            f"No key of the role {self.identity.name} opens this value.",
            "inspector keys list says which roles' keys do.",
        )

    def _persons(self, dek_id: str, level: str) -> bytes:
        """A key of a single person, from under the level's key."""
        for parent, wrapped in self.vault.wrapped_under(dek_id).items():
            return unwrap(wrapped, self._dek(parent, level), self.vault.id, dek_id, parent, level)
        raise Denied("The key of this person is gone.", "It was destroyed: inspector keys list.")

    def lock(self) -> None:
        """Drop every key."""
        self._deks.clear()
        self._secrets = []

    @property
    def unlocked(self) -> bool:
        return bool(self._deks)
