"""The list of traces over all open stores: an order taken once, rows made when asked for."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from inspector.index import in_order, sort_field
from inspector.session.veil import shown_text
from inspector.view import TraceKey, TraceRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.index import SortKey
    from inspector.redaction.result import RedactedText
    from inspector.session.measuring import Chosen
    from inspector.session.opened import Opened
    from inspector.view import Hit, ShownText, Sort
    from inspector.view_stats import Findings, Stats, Times


class SessionRows:
    """A snapshot: traces that come later aren't in it, those in it keep their place."""

    def __init__(self, stores: Sequence[Opened], chosen: Sequence[array[int] | None], sort: Sort) -> None:
        """`chosen`: the rows of each store that the list is made of, none for all."""
        self._stores = stores
        field = sort_field(sort.field)
        each = [
            opened.index.order(
                "start" if field == "store" else field, field == "store" or sort.descending, rows
            )
            for opened, rows in zip(stores, chosen, strict=True)
        ]
        self._of: array[int] | None = None
        """The store of each row, where there are several."""
        if len(stores) == 1:
            self._rows = each[0]
        else:
            self._merge(each, field, sort.descending)
        self._positions: dict[tuple[int, int], int] | None = None

    def _merge(self, each: Sequence[array[int]], field: str, descending: bool) -> None:
        found: list[tuple[SortKey, int, int]] = []
        for number, (opened, rows) in enumerate(zip(self._stores, each, strict=True)):
            if field == "store":
                name = str(opened.name).casefold()
                found += [(name, number, row) for row in rows]
            else:
                key = opened.index.sort_keys(field)
                found += [(key(row), number, row) for row in rows]
        found = in_order(found, lambda item: item[0], descending)
        self._of = array("I", [number for _, number, _ in found])
        self._rows = array("I", [row for _, _, row in found])

    @property
    def count(self) -> int:
        return len(self._rows)

    def page(self, start: int, n: int) -> Sequence[TraceRow]:
        first = max(0, start)
        return [
            trace_row(self._stores, self._key(at)) for at in range(first, min(first + n, len(self._rows)))
        ]

    def position(self, key: TraceKey) -> int | None:
        if self._of is None:
            try:
                return self._rows.index(key.row) if key.store == 0 else None
            except ValueError:
                return None
        if self._positions is None:
            pairs = zip(self._of, self._rows, strict=True)
            self._positions = {pair: i for i, pair in enumerate(pairs)}
        return self._positions.get((key.store, key.row))

    def starts(self, hits: Sequence[Hit]) -> Sequence[int | None]:
        from inspector.session.measuring import start_of

        return [start_of(self._stores[hit.key.store].index, hit) for hit in hits]

    def times(self, parts: int, start: int | None = None, end: int | None = None) -> Times | None:
        from inspector.session.measuring import times

        return times(self.chosen(), parts, start, end)

    def stats(self, report: Callable[[float], None], stopped: Callable[[], bool]) -> Stats:
        from inspector.session.measuring import stats

        return stats(self.chosen(), report, stopped)

    def findings(self, report: Callable[[Findings], None], stopped: Callable[[], bool]) -> None:
        from inspector.session.findings import find

        keys = (self._key(at) for at in range(len(self._rows)))
        find(self._stores, keys, len(self._rows), report, stopped)

    def chosen(self) -> Chosen:
        """The rows of each store that are in this list."""
        if self._of is None:
            return [(self._stores[0].index, self._rows)]
        each: list[array[int]] = [array("I") for _ in self._stores]
        for store, row in zip(self._of, self._rows, strict=True):
            each[store].append(row)
        return [(opened.index, rows) for opened, rows in zip(self._stores, each, strict=True)]

    def _key(self, at: int) -> TraceKey:
        return TraceKey(0 if self._of is None else self._of[at], self._rows[at])


def trace_row(stores: Sequence[Opened], key: TraceKey) -> TraceRow:
    opened = stores[key.store]
    facts = opened.index.facts(key.row)
    return TraceRow(
        key=key,
        trace_id=shown_text(facts.trace_id),
        name=shown_text(facts.name),
        kind=facts.kind,
        start=facts.start,
        duration=facts.duration,
        spans=facts.spans,
        errors=facts.errors,
        status=facts.status,
        service=_shown(facts.service),
        project=_shown(facts.project),
        environment=_shown(facts.environment),
        session=_shown(facts.session),
        user=_shown(facts.user),
        model=_shown(facts.model),
        tokens=facts.tokens,
        cost=facts.cost,
        tags=tuple(shown_text(t) for t in facts.tags),
        store=opened.name,
    )


def _shown(text: RedactedText | None) -> ShownText | None:
    return None if text is None else shown_text(text)
