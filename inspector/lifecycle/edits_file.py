"""The edits of a database as a job keeps them: an operation that was cut off must be ended with the very same."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from inspector.lifecycle import sealed
from inspector.model import RowPlace
from inspector.stores.edits import Edits, Orphans, Rewrite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from inspector.lifecycle.sealed import Json, Object
    from inspector.model import Place
    from inspector.stores.edits import Cell


def to_json(edits: Edits, replaced: Iterable[Place]) -> Object:
    """`replaced` are the cells that `every` is about."""
    return {
        "traces": [*sorted(edits.traces)],
        "spans": [list(each) for each in sorted(edits.spans)],
        "records": [_place(each) for each in edits.records],
        "rewrites": [
            {"place": _place(r.place), "before": r.before, "after": base64.b64encode(r.after).decode()}
            for r in edits.rewrites
        ],
        "every": [_place(each) for each in replaced] if edits.every is not None else None,
        "orphans": edits.orphans.value,
        "past_readers": edits.past_readers,
    }


def from_json(
    value: Object, replacing: Callable[[frozenset[Place]], Callable[[Cell], bytes | None]]
) -> Edits:
    every = value.get("every")
    spans = value.get("spans")
    return Edits(
        traces=frozenset(sealed.texts(value, "traces")),
        spans=frozenset((str(s[0]), str(s[1])) for s in spans if isinstance(s, list))
        if isinstance(spans, list)
        else frozenset(),
        records=tuple(_read(each) for each in sealed.objects(value, "records")),
        rewrites=tuple(
            Rewrite(_inner(each), sealed.text(each, "before"), base64.b64decode(sealed.text(each, "after")))
            for each in sealed.objects(value, "rewrites")
        ),
        every=replacing(frozenset(_read(each) for each in sealed.objects(value, "every")))
        if isinstance(every, list)
        else None,
        orphans=Orphans(sealed.text(value, "orphans")),
        past_readers=value.get("past_readers") is True,
    )


def _place(place: Place) -> Json:
    assert isinstance(place, RowPlace)
    key: Json = list(place.key) if isinstance(place.key, tuple) else place.key
    return {"table": place.table, "key": key, "path": list(place.path)}


def _inner(value: Object) -> RowPlace:
    place = value.get("place")
    return _read(place if isinstance(place, dict) else {})


def _read(value: Object) -> RowPlace:
    key, path = value.get("key"), value.get("path")
    parts = tuple(p for p in path if isinstance(p, str | int)) if isinstance(path, list) else ()
    if isinstance(key, list):
        return RowPlace(sealed.text(value, "table"), tuple(k for k in key if isinstance(k, str | int)), parts)
    return RowPlace(sealed.text(value, "table"), key if isinstance(key, str | int) else 0, parts)
