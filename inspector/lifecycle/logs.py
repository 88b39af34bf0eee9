"""Log records that have run out: they lie in the files of traces, and leave by their own time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inspector.lifecycle import holds
from inspector.lifecycle.subjects import search
from inspector.stores.base import HasLogs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from inspector.lifecycle.desk import Desk
    from inspector.lifecycle.policy import Tiers
    from inspector.model import Place
    from inspector.stores.base import Log, Store
    from inspector.stores.edits import Editor


@dataclass(slots=True)
class DueLogs:
    """`places` are those to go; all else stays. Times are ns since the epoch."""

    places: set[Place] = field(default_factory=set)
    newest: int = 0
    next: int | None = None
    """When the first of those that stay runs out."""
    held: int = 0
    waiting: Counter[str] = field(default_factory=Counter)

    def lines(self, store: Store) -> Iterator[bytes]:
        """Themselves, as they are put by."""
        return (log.line for log in _logs(store) if log.place in self.places)


def due_logs(
    desk: Desk,
    store: Store,
    editor: Editor,
    tiers: Tiers,
    now: int,
    gone: Collection[str],
    held: Collection[str],
) -> DueLogs:
    """Those of a trace that is `gone` go with it. A hold on a trace (`held`) or a person keeps what is logged of
    them."""
    found = DueLogs()
    if tiers.hot is None or not isinstance(store, HasLogs):
        return found
    kept = _held(desk, editor)
    for log in _logs(store):
        if log.trace_id and log.trace_id in gone:
            continue
        if log.time is None:
            found.waiting["has no time"] += 1
        elif now - log.time <= tiers.hot:
            at = log.time + tiers.hot
            found.next = at if found.next is None else min(at, found.next)
        elif log.place in kept or log.trace_id in held:
            found.held += 1
        else:
            found.places.add(log.place)
            found.newest = max(found.newest, log.time)
    return found


def _logs(store: Store) -> Iterator[Log]:
    return store.logs() if isinstance(store, HasLogs) else iter(())


def _held(desk: Desk, editor: Editor) -> set[Place]:
    """Records that name a person whom a hold is about."""
    people = (hold.person for hold in holds.active(desk.now()) if hold.person is not None)
    return {place for person in people for place in search(editor, person.matcher()).owners}
