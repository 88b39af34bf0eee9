"""Everything of a person in a store: which traces, spans and records mention them, where, and in what way."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from inspector.access.sealed import MARK
from inspector.lifecycle.classes import Class, class_of
from inspector.lifecycle.literals import literals
from inspector.lifecycle.snippets import Passage, passage
from inspector.model import RowPlace
from inspector.stores.edits import Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inspector.lifecycle.matcher import Match, Matcher
    from inspector.lifecycle.sight import Sight
    from inspector.model import Place
    from inspector.stores.edits import Cell, Editor, Owner

    Path = tuple[str | int, ...]

LOCKED: Final = (b"[ENCRYPTED]", MARK.encode())
"""How values begin, or read, that can't be opened here and may hold anything: a placeholder, a sealed value."""
_LOCKED: Final = re.compile(b"|".join(map(re.escape, LOCKED)))
_SAMPLES: Final = 5
"""Texts of each class that are kept to be shown, redacted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place in a cell where the person stands, and what that place belongs to."""

    place: Place
    owner: Owner
    kind: Class
    where: str
    match: Match


@dataclass(slots=True)
class Tally:
    """Counts of one class; a trace is counted by its id, a span by trace and span."""

    traces: set[str] = field(default_factory=set)
    spans: set[tuple[str, str]] = field(default_factory=set)
    records: set[Place] = field(default_factory=set)
    where: Counter[str] = field(default_factory=Counter)

    def note(self, owner: Owner, where: str) -> None:
        if owner.trace_id:
            self.traces.add(owner.trace_id)
        if owner.unit is Unit.SPAN:
            self.spans.add((owner.trace_id, owner.span_id))
        else:
            self.records.add(owner.place)
        self.where[where] += 1


@dataclass(slots=True)
class Found:
    """What a search found. `cells` are the places to rewrite where the person's words alone are to go."""

    classes: dict[Class, Tally] = field(default_factory=dict)
    owners: dict[Place, Owner] = field(default_factory=dict)
    """What is the person's, by what would be dropped."""
    links: dict[Place, Owner] = field(default_factory=dict)
    """What mentions them in a link alone, and is otherwise somebody else's."""
    encoded: dict[Place, Owner] = field(default_factory=dict)
    """What holds an id only in base64 (a token somebody else's trace carries)."""
    cells: dict[Place, str] = field(default_factory=dict)
    """Digests of the cells that hold anything of them."""
    passages: dict[Class, list[Passage]] = field(default_factory=dict)
    """Texts of the first findings of each class, the person's words blanked; not redacted otherwise."""
    tokens: Counter[int] = field(default_factory=Counter)
    """Hits by token."""

    @property
    def empty(self) -> bool:
        return not (self.cells or self.owners or self.links or self.encoded)

    @property
    def records(self) -> int:
        """Spans, rows and lines that mention the person."""
        return len(self.owners) + len(self.links)

    @property
    def traces(self) -> set[str]:
        """Every trace that is the person's; one that only names them in passing isn't."""
        return {owner.trace_id for owner in self.owners.values() if owner.trace_id and _of_trace(owner)}

    @property
    def spans(self) -> set[tuple[str, str]]:
        return {(o.trace_id, o.span_id) for o in self.owners.values() if o.unit is Unit.SPAN}

    @property
    def carried(self) -> set[str]:
        """Traces whose own data names the person: all their spans are theirs, whether they say so or not."""
        return {o.trace_id for o in self.owners.values() if o.unit is Unit.TRACE and o.trace_id}

    @property
    def loose(self) -> list[Owner]:
        """Records that go by themselves: no trace takes them along."""
        return [o for o in self.owners.values() if o.unit is Unit.RECORD]

    @property
    def unknown(self) -> int:
        tally = self.classes.get(Class.UNKNOWN)
        return 0 if tally is None else len(tally.spans) + len(tally.records)

    def add(self, finding: Finding) -> None:
        self.classes.setdefault(finding.kind, Tally()).note(finding.owner, finding.where)


def _of_trace(owner: Owner) -> bool:
    return owner.unit in (Unit.SPAN, Unit.TRACE)


def search(
    editor: Editor,
    matcher: Matcher,
    stopped: Callable[[], bool] = lambda: False,
    sight: Sight | None = None,
) -> Found:
    """Reads the store itself. What was found when `stopped` is incomplete, and the caller must not act on it.

    Of a limited `sight` nothing outside is found, and a cell that holds something outside too is left as it is.
    """
    found = Found()
    for cell in editor.cells((*matcher.needles, *LOCKED)):
        if stopped():
            break
        matches = matcher.find(cell.content)
        if matches:
            _take(found, editor, matcher, cell, matches, sight)
        if any(mark in cell.content for mark in LOCKED):
            _take_locked(found, editor, cell, sight)
    for place in found.owners:
        found.links.pop(place, None)
    for place in (*found.owners, *found.links):
        found.encoded.pop(place, None)
    return found


def findings(editor: Editor, matcher: Matcher) -> Iterator[Finding]:
    """Each place, for those who show or export them."""
    for cell in editor.cells(matcher.needles):
        matches = matcher.find(cell.content)
        if matches:
            yield from _findings(editor, matcher, cell, matches)


def _take(
    found: Found, editor: Editor, matcher: Matcher, cell: Cell, matches: list[Match], sight: Sight | None
) -> None:
    everything = list(_findings(editor, matcher, cell, matches))
    seen = everything if sight is None else [each for each in everything if sight.covers(each.owner)]
    if len(seen) == len(everything):
        found.cells[cell.place] = cell.digest
        for match in matches:
            found.tokens[match.token] += 1
    for finding in seen:
        found.add(finding)
        kept = found.passages.setdefault(finding.kind, [])
        if len(kept) < _SAMPLES and not finding.match.whole:
            text = passage(cell.content, finding.match.literal, matches)
            if text not in kept:
                kept.append(text)
        into = _INTO.get(finding.kind, _owners)(found)
        into.setdefault(finding.owner.place, finding.owner)


def _findings(editor: Editor, matcher: Matcher, cell: Cell, matches: list[Match]) -> Iterator[Finding]:
    column = _column(cell.place)
    by_part: dict[Path, list[Match]] = {}
    for match in matches:
        by_part.setdefault(part_of(match.literal.path), []).append(match)
    for part, inside in by_part.items():
        for owner in editor.owners(cell, [part]):
            for match in inside:
                kind = class_of(match, matcher.tokens[match.token].kind, owner.unit, column, cell.content)
                where = ".".join(step for step in (column, match.literal.where) if step)
                yield Finding(cell.place, owner, kind, where or owner.label, match)


def _owners(found: Found) -> dict[Place, Owner]:
    return found.owners


_INTO: Final[dict[Class, Callable[[Found], dict[Place, Owner]]]] = {
    Class.LINK: lambda found: found.links,
    Class.ENCODED: lambda found: found.encoded,
}


def _take_locked(found: Found, editor: Editor, cell: Cell, sight: Sight | None) -> None:
    """Counts those spans or records of a cell that hold a locked value, whether the person is found there or not."""
    places = sorted({match.start() for match in _LOCKED.finditer(cell.content)})
    parts = {part_of(literal.path): literal.where for literal in literals(cell.content, places)}
    for part, where in parts.items():
        for owner in editor.owners(cell, [part]):
            if sight is not None and not sight.covers(owner):
                continue
            found.classes.setdefault(Class.UNKNOWN, Tally()).note(owner, where or owner.label)


def _column(place: Place) -> str:
    return str(place.path[0]) if isinstance(place, RowPlace) and place.path else ""


def part_of(path: Path) -> Path:
    """The way as far as its owner depends on it: a span's position in a batch, else all of it."""
    for at in range(len(path) - 1, 0, -1):
        if path[at - 1] == "spans" and isinstance(path[at], int):
            return path[: at + 1]
    return path
