"""The index of one store in packed columns: blocks go in, the list's rows come out.

Fed in one thread, read in any. Rows keep their number while the index lives. Texts are kept as stored until
they are judged, and leave here only redacted.
"""

from __future__ import annotations

import threading
from array import array
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from inspector.index.absorbing import absorb
from inspector.index.block import FIELDS, UNROLLED, Block, Key, Way, cost_of, is_trace_id
from inspector.index.columns import (
    NONE,
    NOWHERE,
    ODD_ID,
    ODD_PLACE,
    Group,
    HeadColumns,
    SpanColumns,
    TraceColumns,
)
from inspector.index.facts import Totals, TraceFacts
from inspector.index.orders import Orders
from inspector.index.roll import heads_of, spans_of
from inspector.index.texts import Texts
from inspector.index.typebits import TypeBits
from inspector.model import BytePlace, RowPlace
from inspector.redaction.result import Piece, RedactedText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from inspector.index.facts import Label
    from inspector.index.order import SortKey
    from inspector.model import Batch, Place, Problem

Screen: TypeAlias = "Callable[[str, Sequence[str], Sequence[int]], Iterable[int]]"
"""Gives the codes of those texts of a field that are clean for sure, many at once."""

_SCREENED: Final = 1000
_KEPT_PROBLEMS: Final = 10_000


class ColumnIndex:
    def __init__(self, label: Label, screen: Screen | None = None) -> None:
        self.lock = threading.RLock()
        self._label = label
        self.screen = screen
        self.spans = SpanColumns()
        self.traces = TraceColumns()
        self.heads = HeadColumns()
        self.texts = {field: Texts(lambda text, f=field: label(f, text)) for field in FIELDS}  # type: ignore[misc]  # bound early
        self.groups: list[Group] = [UNROLLED]
        self._group_codes: dict[Group, int] | None = {UNROLLED: 0}
        self.ways: list[Way] = []
        self._way_codes: dict[Way, int] = {}
        self.odd: list[str] = []
        self._odd_codes: dict[str, int] = {}
        self.keys: list[Key] = []
        self.starts: array[int] = array("q")
        self.ends: array[int] = array("q")
        self.lines: array[int] = array("q")
        self._rows: dict[int | str, int] | None = {}
        self.beside: dict[str, list[int]] = {}
        self.side = 0
        self._problems: dict[tuple[str, str], int] = {}
        self.line_count = 0
        self.nameless = False
        """Whether the whole store was read for people's names and states none."""
        self._clean_ids = 0
        """So many rows' ids were found to be shown as they are stored."""
        self.mapped = False
        """Whether the columns lie in a file of the cache."""
        self._orders = Orders(self)
        self.types = TypeBits()
        self.version = 0
        """Changes whenever anything does."""

    # in

    def thaw(self) -> None:
        """Columns that lie in a file of the cache can't grow: take them into memory."""
        if self.mapped:
            for columns in (self.spans, self.traces, self.heads):
                for name, typecode in zip(columns.NAMES, columns.CODES, strict=True):
                    view: memoryview = getattr(columns, name)
                    setattr(columns, name, array(typecode, view.tobytes()))
            self.mapped = False

    def small_parts(self) -> dict[str, object]:
        """What is kept beside columns and texts; side records of traces that aren't here are left out."""
        beside = {
            raw_id: records for raw_id, records in self.beside.items() if self.row_of(raw_id) is not None
        }
        return {
            "beside": beside,
            "side": self.side,
            "nameless": self.nameless,
            "line_count": self.line_count,
            "problems": [[where, what, n] for (where, what), n in self._problems.items()],
        }

    def restored(self, small: dict[str, object], newest_first: array[int]) -> None:
        """The other way round."""
        self.beside = cast("dict[str, list[int]]", small["beside"])
        self.side = cast(int, small["side"])
        self.nameless = cast(bool, small["nameless"])
        self.line_count = cast(int, small["line_count"])
        problems = cast("list[tuple[str, str, int]]", small["problems"])
        self._problems = {(where, what): n for where, what, n in problems}
        self._rows = self._group_codes = None
        self._way_codes = {way: code for code, way in enumerate(self.ways)}
        self._odd_codes = {text: code for code, text in enumerate(self.odd)}
        self.version += 1
        self._clean_ids = len(self.traces)  # no other index is kept
        self._orders.restored(newest_first)

    def shows_all_ids(self) -> bool:
        """Whether every id may be shown as it is stored. May take a while once."""
        traces = self.traces
        rows = range(len(traces))
        ids = [self.raw_id(row) for row in rows]
        clean = (
            set() if self.screen is None or len(ids) <= _SCREENED else set(self.screen("trace", ids, rows))
        )
        if not all(row in clean or self.shown_id(row).clean for row in rows):
            return False
        self._clean_ids = len(rows)
        return all(self._label("span", text).clean for text in self.odd)

    def judge_again(self) -> None:
        """More is hidden from now on."""
        with self.lock:
            self._clean_ids = 0
            for texts in self.texts.values():
                texts.judge_again()
            self.types.clear()
            self.version += 1

    def feed(self, batch: Batch) -> None:
        block = Block()
        block.add(batch)
        block.finish()
        self.absorb(block)

    def absorb(self, block: Block) -> slice:
        """Take in a block that is finished; gives the slice of its records."""
        with self.lock:
            first = len(self.starts)
            self.version += 1
            absorb(self, block)
            return slice(first, len(self.starts))

    def renumber(self, records: slice, by: int) -> None:
        """Add `by` to the line numbers of some records."""
        if by:
            with self.lock:
                self.lines[records] = array("q", [line + by for line in self.lines[records]])

    def group(self, group: Group) -> int:
        if self._group_codes is None:
            self._group_codes = {known: code for code, known in enumerate(self.groups)}
        code = self._group_codes.get(group)
        if code is None:
            code = self._group_codes[group] = len(self.groups)
            self.groups.append(group)
        return code

    def way_code(self, way: Way) -> int:
        code = self._way_codes.get(way)
        if code is None:
            code = self._way_codes[way] = len(self.ways)
            self.ways.append(way)
        return code

    def odd_code(self, text: str) -> int:
        code = self._odd_codes.get(text)
        if code is None:
            code = self._odd_codes[text] = len(self.odd)
            self.odd.append(text)
        return code

    def known(self) -> dict[int | str, int]:
        if self._rows is None:
            traces = self.traces
            self._rows = {
                self.odd[low] if flags & ODD_ID else high << 64 | low: row
                for row, (flags, high, low) in enumerate(
                    zip(traces.flags, traces.high, traces.low, strict=True)
                )
            }
        return self._rows

    def note(self, problem: Problem) -> None:
        key = (problem.where, problem.what)
        if key not in self._problems and len(self._problems) >= _KEPT_PROBLEMS:
            key = ("elsewhere", problem.what)
        self._problems[key] = self._problems.get(key, 0) + problem.count

    def pack(self) -> None:
        """Once a scan is done: give up what only growing needs."""
        with self.lock:
            self._rows = self._group_codes = None
            for texts in self.texts.values():
                texts.pack()

    def highest(self) -> dict[str, int]:
        """The highest integer key of the rows of each table."""
        with self.lock:
            found: dict[int, int] = {}
            spans = self.spans
            for flags, way, at in zip(spans.flags, spans.way, spans.at, strict=True):
                if not flags & ODD_PLACE and at > found.get(way, -(1 << 63)):
                    found[way] = at
            out: dict[str, int] = {}
            for way, at in found.items():
                table = self.ways[way][0]
                out[table] = max(at, out.get(table, at))
            return out

    # out

    @property
    def count(self) -> int:
        return len(self.traces)

    @property
    def span_count(self) -> int:
        return len(self.spans)

    def problems(self) -> tuple[tuple[str, str, int], ...]:
        """(where, what, count) in the order met."""
        with self.lock:
            return tuple((where, what, n) for (where, what), n in self._problems.items())

    def totals(self) -> Totals:
        with self.lock:
            starts = self.traces.start
            newest = max(starts, default=NONE)
            oldest = min((t for t in starts if t != NONE), default=None)
            return Totals(
                traces=len(self.traces),
                spans=len(self.spans),
                errors=sum(self.traces.errors),
                side=self.side,
                oldest=oldest,
                newest=None if newest == NONE else newest,
            )

    def sort_keys(self, field: str) -> Callable[[int], SortKey]:
        """The key of each row by a field of `order.SORT_FIELDS`; none sorts last, whatever the direction."""
        return self._orders.keys(field)

    def order(self, field: str, descending: bool, rows: Sequence[int] | None = None) -> array[int]:
        """All rows, or some (ascending), sorted; equal keys in the order stored. Not to be changed."""
        return self._orders.order(field, descending, rows)

    def raw_id(self, row: int) -> str:
        """As stored: what `Store.load` wants."""
        traces = self.traces
        if traces.flags[row] & ODD_ID:
            return self.odd[traces.low[row]]
        return f"{traces.high[row]:016x}{traces.low[row]:016x}"

    def facts(self, row: int) -> TraceFacts:
        """Without the lock: a row that was given out stays, and a list must not wait for a scan."""
        traces, texts = self.traces, self.texts
        group = self.groups[traces.group[row]]
        start, end, tokens = traces.start[row], traces.end[row], traces.tokens[row]
        return TraceFacts(
            trace_id=self.shown_id(row),
            name=texts["name"].shown(traces.name[row]),
            kind=group.kind,
            start=None if start == NONE else start,
            end=None if end == NONE else end,
            spans=traces.spans[row],
            errors=traces.errors[row],
            status=group.status,
            service=self._shown("service", group.service),
            project=self._shown("project", group.project),
            environment=self._shown("environment", group.environment),
            session=self._shown("session", traces.session[row]),
            user=self._shown("user", traces.user[row]),
            model=self._shown("model", group.model),
            tokens=None if tokens == NONE else tokens,
            cost=cost_of(traces.cost[row]),
            tags=self._tags(group.tags),
        )

    def _shown(self, field: str, code: int) -> RedactedText | None:
        return self.texts[field].shown(code) if code else None

    def _tags(self, codes: Sequence[int]) -> tuple[RedactedText, ...]:
        shown = [self.texts["tag"].shown(code) for code in codes] if codes else []
        return tuple({str(text): text for text in reversed(shown)}.values())[::-1] if shown else ()

    def source(self, row: int) -> tuple[str, tuple[Place, ...]]:
        """What `Store.load` wants: the id as stored and the places of everything seen of the trace."""
        with self.lock:
            raw_id = self.raw_id(row)
            places = [self._head_place(h) for h in heads_of(self, row)]
            places += [self.place(i) for i in spans_of(self, row)]
            places += [self._record(number, ()) for number in self.beside.get(raw_id, ())]
            return raw_id, tuple(place for place in places if place is not None)

    def place(self, span: int) -> Place:
        spans = self.spans
        return self._place(spans.flags[span], spans.at[span], spans.way[span], spans.step[span])

    def _head_place(self, head: int) -> Place | None:
        heads = self.heads
        if heads.way[head] == NOWHERE:
            return None
        return self._place(heads.flags[head], heads.at[head], heads.way[head], NOWHERE)

    def _place(self, flags: int, at: int, way: int, step: int) -> Place:
        table, path = self.ways[way]
        if step != NOWHERE:
            path = (*path, step)
        if not table:
            return self._record(at, path)
        return RowPlace(table, self.keys[at] if flags & ODD_PLACE else at, path)

    def _record(self, number: int, path: tuple[str | int, ...]) -> BytePlace:
        return BytePlace(self.starts[number], self.ends[number], path, self.lines[number])

    def row_of(self, raw_id: str) -> int | None:
        """The row of an id as stored."""
        with self.lock:
            key: int | str = int(raw_id, 16) if is_trace_id(raw_id) else raw_id
            return self.known().get(key)

    def find(self, shown_id: str) -> int | None:
        """The row whose id prints as `shown_id`, or the only one that begins so (4 characters or more)."""
        with self.lock:
            row = self.row_of(shown_id)
            if row is not None and self._prints(row, shown_id):
                return row
            rows = range(len(self.traces))
            if "[" in shown_id:
                return next((row for row in rows if str(self.shown_id(row)) == shown_id), None)
            if len(shown_id) < 4:
                return None
            near = [row for row in rows if self.raw_id(row).startswith(shown_id)]
            near = [row for row in near if self._prints(row, shown_id)] if len(near) < 100 else []
            return near[0] if len(near) == 1 else None

    def label(self, field: str, text: str) -> RedactedText:
        """A text as the list may show it."""
        return self._label(field, text)

    def judged(self, field: str) -> Texts:
        """A table all of whose texts are judged: what filters and sorts need. May take a while once."""
        texts = self.texts[field]
        if self.screen is not None:
            waiting = texts.unjudged()
            if len(waiting) > _SCREENED:
                texts.trust(self.screen(field, [texts.stored(code) for code in waiting], waiting))
        for code in texts.unjudged():
            texts.shown(code)
        return texts

    def shown_id(self, row: int) -> RedactedText:
        raw_id = self.raw_id(row)
        return RedactedText((Piece(raw_id),)) if row < self._clean_ids else self._label("trace", raw_id)

    def _prints(self, row: int, beginning: str) -> bool:
        return str(self.shown_id(row)).startswith(beginning)
