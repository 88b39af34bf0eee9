"""What edits make of one record of a JSON store: itself, other bytes, or nothing."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from inspector.errors import HeldBack, StoreError
from inspector.model import BytePlace, Problem
from inspector.stores.edits import Cell, Orphans, Owner, Unit, digest
from inspector.stores.formats.ids import synthetic_trace_id
from inspector.stores.formats.parts import Part, Removed, part_of
from inspector.stores.json_cut import DROP, Cut, Drop, Put, cut
from inspector.stores.records import records
from inspector.stores.sieve import id_forms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from inspector.stores.edits import Edits, Rewrite
    from inspector.stores.formats.base import Object, Record
    from inspector.stores.formats.parts import FormatEdits, Fresh, Path
    from inspector.stores.records import Piece

_REMEMBERED: Final = 20_000


@dataclass(frozen=True, slots=True)
class Held:
    """One record of a piece with its parts, whose paths begin at the piece."""

    record: Record
    parts: Sequence[Part]


def held(edits: FormatEdits, piece: Piece) -> list[Held]:
    """The records of a piece. What is none of the format's is a part of its own."""
    found: list[Held] = []
    for record in records(piece):
        if isinstance(record, Problem):
            continue
        own = edits.parts(record) or [Part((), Unit.RECORD, "", "", "record")]
        found.append(Held(record, [_placed(record, part) for part in own]))
    return found


def _placed(record: Record, part: Part) -> Part:
    if part.trace_id and not record.path:
        return part
    place = record.place(*part.path)
    named = part.trace_id or (synthetic_trace_id(place) if part.unit is Unit.SPAN else "")
    return replace(part, path=place.path, trace_id=named)


def parts_of(edits: FormatEdits, piece: Piece) -> list[Part]:
    """All parts of a piece; what can't be read is one."""
    parts = [part for found in held(edits, piece) for part in found.parts]
    return parts or [Part((), Unit.RECORD, "", "", "record")]


def owners(parts: Sequence[Part], piece: Piece, paths: Sequence[Path]) -> list[Owner]:
    found: dict[Path, Owner] = {}
    for path in paths:
        for part in part_of(parts, path):
            place = BytePlace(piece.start, piece.end, part.path, piece.line)
            found[part.path] = Owner(part.unit, part.trace_id, part.span_id, part.label, place, part.start)
    return list(found.values())


class Family:
    """Who is whose child among the spans of some traces, so that orphans can be told what to do."""

    def __init__(self) -> None:
        self._parents: dict[tuple[str, str], str | None] = {}
        self._written: dict[tuple[str, str], str] = {}
        self._usage: dict[tuple[str, str], Mapping[str, float]] = {}
        self._lost: dict[tuple[str, str], Counter[str]] | None = None

    def add(self, parts: Iterable[Part], traces: frozenset[str]) -> None:
        for part in parts:
            if part.unit is Unit.SPAN and part.trace_id in traces and part.span_id:
                key = (part.trace_id, part.span_id)
                if part.parent is not None or key not in self._parents:
                    self._parents[key] = part.parent
                if part.usage:
                    self._usage[key] = part.usage
                if part.written:
                    self._written[key] = part.written

    def ids_in(self, traces: frozenset[str]) -> set[str]:
        return {span for trace, span in self._parents if trace in traces}

    def with_descendants(self, spans: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        children: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for key, parent in self._parents.items():
            if parent is not None:
                children[key[0], parent].append(key)
        found: set[tuple[str, str]] = set()
        waiting = list(spans)
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += children[key]
        return found

    def heir(self, trace_id: str, span_id: str, gone: set[tuple[str, str]]) -> str | None:
        seen: set[str] = set()
        while (trace_id, span_id) in gone and span_id not in seen:
            seen.add(span_id)
            parent = self._parents.get((trace_id, span_id))
            if parent is None:
                return None
            span_id = parent
        return None if span_id in seen else self._written.get((trace_id, span_id), span_id)

    def lost(self, trace_id: str, span_id: str, gone: set[tuple[str, str]]) -> Mapping[str, float]:
        if self._lost is None:
            self._lost = self._losses(gone)
        return self._lost.get((trace_id, span_id), {})

    def _losses(self, gone: set[tuple[str, str]]) -> dict[tuple[str, str], Counter[str]]:
        """Each loss is told to all who stand above it, and to its trace."""
        found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for key in gone & self._usage.keys():
            trace_id, above = key[0], self._parents.get(key)
            seen = {key[1]}
            found[trace_id, ""].update(self._usage[key])
            while above is not None and above not in seen:
                seen.add(above)
                found[trace_id, above].update(self._usage[key])
                above = self._parents.get((trace_id, above))
        return found


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to be cut out of a piece, and what that counts as."""

    cuts: Mapping[Path, Cut]
    counts: Mapping[str, int]


class Verdict:
    """Edits, ready to be asked about each record. Counts what it did."""

    def __init__(
        self,
        edits: Edits,
        formats: FormatEdits,
        family: Family,
        known: dict[int, Judged] | None = None,
    ) -> None:
        """`known` is what was found out about the same text before, and is added to: pieces that are cut."""
        self._edits = edits
        self._format = formats
        self.family = family
        self._spans = set(edits.spans)
        if edits.orphans is Orphans.REMOVE:
            self._spans = family.with_descendants(edits.spans)
        self._loose: set[str] = set()
        if formats.loose:
            self._loose = family.ids_in(edits.traces) | {span for _, span in self._spans}
            self._spans |= {("", span) for span in self._loose}
        self._records: dict[int, list[Path]] = defaultdict(list)
        for place in edits.records:
            if isinstance(place, BytePlace):
                self._records[place.start].append(place.path)
        self._rewrites: dict[int, Rewrite] = {r.place.start: r for r in edits.rewrites
                                              if isinstance(r.place, BytePlace)}  # fmt: skip
        self.known = known if known is not None else {}
        self.bare = False
        """Whether only what would be cut is asked for, not what is then left."""
        self.forgot = False
        """Whether more pieces are cut than are remembered."""
        self.counts: Counter[str] = Counter()
        self.met: set[int] = set()

    def trace(self, trace_id: str) -> bool:
        return trace_id in self._edits.traces

    def span(self, trace_id: str, span_id: str) -> bool:
        return trace_id in self._edits.traces or (trace_id, span_id) in self._spans

    def heir(self, trace_id: str, span_id: str) -> str | None:
        return self.family.heir(trace_id, span_id, self._spans)

    def lost(self, trace_id: str, span_id: str) -> Mapping[str, float]:
        return self.family.lost(trace_id, span_id, self._spans)

    def forms(self) -> set[bytes]:
        """Bytes one of which stands in every record that is edited for an id in it."""
        ids = {*self._edits.traces, *(trace for trace, _ in self._edits.spans), *self._loose}
        return {form for one in ids if not one.startswith("untraced:") for form in id_forms(one)}

    def starts(self) -> set[int]:
        """Where records begin that are edited for their place."""
        ids = [*self._edits.traces, *(trace for trace, _ in self._edits.spans)]
        named = {int(start) for one in ids if one.startswith("untraced:")
                 and (start := one.split(":")[1]).isdecimal()}  # fmt: skip
        return {*self._records, *self._rewrites, *named}

    def piece(self, piece: Piece) -> bytes | None:
        """The piece's new bytes: the very same object where nothing changes, none where it goes."""
        data = self._rewritten(piece)
        new: bytes | None = data
        if self._edits.traces or self._spans or piece.start in self._records:
            new = self._cut(replace(piece, data=data), known=data is piece.data) if data else data
        if new is not None and self._edits.every is not None:
            place = BytePlace(piece.start, piece.end, (), piece.line)
            other = self._edits.every(Cell(place, new))
            if other is not None and other != new:
                self.counts["rewritten"] += 1
                new = other
        return new

    def unmet(self) -> bool:
        return not self._rewrites.keys() <= self.met

    def _rewritten(self, piece: Piece) -> bytes:
        wanted = self._rewrites.get(piece.start)
        if wanted is None:
            return piece.data
        if digest(piece.data) != wanted.before:
            raise changed()
        self.met.add(piece.start)
        self.counts["rewritten"] += 1
        return wanted.after

    def _cut(self, piece: Piece, *, known: bool) -> bytes | None:
        judged = self.known.get(piece.start) if known else None
        if judged is None:
            judged = self._judged(piece)
            if known and judged.cuts:
                self.forgot = self.forgot or len(self.known) >= _REMEMBERED
                if not self.forgot:
                    self.known[piece.start] = judged
        self.counts.update(judged.counts)
        if not judged.cuts:
            return piece.data
        if self.bare and self._edits.every is None:
            return None
        return None if isinstance(judged.cuts.get(()), Drop) else cut(piece.data, judged.cuts)

    def _judged(self, piece: Piece) -> Judged:
        told = self._records.get(piece.start, [])
        if () in told:
            return Judged({(): DROP}, {"record": 1})
        found = held(self._format, piece)
        cuts: dict[Path, Cut] = dict.fromkeys(told, DROP)
        counts: Counter[str] = Counter()
        for one in found:
            self._of_record(one, cuts, counts)
        if not cuts:
            return Judged({}, {})
        parts = [part for one in found for part in one.parts]
        if self._format.prunes:
            _drop_traces_without_spans(cuts, parts)
        stays = [part for part in parts if not isinstance(cuts.get(part.path), Drop)
                 and not _below_a_drop(part.path, cuts)]  # fmt: skip
        _prune(cuts, parts, stays, prunes=self._format.prunes)
        return Judged(cuts, counts)

    def _of_record(self, found: Held, cuts: dict[Path, Cut], counts: Counter[str]) -> None:
        gone: list[Part] = []
        inside: set[Path] = set()
        for part in found.parts:
            if any(part.path[:size] in inside for size in range(len(part.path))):
                gone.append(part)
            elif self._goes(part) or part.path in cuts:
                gone.append(part)
                lifts = self._format.nested if self._may_lift(part) else ""
                cuts[part.path] = Drop(lifts)
                if not lifts:
                    inside.add(part.path)
            else:
                self._mend(found.record, part, cuts, counts)
        for part in gone:
            counts[part.label] += 1

    def _goes(self, part: Part) -> bool:
        return part.trace_id in self._edits.traces or (
            bool(part.span_id) and (part.trace_id, part.span_id) in self._spans
        )

    def _may_lift(self, part: Part) -> bool:
        return (
            bool(self._format.nested)
            and part.unit is Unit.SPAN
            and part.trace_id not in self._edits.traces
            and self._edits.orphans is Orphans.REPARENT
        )

    def _mend(self, record: Record, part: Part, cuts: dict[Path, Cut], counts: Counter[str]) -> None:
        value = _at(record.value, part.path[len(record.path) :])
        for path, fresh in self._format.mended(value, part, self):
            cuts[(*part.path, *path)] = _cut_of(fresh)
            counts["mended"] += 1


def changed() -> HeldBack:
    return HeldBack(
        "The store has changed since the edit was planned.", "Plan it again: nothing was changed."
    )


def _at(value: Object, path: Path) -> Object:
    here: object = value
    for step in path:
        if isinstance(here, dict) and isinstance(step, str):
            here = here.get(step)
        elif isinstance(here, list) and isinstance(step, int):
            here = here[step]
    if not isinstance(here, dict):
        raise StoreError("A record isn't what its format says.", "Report it with the format's name.")
    return here


def _cut_of(fresh: Fresh) -> Cut:
    return DROP if isinstance(fresh, Removed) else Put(json.dumps(fresh).encode())


def _below_a_drop(path: Path, cuts: Mapping[Path, Cut]) -> bool:
    found = (cuts.get(path[:size]) for size in range(len(path)))
    return any(isinstance(one, Drop) and not one.keep for one in found)


def _drop_traces_without_spans(cuts: dict[Path, Cut], parts: Sequence[Part]) -> None:
    for trace in parts:
        if trace.unit is not Unit.TRACE:
            continue
        size = len(trace.path)
        spans = [part for part in parts if part.unit is Unit.SPAN and part.path[:size] == trace.path]
        if spans and all(isinstance(cuts.get(span.path), Drop) for span in spans):
            cuts[trace.path] = DROP


def _prune(cuts: dict[Path, Cut], parts: Sequence[Part], stays: Sequence[Part], *, prunes: bool) -> None:
    """Drop what holds nothing any more: list elements and records, outermost first."""
    left = {part.path[:size] for part in stays for size in range(len(part.path) + 1)}
    whole = {part.path for part in stays}
    for part in parts:
        if not isinstance(cuts.get(part.path), Drop):
            continue
        inside = max((size + 1 for size in range(len(part.path)) if part.path[:size] in whole), default=0)
        for size in range(inside, len(part.path) + 1):
            holder = part.path[:size]
            if holder in left:
                continue
            if inside and size < len(part.path):
                break  # it belongs to a part that stays
            # Without pruning only lists of records go: a line that is a list, left with none.
            lists_only = all(isinstance(step, int) for step in holder)
            if (prunes or lists_only) and (not holder or isinstance(holder[-1], int)):
                cuts[holder] = DROP
                break
