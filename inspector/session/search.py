"""Search in what is shown of spans: candidates by their stored bytes, hits by their redacted text.

Where a line of the store holds whole spans, hits come without an index and without loading traces. Elsewhere
a candidate names its trace, and that is loaded and judged span by span.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.errors import NotFound
from inspector.query.evaluation import Matcher
from inspector.session.show import label, show_span
from inspector.session.span_facts import SpanSeen, TraceSeen
from inspector.session.spotting import Spotter
from inspector.session.veil import shown_text
from inspector.stores.base import HasLines, HasTexts
from inspector.stores.formats.base import HasNear, Record
from inspector.stores.heads import heads_in
from inspector.stores.hunt import hunt
from inspector.stores.needle import finder
from inspector.stores.records import Piece, records
from inspector.view import EMPTY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.session.opened import Opened
    from inspector.session.veil import Veil
    from inspector.session.wanted import Wanted
    from inspector.stores.base import Lines
    from inspector.stores.formats.base import SpanTexts
    from inspector.stores.hunt import Line
    from inspector.view import ShownText


@dataclass(frozen=True, slots=True)
class Found:
    """A span that was hit. `row` and `index` are -1 where its trace wasn't loaded to find it."""

    store: int
    span: SpanTexts
    path: str
    snippet: ShownText
    row: int = -1
    index: int = -1


class Search:
    """One query over open stores."""

    def __init__(self, stores: Sequence[Opened], wanted: Wanted, stopped: Callable[[], bool]) -> None:
        self._stores = stores
        self._wanted = wanted
        self._stopped = stopped
        self._spotters = [Spotter(opened.veil, wanted.words) for opened in stores]
        self._matcher = None if wanted.plain else Matcher(wanted.rest)

    def run(self) -> Iterator[Found]:
        """Hits store by store, from the end of each to its beginning, as far as it can be read so."""
        for number in range(len(self._stores)):
            yield from self._store(number)
            if self._stopped():
                return

    def needs_index(self, number: int) -> bool:
        """Whether traces have to be known to search a store."""
        lines = self._lines(number)
        return lines is None or not isinstance(lines.format, HasNear) or not self._wanted.plain

    def _lines(self, number: int) -> Lines | None:
        store = self._stores[number].store
        return store.lines() if self._wanted.needle is not None and isinstance(store, HasLines) else None

    def _store(self, number: int) -> Iterator[Found]:
        lines = self._lines(number)
        if lines is not None and isinstance(lines.format, HasNear) and self._wanted.plain:
            yield from self._near(number, lines, lines.format)
        else:
            for row in self._rows(number, lines):
                if self._stopped():
                    return
                yield from self._trace(number, row)

    # spans that stand for themselves

    def _near(self, number: int, lines: Lines, chosen: HasNear) -> Iterator[Found]:
        spotter = self._spotters[number]
        for line in self._hunt(number, lines):
            for span in reversed(chosen.near(line.data, line.start, line.ends, spotter.holds)):
                if self._stopped():
                    return
                found = spotter.spot(span)
                if found is not None:
                    yield Found(number, span, *found)

    # traces

    def _rows(self, number: int, lines: Lines | None) -> Iterator[int]:
        """Rows of the traces that may be hit, each once."""
        opened = self._stores[number]
        needle = self._wanted.needle
        if lines is not None:
            ids = self._ids(number, lines)
        elif needle is not None and isinstance(opened.store, HasTexts):
            found = opened.store.traces_with(needle.text, self._stopped)
            if found is None:
                yield from opened.newest_first()
                return
            ids = found
        else:
            yield from opened.newest_first()
            return
        seen: set[str] = set()
        for raw_id in ids:
            if raw_id not in seen:
                seen.add(raw_id)
                row = opened.index.find(str(label("trace", raw_id, opened.veil)))
                if row is not None:
                    yield row

    def _hunt(self, number: int, lines: Lines) -> Iterator[Line]:
        """The lines that hold the needle."""
        needle, opened = self._wanted.needle, self._stores[number]
        assert needle is not None
        if lines.changed():
            opened.plain.clear()
        return hunt(lines, finder(needle.text, case=needle.case), self._stopped, opened.plain)

    def _ids(self, number: int, lines: Lines) -> Iterator[str]:
        """The traces that the lines which hold the needle are about."""
        for line in self._hunt(number, lines):
            data = line.data.removeprefix(b"\xef\xbb\xbf")
            start = line.start + len(line.data) - len(data)
            for record in records(Piece(data.rstrip(b" \t\r\n"), start, 0)):
                if isinstance(record, Record):
                    heads = heads_in(lines.format, record)
                    yield from dict.fromkeys(span.trace_id for span in heads.spans)
                    yield from dict.fromkeys(trace.trace_id for trace in heads.traces)

    def _trace(self, number: int, row: int) -> Iterator[Found]:
        opened = self._stores[number]
        try:
            loaded = opened.load(row)
        except NotFound:
            return
        trace = None if self._matcher is None else TraceSeen(opened.index.facts(row), opened.name)
        for branch in loaded.branches:
            if self._stopped():
                return
            span = loaded.trace.spans[branch.index]
            found = self._spotters[number].spot(span) if self._wanted.words else ("", EMPTY)
            if found is None:
                continue
            if self._matcher is not None and trace is not None:
                shown = show_span(span, opened.veil, branch.flags, lean=True)
                if not self._matcher.span(SpanSeen(shown), trace):
                    continue
                if not self._wanted.words:
                    found = "span.name", shown.name
            yield Found(number, span, *found, row, branch.index)


def id_label(field: str, text: str, veil: Veil) -> ShownText:
    """A trace's or span's id as it is shown."""
    return (
        shown_text(label("trace", text, veil)) if field == "trace" else veil.text(text, ("span_id",), "span")
    )
