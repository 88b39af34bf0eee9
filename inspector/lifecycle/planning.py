"""Plans for one store: of a person, and of whatever traces were selected."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from inspector.errors import NotFound
from inspector.lifecycle import holds, ours
from inspector.lifecycle.classes import Class
from inspector.lifecycle.plan import ALWAYS, ClassCount, Mode, StorePlan, Terms, free_beside, hashed, state_of
from inspector.lifecycle.selection import Structure, chosen
from inspector.lifecycle.sight import OUTSIDE
from inspector.lifecycle.snippets import sample
from inspector.lifecycle.subjects import Found, search
from inspector.model import BytePlace
from inspector.session.opened import OVERLAP
from inspector.stores.base import HasWindows
from inspector.stores.edits import Edits, Unit, foreseeing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from inspector.lifecycle.desk import Desk
    from inspector.lifecycle.matcher import Matcher, Pseudonym
    from inspector.lifecycle.person import Person
    from inspector.lifecycle.sight import Sight
    from inspector.model import Place
    from inspector.session.veil import Veil
    from inspector.stores.base import Store
    from inspector.stores.edits import Cell, Editor, Owner

_MOST_WHERE: Final = 6
_KEY: Final = re.compile(r"[a-z_$N][A-Za-z0-9_-]*")
_DATED: Final = 2000
"""So many traces are opened for the oldest and newest; of more only these are looked at."""


def of_person(
    desk: Desk,
    path: Path,
    person: Person,
    terms: Terms,
    pseudonym: Pseudonym,
    stopped: Callable[[], bool] = lambda: False,
    *,
    samples: bool = True,
) -> StorePlan:
    """What erasing a person from one store would do. Raises StoreError."""
    with desk.editing(path) as (store, editor):
        return person_plan(desk, store, editor, person, terms, pseudonym, stopped, samples=samples)


def person_plan(
    desk: Desk,
    store: Store,
    editor: Editor,
    person: Person,
    terms: Terms,
    pseudonym: Pseudonym,
    stopped: Callable[[], bool] = lambda: False,
    *,
    samples: bool = True,
) -> StorePlan:
    """The same with an editor that is open: what it plans, that editor can carry out.

    Without `samples` the store isn't read for the names of others, that only texts of theirs would show.
    """
    path, matcher, state = store.info.path, person.matcher(), state_of(editor)
    sight = desk.sight(store, stopped)
    found = search(editor, matcher, stopped, sight)
    edits, replaced = edits_of(found, terms, matcher, pseudonym, sight)
    preview = editor.preview(edits)
    oldest, newest = _dates(store, found.owners.values())
    veil = desk.veil(path) if samples else None
    if veil is not None and found.passages and isinstance(store, HasWindows):
        veil.learn_all(takewhile(lambda _: not stopped(), store.windows(OVERLAP)))
    plan = StorePlan(
        path=path,
        format=store.info.format.id,
        state=state,
        edits=foreseeing(edits, preview.foreseen),
        traces=len(edits.traces),
        spans=len(found.spans),
        rows=sum(owner.unit is not Unit.SPAN for owner in found.owners.values()),
        replaced=replaced,
        counts=dict(preview.counts),
        classes=_classes(found, veil, matcher),
        oldest=oldest,
        newest=newest,
        unknown=found.unknown,
        cells=frozenset(found.cells) if edits.every is not None else frozenset(),
        holds=_held(desk, store, editor, edits, person),
        refusals=tuple(preview.refusals),
        uncovered=(*_outside(sight), *preview.uncovered, *ours.moved(path), ALWAYS),
        ours=ours.in_place(path),
        disk_needed=preview.disk_needed,
        disk_free=free_beside(path),
    )
    return hashed(plan, terms)


def _outside(sight: Sight | None) -> tuple[str, ...]:
    return () if sight is None else (OUTSIDE,)


def acting(
    desk: Desk, person: Person, terms: Terms, pseudonym: Pseudonym, made: Iterable[StorePlan] = ()
) -> Callable[[Store, Editor], StorePlan]:
    """Plans for whoever carries them out: one of `made` where its store still is as it was."""
    known = {plan.path.resolve(): plan for plan in made}

    def plan(store: Store, editor: Editor) -> StorePlan:
        before = known.get(store.info.path.resolve())
        if before is not None and before.state == state_of(editor):
            return replace(before, holds=_held(desk, store, editor, before.edits, person))
        return person_plan(desk, store, editor, person, terms, pseudonym, samples=False)

    return plan


def of_query(
    desk: Desk, path: Path, query: str, terms: Terms, stopped: Callable[[], bool] = lambda: False
) -> StorePlan:
    """What deleting the traces that a query selects would do. Raises StoreError, QueryError."""
    with desk.editing(path) as (store, editor):
        return query_plan(desk, store, editor, query, terms, desk.now(), stopped)


def query_plan(
    desk: Desk,
    store: Store,
    editor: Editor,
    query: str,
    terms: Terms,
    now: int,
    stopped: Callable[[], bool] = lambda: False,
) -> StorePlan:
    sight = desk.sight(store, stopped)
    structure = Structure.of(store, desk.veil(store.info.path), stopped).narrowed(sight)
    ids = [heads.trace_id for heads in chosen(structure, query, now, stopped)]
    edits = Edits(traces=frozenset(ids), past_readers=terms.past_readers)
    return traces_plan(desk, editor, structure, edits, {"query": len(ids)}, terms, _outside(sight))


def traces_plan(
    desk: Desk,
    editor: Editor,
    structure: Structure,
    edits: Edits,
    reasons: Mapping[str, int],
    terms: Terms,
    uncovered: Sequence[str] = (),
    *,
    heed_holds: bool = True,
) -> StorePlan:
    """Of traces that were chosen by their heads. Without `heed_holds` they have been left out before."""
    store, path = structure.store, structure.store.info.path
    state = state_of(editor)
    preview = editor.preview(edits)
    taken = [structure.traces[id] for id in edits.traces]
    starts = [heads.start for heads in taken if heads.start is not None]
    plan = StorePlan(
        path=path,
        format=store.info.format.id,
        state=state,
        edits=foreseeing(edits, preview.foreseen),
        traces=len(edits.traces),
        spans=sum(len(heads.spans) for heads in taken),
        rows=0,
        replaced=len(edits.rewrites),
        counts=dict(preview.counts),
        reasons=reasons,
        oldest=min(starts, default=None),
        newest=max(starts, default=None),
        holds=_held(desk, store, editor, edits, None, structure) if heed_holds else (),
        refusals=tuple(preview.refusals),
        uncovered=(*uncovered, *preview.uncovered, *ours.moved(path), ALWAYS),
        ours=ours.in_place(path),
        disk_needed=preview.disk_needed,
        disk_free=free_beside(path),
    )
    return hashed(plan, terms)


def edits_of(
    found: Found, terms: Terms, matcher: Matcher, name: Pseudonym, sight: Sight | None = None
) -> tuple[Edits, int]:
    """The edits, and in how many cells only words are replaced. Of a trace that is seen in part, the person's spans
    go that are seen."""
    if terms.mode is Mode.PSEUDONYMISE:
        edits = Edits(every=replacing(frozenset(found.cells), matcher, name), past_readers=terms.past_readers)
        return (edits, len(found.cells)) if found.cells else (Edits(), 0)
    traces = found.traces if terms.mode is Mode.DELETE else found.carried
    if sight is not None:
        traces = traces & sight.whole
    spans = frozenset(s for s in found.spans if s[0] not in traces)
    loose = [owner for owner in found.loose if owner.trace_id not in traces]
    records = tuple(owner.place for owner in loose) if terms.metadata else ()
    stay = {**found.links, **found.encoded, **({} if terms.metadata else {o.place: o for o in loose})}
    stay = {
        p: o for p, o in stay.items() if o.trace_id not in traces and (o.trace_id, o.span_id) not in spans
    }
    return Edits(
        traces=frozenset(traces),
        spans=spans,
        records=records,
        every=replacing(frozenset(found.cells), matcher, name) if stay else None,
        orphans=terms.orphans,
        past_readers=terms.past_readers,
    ), len(stay)


def replacing(places: frozenset[Place], matcher: Matcher, name: Pseudonym) -> Callable[[Cell], bytes | None]:
    wanted = {_spot(place) for place in places}
    return lambda cell: matcher.replaced(cell.content, name) if _spot(cell.place) in wanted else None


def _spot(place: Place) -> Place:
    """Without the line, which is counted only where somebody asks for it."""
    return BytePlace(place.start, place.end) if isinstance(place, BytePlace) else place


def _dates(store: Store, owners: Collection[Owner]) -> tuple[int | None, int | None]:
    """When the oldest and the newest of the spans began."""
    by_trace: dict[str, list[Place]] = {}
    times = [owner.start for owner in owners if owner.start is not None]
    for owner in owners:
        unknown = owner.unit is Unit.SPAN and owner.start is None
        if unknown and (owner.trace_id in by_trace or len(by_trace) < _DATED):
            by_trace.setdefault(owner.trace_id, []).append(owner.place)
    for trace_id, places in by_trace.items():
        try:
            trace = store.load(trace_id, places)
        except NotFound:
            continue
        times += [span.start for span in trace.spans if span.start is not None]
    return min(times, default=None), max(times, default=None)


def _classes(found: Found, veil: Veil | None, matcher: Matcher) -> tuple[ClassCount, ...]:
    out: list[ClassCount] = []
    for kind, tally in found.classes.items():
        where = tuple(_safe(name, veil, matcher) for name, _ in tally.where.most_common(_MOST_WHERE))
        passages = found.passages.get(kind, ()) if veil is not None else ()
        samples = dict.fromkeys(sample(whole, veil, matcher) for whole in passages if veil is not None)
        out.append(
            ClassCount(
                kind.value, len(tally.traces), len(tally.spans), len(tally.records),
                tuple(dict.fromkeys(where)), tuple(samples),
            )
        )  # fmt: skip
    order = [kind.value for kind in Class]
    return tuple(sorted(out, key=lambda each: order.index(each.name)))


def _safe(text: str, veil: Veil | None, matcher: Matcher) -> str:
    """Redacted; what still holds the person's words isn't shown at all. A key that a program would not use may
    be somebody's name: it is shown only by a veil that knows the names of the store."""
    if veil is None:
        shown = ".".join(key if _KEY.fullmatch(key) else "…" for key in text.split("."))
    else:
        shown = str(veil.text(text, (), "attributes"))
    return "[subject]" if matcher.hits(shown) else shown


def _held(
    desk: Desk,
    store: Store,
    editor: Editor,
    edits: Edits,
    person: Person | None,
    structure: Structure | None = None,
) -> tuple[str, ...]:
    """Holds that cover something of what would go, in words."""
    found: list[str] = []
    touched = set(edits.traces) | {trace for trace, _ in edits.spans}
    for hold in holds.active(desk.now()):
        if hold.person is not None:
            held = person is not None and hold.person.mark == person.mark
            if not held:
                held = not touched.isdisjoint(search(editor, hold.person.matcher()).traces)
        else:
            structure = structure or Structure.of(store, desk.veil(store.info.path))
            covered = {heads.trace_id for heads in chosen(structure, hold.query, desk.now(), lambda: False)}
            held = not touched.isdisjoint(covered) or bool(edits.every and not touched and covered)
        if held:
            found.append(f"hold {hold.id}, {hold.what}")
    return tuple(found)


def held_by(desk: Desk, person: Person) -> tuple[str, ...]:
    """Holds of this very person."""
    return tuple(
        f"hold {hold.id}, {hold.what}"
        for hold in holds.active(desk.now())
        if hold.person is not None and hold.person.mark == person.mark
    )


def held_traces(desk: Desk, editor: Editor, structure: Structure) -> dict[str, str]:
    """Traces that a hold keeps, and which."""
    out: dict[str, str] = {}
    for hold in holds.active(desk.now()):
        if hold.person is not None:
            ids: Sequence[str] = list(search(editor, hold.person.matcher()).traces)
        else:
            ids = [heads.trace_id for heads in chosen(structure, hold.query, desk.now(), lambda: False)]
        out.update(dict.fromkeys(ids, hold.id))
    return out
