"""What is to be sealed of a store, as it is asked for and as a job keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.lifecycle import sealed
from inspector.query.fieldpath import PathSet, parse

if TYPE_CHECKING:
    from inspector.lifecycle.sealed import Object


@dataclass(frozen=True, slots=True)
class Wish:
    """Fields by path, values by type. `level` empty: the type's own. `blind`: types that get a blind index."""

    fields: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    level: str = ""
    blind: frozenset[str] = frozenset()
    by_subject: bool = False
    """Whether what is about one person gets a key of its own, so that it can be ended alone."""

    def paths(self) -> PathSet:
        """Raises QueryError."""
        return PathSet([parse(name) for name in self.fields])

    def as_json(self) -> Object:
        return {
            "fields": list(self.fields),
            "types": list(self.types),
            "level": self.level,
            "blind": [*sorted(self.blind)],
            "by_subject": self.by_subject,
        }

    @classmethod
    def from_json(cls, value: Object) -> Wish:
        return cls(
            sealed.texts(value, "fields"),
            sealed.texts(value, "types"),
            sealed.text(value, "level"),
            frozenset(sealed.texts(value, "blind")),
            bool(value.get("by_subject")),
        )
