"""A key of its own for each person and level, so that one person's values can be ended alone.

It is wrapped under the level's key: who opens the level opens it, rotation wraps it anew, and recovery needs no share
of it. When its wrap is gone, nobody opens what it sealed. The vault knows a person by a keyed mark alone.
"""

from __future__ import annotations

import secrets
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inspector.access.envelope import DEK_ID, KEY
from inspector.access.sealing import blind_index
from inspector.access.vault import ACTIVE, LevelKey, Vault, seconds
from inspector.access.wrap import check_value, unwrap, wrap

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.access.sealing import SealingKeys


def mark_of(blind: bytes, subject: str) -> str:
    """What the vault knows a person by: the same for an id however it is written."""
    return blind_index(blind, subject, "subject")


@dataclass(slots=True)
class PersonKeys:
    """Implements `access.sealing.SubjectKeys`. Keys that a plan makes are kept when it is carried out."""

    vault: Path
    keys: SealingKeys = field(repr=False)
    wrapped: dict[tuple[str, str], tuple[str, str]] = field(repr=False)
    """By level and mark: a key's id, and it under the level's."""
    _open: dict[tuple[str, str], tuple[bytes, bytes]] = field(default_factory=dict, repr=False)
    _fresh: list[tuple[LevelKey, str, str]] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, vault: Vault, keys: SealingKeys) -> PersonKeys:
        wraps = {level: vault.wraps(dek_id.hex()) for level, (dek_id, _) in keys.keys.items()}
        found = {
            (key.level, key.subject): (key.dek_id, wraps[key.level][key.dek_id])
            for key in vault.person_keys()
            if key.state == ACTIVE and key.dek_id in wraps.get(key.level, {})
        }
        return cls(vault.path, keys, found)

    def key(self, level: str, subject: str) -> tuple[bytes, bytes]:
        """Id and key; made where the person has none. Raises KeyError for a level that the sealer has no key of."""
        at = (level, mark_of(self.keys.blind, subject))
        if at not in self._open:
            parent, under = self.keys.keys[level]
            self._open[at] = (
                self._read(at, parent, under) if at in self.wrapped else self._made(at, parent, under)
            )
        return self._open[at]

    def _read(self, at: tuple[str, str], parent: bytes, under: bytes) -> tuple[bytes, bytes]:
        dek_id, wrapped = self.wrapped[at]
        return bytes.fromhex(dek_id), unwrap(wrapped, under, self.keys.vault, dek_id, parent.hex(), at[0])

    def _made(self, at: tuple[str, str], parent: bytes, under: bytes) -> tuple[bytes, bytes]:
        level, mark = at
        dek, dek_id, now = secrets.token_bytes(KEY), secrets.token_hex(DEK_ID), seconds()
        row = LevelKey(dek_id, level, ACTIVE, now, now, check_value(dek), subject=mark)
        wrapped = wrap(dek, under, self.keys.vault, dek_id, parent.hex(), level)
        self._fresh.append((row, parent.hex(), wrapped))
        return bytes.fromhex(dek_id), dek

    def keep(self) -> int:
        """Write what was made into the vault, before any value under it reaches a store. Returns how many."""
        if self._fresh:
            with closing(Vault(self.vault)) as vault, vault.change():
                for row, parent, wrapped in self._fresh:
                    vault.put_level_key(row)
                    vault.put_wrap(row.dek_id, parent, wrapped)
        made, self._fresh = len(self._fresh), []
        return made
