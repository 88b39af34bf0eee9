"""Which traces of a store a query selects: asked of the store itself, by the exact engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inspector.errors import NotFound
from inspector.lifecycle.facts import HeadFacts, Heads, RawTrace
from inspector.query import Matcher, parse
from inspector.query.plan import plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inspector.lifecycle.sight import Sight
    from inspector.model import Place, Trace
    from inspector.session.veil import Veil
    from inspector.stores.base import Store

_BY_HEAD: Final = frozenset(
    "trace start age errors spans store status kind environment service project".split()
)
"""Fields that a scan gives as a loaded trace does."""


@dataclass(slots=True)
class Structure:
    """A store as a scan sees it: heads by trace, in stored order."""

    store: Store
    veil: Veil
    traces: dict[str, Heads]

    @classmethod
    def of(cls, store: Store, veil: Veil, stopped: Callable[[], bool] = lambda: False) -> Structure:
        traces: dict[str, Heads] = {}
        for batch in store.scan():
            for span in batch.spans:
                _heads(traces, span.trace_id).spans.append(span)
            for head in batch.traces:
                _heads(traces, head.trace_id).traces.append(head)
            if stopped():
                break
        return cls(store, veil, traces)

    def narrowed(self, sight: Sight | None) -> Structure:
        """Without traces that the role sees nothing or only a part of: it can't let go what it can't see."""
        if sight is None:
            return self
        seen = {id: heads for id, heads in self.traces.items() if id in sight.whole}
        return Structure(self.store, self.veil, seen)

    @property
    def name(self) -> str:
        return str(self.store.info.path)

    def load(self, heads: Heads) -> Trace | None:
        places: list[Place] = [span.place for span in heads.spans]
        places += [head.place for head in heads.traces if head.place is not None]
        try:
            return self.store.load(heads.trace_id, places)
        except NotFound:
            return None

    def facts(self, heads: Heads) -> RawTrace | None:
        trace = self.load(heads)
        if trace is None:
            return None
        self.veil.learn(trace)
        return RawTrace(trace, heads, self.veil, self.name)


def _heads(traces: dict[str, Heads], trace_id: str) -> Heads:
    found = traces.get(trace_id)
    if found is None:
        found = traces[trace_id] = Heads(trace_id)
    return found


class Chooser:
    """A query made ready for many traces; loads only those on which their heads don't decide."""

    def __init__(self, query: str, now: int) -> None:
        node = parse(query)
        bounds = plan(node, _BY_HEAD)
        self._exact = Matcher(node, now=now)
        self._maybe = Matcher(bounds.maybe, now=now)
        self._surely = Matcher(bounds.surely, now=now)
        self._by_head = bounds.exact

    def takes(self, structure: Structure, heads: Heads) -> bool:
        seen = HeadFacts(heads, structure.name)
        if not self._maybe.trace(seen):
            return False
        if self._by_head or self._surely.trace(seen):
            return True
        facts = structure.facts(heads)
        return facts is not None and self._exact.trace(facts)


def chosen(structure: Structure, query: str, now: int, stopped: Callable[[], bool]) -> Iterator[Heads]:
    """Raises QueryError."""
    chooser = Chooser(query, now)
    for heads in structure.traces.values():
        if stopped():
            return
        if chooser.takes(structure, heads):
            yield heads
