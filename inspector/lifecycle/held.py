"""All that a store holds about one person, piece by piece, as that person may be given it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from inspector.lifecycle.others import Others, other_ids, own_sessions
from inspector.lifecycle.screened import Screened
from inspector.lifecycle.selection import Structure
from inspector.lifecycle.subjects import search
from inspector.lifecycle.tokens import TokenKind, kind_of
from inspector.model import BytePlace, RowPlace
from inspector.redaction.stated import OVERLAP
from inspector.stores.base import HasWindows
from inspector.stores.edits import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.lifecycle.desk import Desk
    from inspector.lifecycle.matcher import Match, Matcher
    from inspector.lifecycle.person import Person
    from inspector.lifecycle.screened import Plain
    from inspector.lifecycle.subjects import Found
    from inspector.model import Span, Trace, Value
    from inspector.redaction import Redactor
    from inspector.stores.base import Store
    from inspector.stores.edits import Cell, Editor, Owner

    Piece = dict[str, Plain]

_LOCAL: Final = 7
"""Digits of a number without its country code."""


@dataclass(slots=True)
class Held:
    """What was found in one store; `screened` counts what was hidden while the pieces are read."""

    store: Store
    editor: Editor
    matcher: Matcher
    found: Found
    structure: Structure
    screened: Screened
    counts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, desk: Desk, engine: Redactor, store: Store, editor: Editor, person: Person) -> Held:
        matcher = person.matcher()
        found = search(editor, matcher)
        structure = Structure.of(store, desk.veil(store.info.path))
        heads = structure.traces.values()
        sessions = own_sessions(heads, matcher.hits)
        others = Others(other_ids(heads, matcher.hits, sessions))
        own = {person.id, *person.aliases, *sessions, *_forms(editor, matcher)}
        own |= {tail for each in own for tail in _tails(each)}
        names = engine.stated(store.windows(OVERLAP)) if isinstance(store, HasWindows) else set()
        return cls(
            store, editor, matcher, found, structure, Screened.of(engine, own, others, names),
            {"traces": 0, "spans": 0, "naming": 0, "records": 0, "mentions": 0, "lost": 0, "unknown": found.unknown},
        )  # fmt: skip

    def traces(self) -> Iterator[Piece]:
        """Every trace that is the person's, whole."""
        for trace_id in sorted(self.found.traces):
            heads = self.structure.traces.get(trace_id)
            trace = None if heads is None else self.structure.load(heads)
            if trace is None:
                self.counts["lost"] += 1
            else:
                yield self._trace(trace)

    def records(self) -> Iterator[Piece]:
        """What is theirs and is no span, in full."""
        for cell, _ in _cells(self.editor, self.matcher):
            for owner in self._owners(cell):
                if owner.unit is Unit.SPAN or owner.place not in self.found.owners:
                    continue
                self.counts["records"] += 1
                value = _at(cell.content, owner.place)
                yield {"kind": owner.label, "field": _column(cell), "value": self.screened.value(value)}

    def mentions(self) -> Iterator[Piece]:
        """Where data that is somebody else's names them: the text that does, and nothing around it."""
        passing = {**self.found.links, **self.found.encoded}
        for cell, matches in _cells(self.editor, self.matcher) if passing else ():
            for match in matches:
                owners = self.editor.owners(cell, [match.literal.path])
                if not any(owner.place in passing for owner in owners):
                    continue
                self.counts["mentions"] += 1
                text = None if match.form == "base64" else self.screened.value(_form(cell, match))
                where = ".".join(step for step in (_column(cell), match.literal.where) if step)
                yield {"field": self.screened.value(where), "form": match.form, "text": text}

    def _owners(self, cell: Cell) -> list[Owner]:
        made: dict[object, Owner] = {}
        for match in self.matcher.find(cell.content):
            for owner in self.editor.owners(cell, [match.literal.path]):
                made.setdefault(owner.place, owner)
        return list(made.values())

    def _trace(self, trace: Trace) -> Piece:
        screened, head = self.screened, trace.head
        for span in trace.spans:
            for subject in span.subjects:
                if not self.matcher.hits(subject.id) and subject.id not in screened.own:
                    screened.others.add(subject.id)
        self.counts["traces"] += 1
        return {
            "trace_id": screened.value(head.trace_id),
            "name": screened.value(head.name),
            "start": _time(head.start),
            "end": _time(head.end),
            "session": screened.value(head.session),
            "user": screened.value(head.user),
            "tags": screened.value([*head.tags]),
            "attributes": screened.attributes(trace.attributes),
            "input": screened.value(trace.input),
            "output": screened.value(trace.output),
            "annotations": [{"name": screened.value(a.name), "value": screened.value(a.value)}
                            for a in trace.annotations],
            "side": [{"kind": side.kind, "value": screened.value(side.value)} for side in trace.side],
            "as_stored": screened.value(trace.raw),
            "spans": [self._span(span) for span in trace.spans],
        }  # fmt: skip

    def _span(self, span: Span) -> Plain:
        screened = self.screened
        names = (span.trace_id, span.span_id) in self.found.spans or span.trace_id in self.found.carried
        self.counts["spans"] += 1
        self.counts["naming"] += names
        return {
            "span_id": screened.value(span.span_id),
            "parent_id": screened.value(span.parent_id),
            "names_you": names,
            "name": screened.value(span.name),
            "kind": span.kind.value,
            "start": _time(span.start),
            "end": _time(span.end),
            "status": span.status.value,
            "status_message": screened.value(span.status_message),
            "service": screened.value(span.service),
            "session": screened.value(span.session),
            "user": screened.value(span.user),
            "model": screened.value(span.model),
            "input": screened.value(span.input),
            "output": screened.value(span.output),
            "attributes": screened.attributes(span.attributes),
            "events": [{"name": screened.value(e.name), "time": _time(e.time),
                        "attributes": screened.attributes(e.attributes)} for e in span.events],
            "links": [{"trace_id": screened.value(k.trace_id), "span_id": screened.value(k.span_id),
                       "attributes": screened.attributes(k.attributes)} for k in span.links],
            "resource": screened.attributes(span.resource),
            "scope": screened.value(span.scope.name),
            "annotations": [{"name": screened.value(a.name), "value": screened.value(a.value)}
                            for a in span.annotations],
            "as_stored": screened.value(span.raw),
        }  # fmt: skip


def _cells(editor: Editor, matcher: Matcher) -> Iterator[tuple[Cell, list[Match]]]:
    for cell in editor.cells(matcher.needles):
        matches = matcher.find(cell.content)
        if matches:
            yield cell, matches


def _forms(editor: Editor, matcher: Matcher) -> set[str]:
    """The person's words as they stand in the store, in whatever case and spacing."""
    return {
        _form(cell, match)
        for cell, matches in _cells(editor, matcher)
        for match in matches
        if match.form in ("plain", "escaped")
    }


def _tails(text: str) -> Iterator[str]:
    """A phone number without its country code, which a rule may find by itself."""
    if kind_of(text) is TokenKind.PHONE:
        for gap in re.finditer(r"[^\d]+", text):
            tail = text[gap.end() :]
            if sum(c.isdecimal() for c in tail) >= _LOCAL:
                yield tail


def _form(cell: Cell, match: Match) -> str:
    text = cell.content[match.start : match.end].decode("utf-8", "replace")
    if match.literal.kind not in "sk":
        return text
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text


def _at(content: bytes, place: object) -> Value:
    """What stands at a place in a cell; all of it where it is a row's column or no JSON."""
    text = content.decode("utf-8", "replace")
    if not isinstance(place, BytePlace):
        return text
    try:
        here: Value = json.loads(text)
    except ValueError:
        return text
    for step in place.path:
        if isinstance(here, dict) and step in here:
            here = here[str(step)]
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            break
    return here


def _column(cell: Cell) -> str:
    return str(cell.place.path[0]) if isinstance(cell.place, RowPlace) and cell.place.path else ""


def _time(ns: int | None) -> str | None:
    if ns is None:
        return None
    try:
        return datetime.fromtimestamp(ns / 1e9, UTC).isoformat(timespec="microseconds")
    except (ValueError, OverflowError, OSError):
        return None
