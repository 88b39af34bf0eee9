"""Sealing values of a store in place, and opening them again.

What is to be sealed is found in the spans as they are understood (`seal_targets`), so that a value is bound to the
key that a reader asks by; then every cell of those spans that holds the value as a whole text gets the same sealed
text, copies and previews included. A longer text that holds it somewhere inside stays, and is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import orjson

from inspector.access.envelope import EnvelopeError
from inspector.access.places import sealed_places
from inspector.access.sealed import sealed_of
from inspector.errors import Denied
from inspector.lifecycle.cells import swapped
from inspector.lifecycle.fields import section_of
from inspector.lifecycle.seal_scalars import scalar_unsealed, scalars_sealed, wrapped_text
from inspector.lifecycle.seal_targets import Targets
from inspector.model import RowPlace
from inspector.query.fieldpath import RESOURCE
from inspector.stores.edits import Edits, Rewrite

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from inspector.access.envelope import Where
    from inspector.access.sealing import SealingKeys
    from inspector.access.unlocking import Unlocker
    from inspector.lifecycle.seal_targets import Target
    from inspector.lifecycle.selection import Structure
    from inspector.lifecycle.wish import Wish
    from inspector.model import Value
    from inspector.session.veil import Veil
    from inspector.stores.edits import Cell, Editor

    Path = tuple[str | int, ...]

_NEEDLES: Final = 200
_LONGEST: Final = 64
"""Bytes of a needle."""
_SEEN: Final = 6
"""A value shorter than this isn't looked for inside longer texts: it would be found everywhere."""


@dataclass(slots=True)
class SealPlan:
    """`edits` are none while there is nothing to do. `inside`: cells that hold a value in a longer text.
    `missed`: numbers and booleans that stand where they can't be sealed."""

    edits: Edits
    counts: Counter[str] = field(default_factory=Counter)
    cells: int = 0
    inside: int = 0
    missed: int = 0
    values: set[str] = field(default_factory=set, repr=False)
    keep: Callable[[], int] | None = None
    """Puts the keys that were made for single persons into the vault; returns how many."""


def plan_seal(
    store_veil: Veil,
    structure: Structure,
    editor: Editor,
    wish: Wish,
    keys: SealingKeys,
    permit: Callable[[str], None] = lambda level: None,
) -> SealPlan:
    """`permit` is asked for each level that would be sealed at, before anything is. Raises what it raises."""
    targets, paths = Targets(), wish.paths()
    for heads in structure.traces.values():
        trace = structure.load(heads)
        if trace is not None:
            store_veil.learn(trace)
            targets.add(trace, wish, paths, store_veil)
    for level in sorted({target.level for target in targets}):
        permit(level)
    plan = SealPlan(Edits(), values={t.value for t in targets if isinstance(t.value, str)})
    sealing = _Sealing(targets, editor, wish, keys, frozenset(plan.values))
    rewrites: list[Rewrite] = []
    for cell in _cells(editor, plan.values, _names(targets)):
        after = sealing.rewritten(cell)
        if after is not None and after != cell.content:
            rewrites.append(Rewrite(cell.place, cell.digest, after))
        plan.inside += _holds(after or cell.content, plan.values)
    done = [t for t in targets if isinstance(t.value, str) or (t.where, "") in sealing.made]
    plan.counts.update(target.type for target in done)
    plan.missed = len(list(targets)) - len(done)
    plan.cells = len(rewrites)
    plan.edits = Edits(rewrites=tuple(rewrites))
    plan.keep = keys.subjects.keep if keys.subjects is not None else None
    return plan


@dataclass(slots=True)
class _Sealing:
    """One ciphertext a target, wherever it is put."""

    targets: Targets
    editor: Editor
    wish: Wish
    keys: SealingKeys
    values: frozenset[str] = field(repr=False)
    names: frozenset[str] = field(init=False)
    made: dict[tuple[Where, str], str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.names = frozenset(t.where.key for t in self.targets if not isinstance(t.value, str))

    def rewritten(self, cell: Cell) -> bytes | None:
        """The cell's new content, or none where nothing of it is to be sealed."""
        after = swapped(cell.content, lambda value, path: self._text(cell, value, path))
        if not self.names:
            return after
        column = str(cell.place.path[0]) if isinstance(cell.place, RowPlace) and cell.place.path else ""

        def scalar(key: str, path: Path, value: Value, was: str) -> str | None:
            target = self._scalar(cell, key, path) if key in self.names else None
            if target is None or target.value != value:
                return None
            alike = isinstance(target.value, bool) is isinstance(value, bool)
            return self._sealed(target, "", was) if alike else None

        return scalars_sealed(after or cell.content, column, scalar) or after

    def _text(self, cell: Cell, value: Value, path: Path) -> str | None:
        if not isinstance(value, str) or value not in self.values:
            return None
        found = None
        if value in self.targets.shared_texts and section_of(path)[0] == RESOURCE:
            found = self.targets.shared_texts[value]
        else:
            for owner in self.editor.owners(cell, [path]):
                for one in self.targets.owners(owner.trace_id, owner.span_id):
                    found = found or self.targets.texts.get(one, {}).get(value)
        return None if found is None else orjson.dumps(self._sealed(found, value, "")).decode()

    def _scalar(self, cell: Cell, key: str, path: Path) -> Target | None:
        if key in self.targets.shared_scalars:
            return self.targets.shared_scalars[key]
        owners = ((owner.trace_id, owner.span_id) for owner in self.editor.owners(cell, [path]))
        found = (self.targets.scalars.get(owner, {}).get(key) for owner in owners)
        return next((target for target in found if target is not None), None)

    def _sealed(self, target: Target, text: str, was: str) -> str:
        at = (target.where, text)
        if at not in self.made:
            shape = self.keys.seal(
                target.value, target.where, type=target.type, level=target.level,
                blind=target.type in self.wish.blind, was=was, subject=target.subject,
            )  # fmt: skip
            self.made[at] = orjson.dumps(shape).decode()
        return self.made[at]


def _names(targets: Targets) -> set[bytes]:
    """The longest run of letters of each scalar's key: what the cells are found by that hold it."""
    keys = {t.where.key for t in targets if not isinstance(t.value, str)}
    return {max(re.findall(rb"[A-Za-z0-9]+", key.encode()), key=len, default=b"") for key in keys}


def _cells(editor: Editor, values: set[str], names: Collection[bytes] = ()) -> Iterator[Cell]:
    """Each cell that may hold one of the values, or something of these names, once."""
    needles = sorted({_needle(value) for value in values} | set(names))
    if not needles:
        return
    if len(needles) <= _NEEDLES:
        yield from editor.cells(needles)
    else:
        yield from editor.cells()


def _needle(value: str) -> bytes:
    """The longest run of a value that stands in a store as it is, whatever escapes the rest."""
    runs = "".join(c if c.isascii() and (c.isalnum() or c in " @._-+") else "\0" for c in value).split("\0")
    return max(runs, key=len).encode()[:_LONGEST]


def _holds(content: bytes, values: set[str]) -> int:
    return sum(value.encode("utf-8", "replace") in content for value in values if len(value) >= _SEEN) and 1


def plan_unseal(structure: Structure, editor: Editor, unlocker: Unlocker) -> SealPlan:
    """Every sealed value of ours that the role opens; those that it doesn't are counted as `shut`."""
    opened: dict[str, Value] = {}
    plan = SealPlan(Edits())
    unlocker.check()
    for heads in structure.traces.values():
        trace = structure.load(heads)
        for span in trace.spans if trace is not None else ():
            for _, sealed, where in sealed_places(span):
                if sealed.ciphertext in opened:
                    continue
                if sealed.ours is None:  # another system's: read, never written
                    plan.counts["shut"] += 1
                    continue
                try:
                    opened[sealed.ciphertext] = unlocker.open(sealed, where)
                    plan.counts[sealed.ours.type] += 1
                except (Denied, EnvelopeError):
                    plan.counts["shut"] += 1

    def swap(value: Value, path: Path) -> str | None:
        sealed = sealed_of(wrapped_text(value) or value)
        if sealed is None or sealed.ciphertext not in opened:
            return None
        plain = opened[sealed.ciphertext]
        scalar = scalar_unsealed(value, plain)
        if scalar is not None or wrapped_text(value):
            return scalar
        # A text held the sealed form, so a text takes its place; an object gives way to the value itself.
        if isinstance(value, str) and not isinstance(plain, str):
            plain = orjson.dumps(plain).decode()
        return orjson.dumps(plain).decode()

    rewrites = []
    for cell in editor.cells([b"__encrypted__"]) if opened else ():
        after = swapped(cell.content, swap)
        if after is not None and after != cell.content:
            rewrites.append(Rewrite(cell.place, cell.digest, after))
    plan.cells = len(rewrites)
    plan.edits = Edits(rewrites=tuple(rewrites))
    return plan


def still_there(editor: Editor, values: Sequence[str]) -> int:
    """Cells of the store that hold one of the values, as it is."""
    return sum(_holds(cell.content, set(values)) for cell in _cells(editor, set(values)))
