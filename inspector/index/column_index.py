"""The index of one store in packed columns: blocks go in, the list's rows come out.

Fed in one thread, read in any. Rows keep their number while the index lives. Texts are kept as stored until
they are judged, and leave here only redacted.
"""

from __future__ import annotations

import threading
from array import array
from itertools import compress
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from inspector.index.block import FIELDS, UNROLLED, Block, Key, Way, cost_of, is_trace_id
from inspector.index.columns import (
    NONE,
    NOWHERE,
    ODD_ID,
    ODD_PARENT,
    ODD_PLACE,
    Group,
    HeadColumns,
    SpanColumns,
    TraceColumns,
)
from inspector.index.facts import Totals, TraceFacts
from inspector.index.roll import heads_of, roll, spans_of
from inspector.index.sorting import packed, sorted_rows
from inspector.index.texts import Texts
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
_PIECE: Final = 1 << 16
_ORDERS: Final = 4
_FEW: Final = 20
"""A filter that leaves less than one in so many is sorted by itself."""
_KEPT_PROBLEMS: Final = 10_000
_REMEMBERED: Final = 200_000
_LOW: Final = (1 << 64) - 1


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
        self._beside: dict[str, list[int]] = {}
        self._side = 0
        self._problems: dict[tuple[str, str], int] = {}
        self.line_count = 0
        self.nameless = False
        """Whether the whole store was read for people's names and states none."""
        self._clean_ids = 0
        """So many rows' ids were found to be shown as they are stored."""
        self.mapped = False
        """Whether the columns lie in a file of the cache."""
        self._narrow = -1, b""
        self._orders: dict[tuple[str, bool], tuple[int, array[int]]] = {}
        """Lists of all rows that were sorted lately, and the version they are of."""
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
            raw_id: records for raw_id, records in self._beside.items() if self.row_of(raw_id) is not None
        }
        return {
            "beside": beside,
            "side": self._side,
            "nameless": self.nameless,
            "line_count": self.line_count,
            "problems": [[where, what, n] for (where, what), n in self._problems.items()],
        }

    def restored(self, small: dict[str, object], newest_first: array[int]) -> None:
        """The other way round."""
        self._beside = cast("dict[str, list[int]]", small["beside"])
        self._side = cast(int, small["side"])
        self.nameless = cast(bool, small["nameless"])
        self.line_count = cast(int, small["line_count"])
        problems = cast("list[tuple[str, str, int]]", small["problems"])
        self._problems = {(where, what): n for where, what, n in problems}
        self._rows = self._group_codes = None
        self._way_codes = {way: code for code, way in enumerate(self.ways)}
        self._odd_codes = {text: code for code, text in enumerate(self.odd)}
        self.version += 1
        self._clean_ids = len(self.traces)  # no other index is kept
        self._orders["start", True] = self.version, newest_first

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
            self._absorb(block)
            return slice(first, len(self.starts))

    def renumber(self, records: slice, by: int) -> None:
        """Add `by` to the line numbers of some records."""
        if by:
            with self.lock:
                self.lines[records] = array("q", [line + by for line in self.lines[records]])

    def _absorb(self, block: Block) -> None:
        self.thaw()
        codes = {field: self.texts[field].all(block.texts[field]) for field in FIELDS}
        groups = [self.group(_recoded(group, codes)) for group in block.groups]
        odd = [self._odd(text) for text in block.odd]
        ways = [self._way(way) for way in block.ways]
        first_span, first_record, first_key = len(self.spans), len(self.starts), len(self.keys)
        self.starts += block.starts
        self.ends += block.ends
        self.lines += block.lines
        self.keys += block.keys
        rows, again = self._traces(block, codes, groups, odd, first_span)
        mine, theirs = self.spans, block.spans
        mine.flags += theirs.flags
        mine.id += theirs.id
        mine.parent += theirs.parent
        mine.trace.extend(map(rows.__getitem__, theirs.trace))
        mine.start += theirs.start
        mine.end += theirs.end
        mine.tokens += theirs.tokens
        mine.cost += theirs.cost
        mine.group.extend(map(groups.__getitem__, theirs.group))
        mine.name.extend(map(codes["name"].__getitem__, theirs.name))
        mine.session.extend(map(codes["session"].__getitem__, theirs.session))
        mine.user.extend(map(codes["user"].__getitem__, theirs.user))
        mine.at.extend(map(first_record.__add__, theirs.at) if len(block.starts) else theirs.at)
        mine.way.extend(map(ways.__getitem__, theirs.way))
        mine.step += theirs.step
        mine.next += theirs.next
        if odd or block.keys:
            self._odd_spans(first_span, odd, first_key)
        self._heads(block, rows, codes, groups, ways, first_record, first_key)
        for row, last, first in again:
            if first != NOWHERE:
                if last != NOWHERE:
                    mine.next[last] = first + first_span - last
                else:
                    self.traces.first[row] = first + first_span
        for row, _, _ in again:
            roll(self, row, self.groups)
        self._side += block.side
        for raw_id, record in block.beside:
            if raw_id in self._beside or len(self._beside) < _REMEMBERED:
                self._beside.setdefault(raw_id, []).append(record + first_record)
        for problem in block.problems:
            self._note(problem)

    def _traces(
        self,
        block: Block,
        codes: dict[str, list[int]],
        groups: list[int],
        odd: list[int],
        first_span: int,
    ) -> tuple[list[int], list[tuple[int, int, int]]]:
        """The rows of a block's traces here; and of those that were known: row, its last span before, the
        block's first span."""
        mine, theirs, known = self.traces, block.traces, self._known()
        rows: list[int] = []
        new: list[int] = []
        again: list[tuple[int, int, int]] = []
        count = len(mine)
        for local in range(len(theirs)):
            key: int | str
            if theirs.flags[local] & ODD_ID:
                key = self.odd[odd[theirs.low[local]]]
            else:
                key = theirs.high[local] << 64 | theirs.low[local]
            row = known.get(key)
            if row is None:
                row = known[key] = count
                count += 1
                new.append(local)
            else:
                again.append((row, mine.last[row], theirs.first[local]))
                if theirs.last[local] != NOWHERE:
                    mine.last[row] = theirs.last[local] + first_span
                mine.spans[row] += theirs.spans[local]
                mine.errors[row] += theirs.errors[local]
                if theirs.start[local] != NONE and (
                    mine.start[row] == NONE or theirs.start[local] < mine.start[row]
                ):
                    mine.start[row] = theirs.start[local]
                mine.end[row] = max(mine.end[row], theirs.end[local])
            rows.append(row)
        name, session, user = codes["name"], codes["session"], codes["user"]
        mine.flags.extend([theirs.flags[i] for i in new])
        mine.high.extend([theirs.high[i] for i in new])
        mine.low.extend([odd[theirs.low[i]] if theirs.flags[i] & ODD_ID else theirs.low[i] for i in new])
        mine.start.extend([theirs.start[i] for i in new])
        mine.end.extend([theirs.end[i] for i in new])
        mine.spans.extend([theirs.spans[i] for i in new])
        mine.errors.extend([theirs.errors[i] for i in new])
        mine.first.extend([_moved(theirs.first[i], first_span) for i in new])
        mine.last.extend([_moved(theirs.last[i], first_span) for i in new])
        mine.head.extend([NOWHERE] * len(new))
        mine.group.extend([groups[theirs.group[i]] for i in new])
        mine.name.extend([name[theirs.name[i]] for i in new])
        mine.session.extend([session[theirs.session[i]] for i in new])
        mine.user.extend([user[theirs.user[i]] for i in new])
        mine.tokens.extend([theirs.tokens[i] for i in new])
        mine.cost.extend([theirs.cost[i] for i in new])
        return rows, again

    def _odd_spans(self, first: int, odd: list[int], first_key: int) -> None:
        spans = self.spans
        for i in range(first, len(spans)):
            flags = spans.flags[i]
            if flags & ODD_ID:
                spans.id[i] = odd[spans.id[i]]
            if flags & ODD_PARENT:
                spans.parent[i] = odd[spans.parent[i]]
            if flags & ODD_PLACE:
                spans.at[i] += first_key

    def _heads(
        self,
        block: Block,
        rows: list[int],
        codes: dict[str, list[int]],
        groups: list[int],
        ways: list[int],
        first_record: int,
        first_key: int,
    ) -> None:
        mine, theirs, traces = self.heads, block.heads, self.traces
        bytes_ = bool(len(block.starts))
        for i in range(len(theirs)):
            row = rows[theirs.trace[i]]
            odd = theirs.flags[i] & ODD_PLACE
            index = len(mine)
            mine.flags.append(theirs.flags[i])
            mine.trace.append(row)
            mine.start.append(theirs.start[i])
            mine.end.append(theirs.end[i])
            mine.tokens.append(theirs.tokens[i])
            mine.cost.append(theirs.cost[i])
            mine.group.append(groups[theirs.group[i]])
            mine.name.append(codes["name"][theirs.name[i]])
            mine.session.append(codes["session"][theirs.session[i]])
            mine.user.append(codes["user"][theirs.user[i]])
            mine.at.append(theirs.at[i] + (first_key if odd else first_record if bytes_ else 0))
            mine.way.append(theirs.way[i] if theirs.way[i] == NOWHERE else ways[theirs.way[i]])
            before = traces.head[row]
            mine.before.append(0 if before == NOWHERE else index - before)
            traces.head[row] = index

    def group(self, group: Group) -> int:
        if self._group_codes is None:
            self._group_codes = {known: code for code, known in enumerate(self.groups)}
        code = self._group_codes.get(group)
        if code is None:
            code = self._group_codes[group] = len(self.groups)
            self.groups.append(group)
        return code

    def _way(self, way: Way) -> int:
        code = self._way_codes.get(way)
        if code is None:
            code = self._way_codes[way] = len(self.ways)
            self.ways.append(way)
        return code

    def _odd(self, text: str) -> int:
        code = self._odd_codes.get(text)
        if code is None:
            code = self._odd_codes[text] = len(self.odd)
            self.odd.append(text)
        return code

    def _known(self) -> dict[int | str, int]:
        if self._rows is None:
            traces = self.traces
            self._rows = {
                self.odd[low] if flags & ODD_ID else high << 64 | low: row
                for row, (flags, high, low) in enumerate(
                    zip(traces.flags, traces.high, traces.low, strict=True)
                )
            }
        return self._rows

    def _note(self, problem: Problem) -> None:
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
                side=self._side,
                oldest=oldest,
                newest=None if newest == NONE else newest,
            )

    def sort_keys(self, field: str) -> Callable[[int], SortKey]:
        """The key of each row by a field of `order.SORT_FIELDS`; none sorts last, whatever the direction."""
        traces, groups = self.traces, self.groups
        start, end = traces.start, traces.end
        match field:
            case "start":
                return lambda row: None if (t := start[row]) == NONE else t
            case "age":
                return lambda row: None if (t := start[row]) == NONE else -t
            case "dur":
                return lambda row: None if start[row] == NONE or end[row] == NONE else end[row] - start[row]
            case "errors":
                return traces.errors.__getitem__
            case "spans":
                return traces.spans.__getitem__
            case "tokens":
                tokens = traces.tokens
                return lambda row: None if (n := tokens[row]) == NONE else n
            case "cost":
                cost = traces.cost
                return lambda row: None if (n := cost[row]) != n else n
            case "kind" | "status":
                words = [getattr(group, field) for group in groups]
                return lambda row: words[traces.group[row]]
            case "name" | "session" | "user":
                folded, codes = self._folded(field), getattr(traces, field)
                return lambda row: folded[codes[row]]
            case "tag":
                folded = self._folded("tag")
                firsts = [folded[group.tags[0]] if group.tags else None for group in groups]
                return lambda row: firsts[traces.group[row]]
            case "service" | "project" | "environment" | "model":
                folded = self._folded(field)
                texts = [folded[getattr(group, field)] for group in groups]
                return lambda row: texts[traces.group[row]]
            case "trace":
                return lambda row: str(self._label("trace", self.raw_id(row))).casefold() or None
        return lambda row: None

    def _folded(self, field: str) -> list[str | None]:
        texts = self.judged(field)
        return [str(texts.shown(code)).casefold() or None for code in range(len(texts))]

    def order(self, field: str, descending: bool, rows: Sequence[int] | None = None) -> array[int]:
        """All rows, or some (ascending), sorted; equal keys in the order stored. Not to be changed."""
        with self.lock:  # not while sorting: rows are only added
            count, version = len(self.traces), self.version
            kept = self._orders.get((field, descending))
        if rows is not None and len(rows) * _FEW < count:
            return self._sorted(rows, field, descending)
        if kept is None or kept[0] != version:
            kept = version, self._sorted(range(count), field, descending)
            with self.lock:
                if len(self._orders) >= _ORDERS:
                    self._orders.clear()
                self._orders[field, descending] = kept
        if rows is None:
            return kept[1]
        chosen = bytearray(count)
        for row in rows:
            chosen[row] = 1
        return packed(compress(kept[1], map(chosen.__getitem__, kept[1])))

    def _sorted(self, rows: Sequence[int], field: str, descending: bool) -> array[int]:
        key = self.sort_keys(field)
        keys = {row: key(row) for row in rows} if len(rows) < len(self.traces) else [key(row) for row in rows]
        known = [row for row in rows if keys[row] is not None]
        out = packed(sorted_rows(known, cast("Callable[[int], int]", keys.__getitem__), descending))
        if len(known) < len(rows):
            out.extend(row for row in rows if keys[row] is None)
        return out

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
            places += [self._record(number, ()) for number in self._beside.get(raw_id, ())]
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
            return self._known().get(key)

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

    def narrow_groups(self) -> bytes | None:
        """The column of groups in a byte each, if they are so few; made once while nothing changes."""
        if len(self.groups) > 256:
            return None
        if self._narrow[0] != self.version or len(self._narrow[1]) != len(self.spans):
            column = self.spans.group
            pieces = (bytes(iter(column[a : a + _PIECE])) for a in range(0, len(column), _PIECE))
            self._narrow = self.version, b"".join(pieces)
        return self._narrow[1]

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


def _moved(index: int, by: int) -> int:
    return index if index == NOWHERE else index + by


def _recoded(group: Group, codes: dict[str, list[int]]) -> Group:
    return Group(
        group.kind,
        codes["kind"][group.written],
        group.status,
        codes["service"][group.service],
        codes["project"][group.project],
        codes["environment"][group.environment],
        codes["model"][group.model],
        tuple(codes["tag"][tag] for tag in group.tags),
    )
