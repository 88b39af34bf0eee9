"""Sealing values of a store in place, and opening them again.

What is to be sealed is found in the spans as they are understood, so that a value is bound to the key that a
reader asks by; then every cell of those spans that holds the value as a whole text gets the same sealed text,
copies and previews included. A longer text that holds it somewhere inside stays, and is counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import orjson

from inspector.access.envelope import EnvelopeError, Where
from inspector.access.sealed import sealed_in, sealed_of, sealed_values
from inspector.errors import Denied
from inspector.lifecycle.cells import swapped
from inspector.model import Multimap
from inspector.stores.edits import Edits, Rewrite

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.access.sealed import Sealed
    from inspector.access.sealing import SealingKeys
    from inspector.access.unlocking import Unlocker
    from inspector.lifecycle.selection import Structure
    from inspector.lifecycle.wish import Wish
    from inspector.model import Attributes, Span, Value
    from inspector.query.fieldpath import PathSet
    from inspector.session.veil import Veil
    from inspector.stores.edits import Cell, Editor

SHORTEST: Final = 2
_NEEDLES: Final = 200
_LONGEST: Final = 64
"""Bytes of a needle."""
_SEEN: Final = 6
"""A value shorter than this isn't looked for inside longer texts: it would be found everywhere."""


@dataclass(frozen=True, slots=True)
class Target:
    """A value of a span that is to be sealed."""

    key: str
    type: str
    level: str


@dataclass(slots=True)
class SealPlan:
    """`edits` are none while there is nothing to do. `inside`: cells that hold a value in a longer text."""

    edits: Edits
    counts: Counter[str] = field(default_factory=Counter)
    cells: int = 0
    inside: int = 0
    values: set[str] = field(default_factory=set, repr=False)


def plan_seal(
    store_veil: Veil, structure: Structure, editor: Editor, wish: Wish, keys: SealingKeys
) -> SealPlan:
    """Raises UsageError for a level that there is no key for."""
    targets: dict[str, dict[str, dict[str, Target]]] = {}
    plan, paths = SealPlan(Edits()), wish.paths()
    for heads in structure.traces.values():
        trace = structure.load(heads)
        if trace is None:
            continue
        store_veil.learn(trace)
        for span in trace.spans:
            found = dict(_targets(span, wish, paths, store_veil))
            if found:
                targets.setdefault(span.trace_id, {})[span.span_id] = found
                plan.values |= found.keys()
                plan.counts.update(target.type for target in found.values())
    made: dict[tuple[str, str, str], str] = {}

    def sealed(trace_id: str, span_id: str, text: str) -> str:
        at = (trace_id, span_id, text)
        if at not in made:
            target = targets[trace_id][span_id][text]
            where = Where(trace_id, span_id, target.key)
            shape = keys.seal(
                text, where, type=target.type, level=target.level, blind=target.type in wish.blind
            )
            made[at] = orjson.dumps(shape).decode()
        return made[at]

    def owned(cell: Cell, text: str, path: tuple[str | int, ...]) -> str | None:
        for owner in editor.owners(cell, [path]):
            spans = targets.get(owner.trace_id, {})
            for span_id in (owner.span_id,) if owner.span_id else spans:
                if text in spans.get(span_id, {}):
                    return sealed(owner.trace_id, span_id, text)
        return None

    rewrites: list[Rewrite] = []
    for cell in _cells(editor, plan.values):

        def swap(value: Value, path: tuple[str | int, ...], cell: Cell = cell) -> str | None:
            if not isinstance(value, str) or value not in plan.values:
                return None
            new = owned(cell, value, path)
            return None if new is None else orjson.dumps(new).decode()

        after = swapped(cell.content, swap)
        if after is not None and after != cell.content:
            rewrites.append(Rewrite(cell.place, cell.digest, after))
        plan.inside += _holds(after or cell.content, plan.values)
    plan.cells = len(rewrites)
    plan.edits = Edits(rewrites=tuple(rewrites))
    return plan


def _cells(editor: Editor, values: set[str]) -> Iterator[Cell]:
    """Each cell that may hold one of the values, once."""
    needles = sorted({_needle(value) for value in values})
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


def _targets(span: Span, wish: Wish, paths: PathSet, veil: Veil) -> Iterator[tuple[str, Target]]:
    """Texts of a span that are to be sealed, each once, with the key that it is bound to."""
    seen: set[str] = set()
    for section, keys, text, key in _texts(span):
        if len(text) < SHORTEST or text in seen or sealed_of(text) is not None:
            continue
        kind, level = _wanted(section, keys, text, wish, paths, veil)
        if kind:
            seen.add(text)
            yield text, Target(key, kind, wish.level or level)


def _wanted(
    section: str, keys: tuple[str | int, ...], text: str, wish: Wish, paths: PathSet, veil: Veil
) -> tuple[str, str]:
    """Its type and level, or two empty texts."""
    findings = [p.finding for p in veil.label(text, keys, section).pieces if p.finding is not None]
    first = next(iter(findings), None)
    if paths.matching(keys, section):
        return (first.type, _sealable(first.level)) if first is not None else ("field", "confidential")
    for finding in findings:
        if any(finding.type == t or finding.type.startswith(f"{t}.") for t in wish.types):
            return finding.type, _sealable(finding.level)
    return "", ""


def _sealable(level: str) -> str:
    return "internal" if level == "public" else level


def _texts(span: Span) -> Iterator[tuple[str, tuple[str | int, ...], str, str]]:
    """Section, way, text, and the key that `session.unveiling` asks for it by."""
    yield from (("attributes", way, text, _dotted(way)) for way, text in _below(span.attributes))
    for event in span.events:
        yield from (("event", way, text, f"event.{_dotted(way)}") for way, text in _below(event.attributes))
    for section, value in (("input", span.input), ("output", span.output)):
        for way, text in _inside((), value):
            yield section, way, text, f"{section}.{_dotted(way)}".rstrip(".")


def _dotted(way: tuple[str | int, ...]) -> str:
    from inspector.access.sealed import canonical

    return canonical(way)


def _below(attributes: Attributes) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for attribute in attributes:
        yield from _inside((attribute.key,), attribute.value)


def _inside(way: tuple[str | int, ...], value: Value) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield way, value
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _inside((*way, i), item)
    elif isinstance(value, dict | Multimap) and sealed_of(value) is None:
        for key, below in value.pairs if isinstance(value, Multimap) else value.items():
            yield from _inside((*way, key), below)


def plan_unseal(structure: Structure, editor: Editor, unlocker: Unlocker) -> SealPlan:
    """Every sealed value of ours that the role opens; those that it doesn't are counted as `shut`."""
    opened: dict[str, Value] = {}
    plan = SealPlan(Edits())
    unlocker.check()
    for heads in structure.traces.values():
        trace = structure.load(heads)
        for span in trace.spans if trace is not None else ():
            for where, sealed in _sealed(span):
                if sealed.ciphertext in opened:
                    continue
                try:
                    opened[sealed.ciphertext] = unlocker.open(sealed, where)
                    plan.counts[sealed.ours.type if sealed.ours is not None else ""] += 1
                except (Denied, EnvelopeError):
                    plan.counts["shut"] += 1

    def swap(value: Value, path: tuple[str | int, ...]) -> str | None:
        sealed = sealed_of(value)
        if sealed is None or sealed.ciphertext not in opened:
            return None
        plain = opened[sealed.ciphertext]
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


def _sealed(span: Span) -> Iterator[tuple[Where, Sealed]]:
    for key, sealed in sealed_in(span.attributes):
        yield Where(span.trace_id, span.span_id, key), sealed
    for event in span.events:
        for key, sealed in sealed_in(event.attributes):
            yield Where(span.trace_id, span.span_id, f"event.{key}"), sealed
    for section, value in (("input", span.input), ("output", span.output)):
        for key, sealed in sealed_values(value):
            yield Where(span.trace_id, span.span_id, f"{section}.{key}".rstrip(".")), sealed


def still_there(editor: Editor, values: Sequence[str]) -> int:
    """Cells of the store that hold one of the values, as it is."""
    return sum(_holds(cell.content, set(values)) for cell in _cells(editor, set(values)))
