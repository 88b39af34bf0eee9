"""Exports that never become shown spans: OTLP by the line, and masked copies of whole stores."""

from __future__ import annotations

from contextlib import closing
from itertools import groupby
from typing import TYPE_CHECKING

from inspector.errors import UsageError
from inspector.lifecycle.trimming import demand_editable, leave_traces
from inspector.reports.chosen import Chosen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.cli.streams import Sink
    from inspector.intent import Intent
    from inspector.redaction import Stats
    from inspector.reports.chosen import Keys, Selection
    from inspector.reports.manifest import About
    from inspector.reports.minimise import Minimise
    from inspector.reports.tally import Tally
    from inspector.session import Session
    from inspector.session.audited import AuditedView


def write_otlp(
    view: AuditedView, keys: Keys, selection: Selection, about: About, out: Sink, chosen: Chosen
) -> None:
    """Stores that hold OTLP are streamed; the traces of others are converted."""
    session, tally = view.session, chosen.tally
    for number, group in groupby(sorted(keys.keys, key=lambda key: key.store), key=lambda key: key.store):
        own = list(group)
        rows = None if selection.everything else [k.row for k in own]
        streamed = session.stream(number, rows, out, _telling(session, number, len(own), chosen))
        if streamed is not None:
            _add(tally, streamed)
            continue
        from inspector.reports.otlp import write

        part = Chosen(view, own, chosen.minimise, chosen.step)
        write(part, about, out)  # type: ignore[arg-type]  # a file
        tally.findings.update(part.tally.findings)
    tally.traces, tally.spans, tally.errors = keys.traces, keys.spans, keys.errors


def _telling(session: Session, store: int, traces: int, chosen: Chosen) -> Callable[[int], None]:
    """Bytes that were read, told as the share of the traces that they are; stops where a step does."""
    size = max(session.stores()[store].info.bytes, 1)
    done = 0

    def read(count: int) -> None:
        nonlocal done
        done += count
        chosen.step(min(done * traces // size, traces), traces)

    return read


def _add(tally: Tally, stats: Stats) -> None:
    tally.findings.update({kind: n for kind, n in stats.findings.items() if n})


def demand_whole(session: Session, selection: Selection, minimise: Minimise) -> None:
    """Raises UsageError where a masked copy can't be what was asked for."""
    if len(session.stores()) != 1:
        raise UsageError("A masked copy is of one store.", "Export them one by one.")
    if minimise:
        raise UsageError(
            "A masked copy holds all content of its traces.",
            "Leave out fields and inputs, or use --to otlp.",
        )
    if not selection.everything:
        demand_editable(session.stores()[0])
    if session.limit is not None:
        raise UsageError(
            "A masked copy is of the whole store, and this role sees a part of it.", "Use --to otlp."
        )


def copy_store(
    session: Session, keys: Keys, whole: bool, place: Path, suffix: str, tally: Tally, intent: Intent
) -> None:
    """Write the store's masked copy into the empty file at `place`; unless it is the `whole`, the traces of
    `keys` are left in it."""
    _add(tally, session.copy(0, place, packed=suffix == ".gz"))
    if not whole:
        from inspector.stores import open_store

        ids = {session.identity(key)[0] for key in keys.keys}
        with closing(open_store(place)) as copy:
            leave_traces(copy, ids, intent)
    tally.traces, tally.spans, tally.errors = keys.traces, keys.spans, keys.errors
