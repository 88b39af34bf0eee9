"""Correcting a person's data: one field's value, in every record that is theirs, through the same engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.lifecycle.fields import rewritten
from inspector.lifecycle.plan import StorePlan, Terms, free_beside, hashed, state_of
from inspector.lifecycle.sight import OUTSIDE
from inspector.lifecycle.subjects import part_of, search
from inspector.model import RowPlace
from inspector.query.fieldpath import parse
from inspector.stores.edits import Edits, Rewrite

if TYPE_CHECKING:
    from inspector.lifecycle.desk import Desk
    from inspector.lifecycle.literals import Literal
    from inspector.lifecycle.person import Person
    from inspector.model import Place
    from inspector.stores.base import Store
    from inspector.stores.edits import Cell, Editor


def rectify_plan(
    desk: Desk, store: Store, editor: Editor, person: Person, field: str, value: str, terms: Terms
) -> StorePlan:
    """What writing `value` into `field` of all that is the person's would change. Raises QueryError."""
    from inspector.lifecycle.planning import held_by

    path = parse(field)
    sight = desk.sight(store)
    found = search(editor, person.matcher(), sight=sight)
    mine = set(found.owners)
    rewrites: list[Rewrite] = []
    for cell in editor.cells(person.matcher().needles):
        new = rewritten(
            cell.content, _column(cell), [path], lambda old, _keys: None if old == value else value,
            _Mine(editor, cell, mine),
        )  # fmt: skip
        if new is not None and new != cell.content:
            rewrites.append(Rewrite(cell.place, cell.digest, new))
    edits = Edits(rewrites=tuple(rewrites), past_readers=terms.past_readers)
    preview = editor.preview(edits)
    plan = StorePlan(
        path=store.info.path,
        format=store.info.format.id,
        state=state_of(editor),
        edits=edits,
        traces=len(found.traces),
        spans=len(found.spans),
        rows=0,
        replaced=len(rewrites),
        counts=dict(preview.counts),
        holds=held_by(desk, person),
        refusals=tuple(preview.refusals),
        uncovered=(*((OUTSIDE,) if sight else ()), *preview.uncovered),
        disk_needed=preview.disk_needed,
        disk_free=free_beside(store.info.path),
    )
    return hashed(plan, terms)


class _Mine:
    """Whether a part of a cell belongs to what is the person's."""

    def __init__(self, editor: Editor, cell: Cell, mine: set[Place]) -> None:
        self._editor = editor
        self._cell = cell
        self._mine = mine
        self._known: dict[tuple[str | int, ...], bool] = {}

    def __call__(self, literal: Literal) -> bool:
        part = part_of(literal.path)
        if part not in self._known:
            owners = self._editor.owners(self._cell, [part])
            self._known[part] = any(owner.place in self._mine for owner in owners)
        return self._known[part]


def _column(cell: Cell) -> str:
    return str(cell.place.path[0]) if isinstance(cell.place, RowPlace) and cell.place.path else ""
