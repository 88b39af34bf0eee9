"""Sealing values under a level's active key, and finding sealed ones again by their blind index."""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import orjson

from inspector.access.envelope import Where, seal
from inspector.access.sealed import written
from inspector.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.model import Value


class SubjectKeys(Protocol):
    """Keys of single persons; see `access.persons`."""

    def key(self, level: str, subject: str) -> tuple[bytes, bytes]:
        """Id and key."""

    def keep(self) -> int:
        """Before a value under a key that was made reaches a store. Returns how many were."""


@dataclass(frozen=True, slots=True)
class SealingKeys:
    """What a sealer needs of a vault: for each level the id and the key; nothing that opens other levels."""

    vault: str
    keys: Mapping[str, tuple[bytes, bytes]] = field(repr=False)
    blind: bytes = field(default=b"", repr=False)
    subjects: SubjectKeys | None = None

    def seal(
        self,
        value: Value,
        where: Where,
        *,
        type: str,
        level: str,
        blind: bool = False,
        was: str = "",
        subject: str = "",
    ) -> dict[str, Value]:
        """The object to store, under the key of the person `subject` where one is named.

        A blind index is equal for equal values of a type: who sees the store sees which values are equal, and
        may guess at few-valued ones if the key leaks. Raises UsageError.
        """
        if level not in self.keys:
            raise UsageError(
                f"There is no key for the level {level}.", "Levels: " + ", ".join(self.keys) + "."
            )
        if isinstance(value, bytes):
            raise UsageError("Bytes can't be sealed as a field.", "Seal their text form.")
        dek_id, dek = self.subjects.key(level, subject) if subject and self.subjects else self.keys[level]
        plain = orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATACLASS)
        blob = seal(plain, dek, where, type=type, level=level, key_id=self.vault, dek_id=dek_id)
        index = self.index(value, type) if blind and isinstance(value, str) else ""
        return written(blob, self.vault, index, was)

    def index(self, value: str, type: str) -> str:
        """32 hex: equal for equal values of one type, whatever their case, form and surrounding space."""
        return blind_index(self.blind, value, type)


def blind_index(key: bytes, value: str, type: str) -> str:
    normal = unicodedata.normalize("NFKC", value).strip().casefold()
    name = type.encode()
    message = len(name).to_bytes(2, "big") + name + normal.encode("utf-8", "surrogatepass")
    return hmac.digest(key, message, "sha256")[:16].hex()
