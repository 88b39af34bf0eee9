"""What of a store exists for the role that acts: nothing else may be found, counted or let go by it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inspector.session.limited import limited
from inspector.stores.edits import Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inspector.access.limits import Limit
    from inspector.model import SpanHead
    from inspector.session.veil import Veil
    from inspector.stores.base import Store
    from inspector.stores.edits import Owner

OUTSIDE: Final = "This role sees a part of the store: what lies outside was neither searched nor changed."


@dataclass(frozen=True, slots=True)
class Sight:
    """`spans` are those that exist for the role; of the traces in `whole` it sees every one."""

    spans: frozenset[tuple[str, str]]
    whole: frozenset[str]

    @classmethod
    def of(cls, store: Store, limit: Limit, veil: Veil, stopped: Callable[[], bool] = lambda: False) -> Sight:
        seen = list(_spans(limited(store, limit, veil), stopped))
        visible, all_of = Counter(trace for trace, _ in seen), Counter(t for t, _ in _spans(store, stopped))
        return cls(frozenset(seen), frozenset(t for t, count in visible.items() if all_of[t] == count))

    def covers(self, owner: Owner) -> bool:
        """What a trace holds beside spans may be about any of them; a record of no trace is about nobody knows
        what."""
        if owner.unit is Unit.SPAN:
            return (owner.trace_id, owner.span_id) in self.spans
        return owner.trace_id in self.whole


def _spans(store: Store, stopped: Callable[[], bool]) -> Iterator[tuple[str, str]]:
    for batch in store.scan():
        yield from map(_key, batch.spans)
        if stopped():
            return


def _key(head: SpanHead) -> tuple[str, str]:
    return head.trace_id, head.span_id
