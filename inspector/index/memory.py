"""The index of one store, in memory: what lists, filters and sorts run on."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from inspector.index.facts import Totals
from inspector.index.order import SORT_FIELDS, in_order, sort_field
from inspector.index.rollup import Growing
from inspector.index.words import holds
from inspector.redaction.result import RedactedText

if TYPE_CHECKING:
    from inspector.index.facts import Label, TraceFacts
    from inspector.index.order import SortKey
    from inspector.model import Batch, Place, Problem

_NO_TEXT = RedactedText(())
_MANY = 1 << 16
_KEPT_PROBLEMS = 10_000


class MemoryIndex:
    """Fed by a scan in one thread, read in any. Rows keep their number while the index lives.

    Labels are redacted as they enter, so nothing here but `raw_id` and places is other than the list shows.
    """

    def __init__(self, label: Label) -> None:
        self._redact = label
        self._lock = threading.Lock()
        self._rows: list[Growing] = []
        self._by_raw: dict[str, int] = {}
        self._by_shown: dict[str, int] = {}
        self._labels: dict[tuple[str, str], RedactedText] = {}
        self._spans = 0
        self._side = 0
        self._problems: dict[tuple[str, str], int] = {}

    def feed(self, batch: Batch) -> None:
        with self._lock:
            for trace in batch.traces:
                self._row(trace.trace_id).add_head(trace, self._label)
            for span in batch.spans:
                self._row(span.trace_id).add_span(span, self._label)
            self._spans += len(batch.spans)
            self._side += batch.side
            for problem in batch.problems:
                self._note(problem)

    @property
    def traces(self) -> int:
        return len(self._rows)

    @property
    def spans(self) -> int:
        return self._spans

    def problems(self) -> tuple[tuple[str, str, int], ...]:
        """(where, what, count) in the order met."""
        with self._lock:
            return tuple((where, what, n) for (where, what), n in self._problems.items())

    def totals(self) -> Totals:
        with self._lock:
            starts = [r.start for r in self._rows if r.start is not None]
            return Totals(
                traces=len(self._rows),
                spans=self._spans,
                errors=sum(r.errors for r in self._rows),
                side=self._side,
                oldest=min(starts, default=None),
                newest=max(starts, default=None),
            )

    def facts(self, row: int) -> TraceFacts:
        with self._lock:
            return self._rows[row].rolled(_NO_TEXT)

    def source(self, row: int) -> tuple[str, tuple[Place, ...]]:
        """What `Store.load` wants: the id as stored and the places of everything seen of the trace."""
        with self._lock:
            return self._rows[row].raw_id, tuple(self._rows[row].places)

    def find(self, shown_id: str) -> int | None:
        """The row whose id prints as `shown_id`, or the only one that begins so (4 characters or more)."""
        with self._lock:
            row = self._by_shown.get(shown_id)
            if row is not None or len(shown_id) < 4:
                return row
            near = [row for text, row in self._by_shown.items() if text.startswith(shown_id)]
            return near[0] if len(near) == 1 else None

    def select(self, words: tuple[str, ...], field: str, descending: bool) -> list[tuple[SortKey, int]]:
        """Sort key and number of the rows that hold all words, in order; equal keys in the order stored."""
        key = SORT_FIELDS[sort_field(field)]
        with self._lock:
            pairs: list[tuple[SortKey, int]] = []
            for number, row in enumerate(self._rows):
                facts = row.rolled(_NO_TEXT)
                if not words or holds(facts.labels, words):
                    pairs.append((key(facts), number))
        return in_order(pairs, lambda pair: pair[0], descending)

    def _row(self, raw_id: str) -> Growing:
        number = self._by_raw.get(raw_id)
        if number is None:
            number = len(self._rows)
            shown = self._label("trace", raw_id)
            self._by_raw[raw_id] = number
            self._by_shown.setdefault(str(shown), number)
            self._rows.append(Growing(raw_id, shown))
        return self._rows[number]

    def _label(self, field: str, text: str) -> RedactedText:
        found = self._labels.get((field, text))
        if found is None:
            if len(self._labels) >= _MANY:
                self._labels.clear()
            found = self._labels[field, text] = self._redact(field, text)
        return found

    def _note(self, problem: Problem) -> None:
        key = (problem.where, problem.what)
        if key not in self._problems and len(self._problems) >= _KEPT_PROBLEMS:
            key = ("elsewhere", problem.what)
        self._problems[key] = self._problems.get(key, 0) + problem.count
