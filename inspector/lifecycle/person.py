"""A person as an operation knows them: the id and its aliases, and the mark by which everybody else does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inspector.lifecycle.matcher import Matcher
from inspector.lifecycle.tokens import tokens_of

if TYPE_CHECKING:
    from inspector.lifecycle.sealed import Object


@dataclass(frozen=True, slots=True)
class Person:
    """`mark` is the audit's keyed mark of the id; only it is ever shown. Its text form says nothing."""

    id: str
    aliases: tuple[str, ...]
    mark: str
    blind: tuple[str, ...] = field(default=(), repr=False)
    """Tags of a blind index that the person's ids would have."""

    def __repr__(self) -> str:
        return f"Person({self.label})"

    @property
    def label(self) -> str:
        """For people: `#77c0e1a9`."""
        return f"#{self.mark[:8]}"

    def matcher(self) -> Matcher:
        return Matcher(tokens_of(self.id, self.aliases, self.blind))

    def as_json(self) -> Object:
        return {"id": self.id, "aliases": list(self.aliases), "mark": self.mark, "blind": list(self.blind)}

    @classmethod
    def from_json(cls, value: Object) -> Person:
        from inspector.lifecycle.sealed import text, texts

        return cls(text(value, "id"), texts(value, "aliases"), text(value, "mark"), texts(value, "blind"))
