"""The proof after the act: a second search of the store, and a scan of every byte of every file involved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.lifecycle.person import Person
    from inspector.stores.edits import Editor


@dataclass(frozen=True, slots=True)
class Proof:
    """`residue` counts by file what is left outside what survives; `shared` are windows that survivors hold
    too, and which say nothing."""

    second: int = 0
    residue: Mapping[str, int] = field(default_factory=dict)
    shared: int = 0

    @property
    def sentence(self) -> str:
        """Why it doesn't hold, or nothing."""
        if self.second:
            return "a second search still finds the person"
        left = [name for name, count in self.residue.items() if count]
        return f"bytes of what was erased are left in {', '.join(left)}" if left else ""


def of_person(editor: Editor, person: Person) -> Proof:
    from inspector.lifecycle.subjects import search

    found = search(editor, person.matcher())
    return Proof(len(found.cells))
