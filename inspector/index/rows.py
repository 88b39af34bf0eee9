"""A store of rows in ranges of its keys, so that several processes read it: each range is a job, and a block."""

from __future__ import annotations

from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING, Final, cast

from inspector.index.block import Block
from inspector.model import RowPlace
from inspector.stores.base import HasRows
from inspector.stores.formats import phoenix_trace
from inspector.stores.formats.phoenix import HEAD, Names
from inspector.stores.formats.phoenix_tables import SIDE
from inspector.stores.formats.rows import count_side
from inspector.stores.sqlite_pages import Source, ends, pages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.index.worker import Job
    from inspector.model import Batch
    from inspector.stores.base import Store
    from inspector.stores.sqlite_db import Database

_SPANS: Final = 16_000
"""Spans in one job, about."""
_PAGE: Final = 1_000


def jobs(store: Store, first: Batch) -> list[Job]:
    """All of a store but its first batch, the newest first; none where it can't be read so."""
    if store.info.format.id != "phoenix" or not isinstance(store, HasRows) or not find_spec("msgspec"):
        return []
    db = store.database()
    known = _keys(first, "traces")
    low, high = ends(db, "spans")[0], min(_keys(first, "spans"), default=0) - 1
    if high - low > store.info.bytes:  # keys far apart, or a table whose ends can't be read
        return []
    count = max(1, -(-(high - low + 1) // _SPANS))
    spans, traces = _shares(low, high, count), _shares(*ends(db, "traces"), count)
    path = str(store.info.path)
    out: list[Job] = [
        {"path": path, "spans": s, "traces": t, "known": known, "share": n / count}
        for n, (s, t) in enumerate(zip(spans, traces, strict=True), 1)
    ]
    return [
        *out,
        {"path": path, "spans": [0, -1], "traces": [0, -1], "known": [], "share": 1.0, "side": True},
    ]


def _keys(first: Batch, table: str) -> list[int]:
    places = (*(span.place for span in first.spans), *(head.place for head in first.traces))
    return [
        place.key
        for place in places
        if isinstance(place, RowPlace) and place.table == table and isinstance(place.key, int)
    ]


def _shares(low: int, high: int, count: int) -> list[list[int]]:
    """A range of keys cut into so many, the highest first; all keys are in one, and some may be empty."""
    cuts = [low + (high - low + 1) * n // count for n in range(count + 1)]
    return [[a, b - 1] for a, b in pairwise(cuts)][::-1]


def block(store: Store, job: Mapping[str, object]) -> Block:
    """What one job is about."""
    assert isinstance(store, HasRows)
    db, out = store.database(), Block()
    low, high = cast("list[int]", job["spans"])
    first, last = cast("list[int]", job["traces"])
    _read(db, out, (low, high), (first, last), set(cast("list[int]", job["known"])))
    if job.get("side"):
        out.side = count_side(db, SIDE)
    out.done = int(db.bytes * cast("float", job["share"]))
    out.finish()
    return out


def _read(db: Database, out: Block, spans: tuple[int, int], traces: tuple[int, int], known: set[int]) -> None:
    from inspector.index.phoenix_fast import PhoenixRows

    reader = PhoenixRows(db, out)
    if spans[0] <= spans[1]:
        for page in pages(db, Source("spans", db.columns("spans", HEAD)), _PAGE, _PAGE, spans):
            problem = reader.spans(page.rows)
            if problem is not None:
                batch = Names(db).batch(page)
                batch.traces.clear()  # they come with their own range
                batch.problems = [p for p in batch.problems if p.where != problem.where]
                out.add(batch)
                out.problems.append(problem)
            else:
                out.problems += page.problems
    if traces[0] <= traces[1]:
        for page in pages(db, Source("traces", phoenix_trace.trace_columns(db)), _PAGE, _PAGE, traces):
            out.problems += page.problems
            reader.traces([row for row in page.rows if row[0] not in known])
