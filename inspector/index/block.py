"""A stretch of a store in packed columns, with its own tables of raw texts: what one reader hands over."""

from __future__ import annotations

import math
import re
from array import array
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

from inspector.index.columns import (
    HAS_PARENT,
    HIGHEST,
    NO_COST,
    NO_ID,
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
from inspector.model import BytePlace, Kind, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.model import Batch, Place, Problem, SpanHead, TraceHead

FIELDS: Final = ("name", "service", "project", "environment", "session", "user", "model", "tag", "kind")
"""Each has a table of texts, in which 0 is none."""
Way: TypeAlias = tuple[str, tuple[str | int, ...]]
"""A table, or "" for bytes, and the way inside the record but for its last step."""
Key: TypeAlias = "int | str | tuple[int | str, ...]"

UNROLLED: Final = Group(Kind.UNKNOWN.value, 0, Status.UNSET.value, 0, 0, 0, 0, ())
_SPAN_ID: Final = re.compile("[0-9a-f]{16}", re.ASCII)
_TRACE_ID: Final = re.compile("[0-9a-f]{32}", re.ASCII)
_LOW: Final = (1 << 64) - 1


class Block:
    """Filled by `add` from a scan's batches, or column by column by a format's own fast reader."""

    def __init__(self) -> None:
        self.spans = SpanColumns()
        self.traces = TraceColumns()
        self.heads = HeadColumns()
        self.texts: dict[str, dict[str, int]] = {field: {"": 0} for field in FIELDS}
        self.groups: dict[Group, int] = {UNROLLED: 0}
        self.ways: dict[Way, int] = {}
        self.odd: dict[str, int] = {}
        self.keys: dict[Key, int] = {}
        self.starts: array[int] = array("q")
        self.ends: array[int] = array("q")
        self.lines: array[int] = array("q")
        self.rows: dict[str, int] = {}
        """Trace ids as stored, and their rows here."""
        self.spellings: dict[str, int] = {}
        """Of `rows` those that aren't the id as it is kept: upper case, base64."""
        self.side = 0
        self.beside: list[tuple[str, int]] = []
        """Trace ids and numbers of records that hold more of them than spans."""
        self.problems: list[Problem] = []
        self.done = 0
        self.newlines = 0
        """How many lines were read."""

    def add(self, batch: Batch) -> None:
        for trace in batch.traces:
            self.add_head(trace)
        for span in batch.spans:
            self.add_span(span)
        self.side += batch.side
        self.problems += batch.problems
        self.done = max(self.done, batch.done)

    def finish(self) -> None:
        """Once all is in: link the spans and roll the traces up."""
        from inspector.index.roll import roll

        groups = list(self.groups)
        linked(self.spans, self.traces, self.heads, [g.status == Status.ERROR.value for g in groups])
        for row in range(len(self.traces)):
            roll(self, row, groups)

    def row(self, raw_id: str) -> int:
        row = self.rows.get(raw_id)
        if row is None:
            if _TRACE_ID.fullmatch(raw_id):
                number = int(raw_id, 16)
                row = self.traces.add(number >> 64, number & _LOW, 0)
            else:
                row = self.traces.add(0, self.odd.setdefault(raw_id, len(self.odd)), ODD_ID)
            self.rows[raw_id] = row
        return row

    def text(self, field: str, text: str | None) -> int:
        if not text:
            return 0
        table = self.texts[field]
        return table.setdefault(text, len(table))

    def group(self, group: Group) -> int:
        return self.groups.setdefault(group, len(self.groups))

    def record(self, start: int, end: int, line: int) -> int:
        """The number of a record; the last one is asked for again and again."""
        last = len(self.starts) - 1
        if last < 0 or self.starts[last] != start or self.ends[last] != end:
            self.starts.append(start)
            self.ends.append(end)
            self.lines.append(line)
            last += 1
        return last

    def way(self, way: Way) -> int:
        return self.ways.setdefault(way, len(self.ways))

    def add_span(self, head: SpanHead) -> None:
        spans = self.spans
        flags = 0
        if _SPAN_ID.fullmatch(head.span_id):
            spans.id.append(int(head.span_id, 16))
        elif head.span_id:
            flags = ODD_ID
            spans.id.append(self.odd.setdefault(head.span_id, len(self.odd)))
        else:
            flags = NO_ID
            spans.id.append(0)
        above = head.parent_id
        if not above:
            spans.parent.append(0)
        elif _SPAN_ID.fullmatch(above):
            flags |= HAS_PARENT
            spans.parent.append(int(above, 16))
        else:
            flags |= HAS_PARENT | ODD_PARENT
            spans.parent.append(self.odd.setdefault(above, len(self.odd)))
        at, way, step, odd = self._place(head.place)
        spans.at.append(at)
        spans.way.append(way)
        spans.step.append(step)
        group = Group(
            head.kind.value,
            self.text("kind", head.kind_written),
            head.status.value,
            self.text("service", head.service),
            self.text("project", head.project),
            self.text("environment", head.environment),
            self.text("model", head.model),
            tuple(self.text("tag", tag) for tag in head.tags),
        )
        spans.group.append(self.group(group))
        spans.name.append(self.text("name", head.name))
        spans.session.append(self.text("session", head.session))
        spans.user.append(self.text("user", head.user))
        spans.start.append(NONE if head.start is None else head.start)
        spans.end.append(NONE if head.end is None else head.end)
        spans.tokens.append(NONE if head.tokens is None else bounded(head.tokens))
        spans.cost.append(NO_COST if head.cost is None else head.cost)
        spans.flags.append(flags | odd)
        spans.trace.append(self.row(head.trace_id))

    def add_head(self, head: TraceHead) -> None:
        heads = self.heads
        at, way, step, odd = (0, NOWHERE, NOWHERE, 0) if head.place is None else self._place(head.place)
        if step != NOWHERE and head.place is not None:
            way = self.way((_table(head.place), head.place.path))
        row = self.row(head.trace_id)
        status = "" if head.status in (None, Status.UNSET) else head.status
        group = Group(
            "",
            0,
            str(status),
            self.text("service", head.service),
            self.text("project", head.project),
            self.text("environment", head.environment),
            self.text("model", head.model),
            tuple(self.text("tag", tag) for tag in head.tags),
        )
        tokens = head.tokens.sum
        heads.flags.append(odd)
        heads.trace.append(row)
        heads.start.append(NONE if head.start is None else head.start)
        heads.end.append(NONE if head.end is None else head.end)
        heads.tokens.append(NONE if tokens is None else bounded(tokens))
        heads.cost.append(NO_COST if head.cost is None else head.cost)
        heads.group.append(self.group(group))
        heads.name.append(self.text("name", head.name))
        heads.session.append(self.text("session", head.session))
        heads.user.append(self.text("user", head.user))
        heads.at.append(at)
        heads.way.append(way)
        before = self.traces.head[row]
        index = len(heads) - 1
        heads.before.append(0 if before == NOWHERE else index - before)
        self.traces.head[row] = index

    def _place(self, place: Place) -> tuple[int, int, int, int]:
        """at, way, step and flag of a place."""
        path, step = place.path, NOWHERE
        last = path[-1] if path else ""
        if isinstance(last, int):
            path, step = path[:-1], last
        if isinstance(place, BytePlace):
            return self.record(place.start, place.end, place.line), self.way(("", path)), step, 0
        way = self.way((place.table, path))
        if isinstance(place.key, int) and -HIGHEST <= place.key <= HIGHEST:
            return place.key, way, step, 0
        return self.keys.setdefault(place.key, len(self.keys)), way, step, ODD_PLACE


def linked(spans: SpanColumns, traces: TraceColumns, heads: HeadColumns, errors: Sequence[bool]) -> None:
    """Link the spans of each trace and widen the traces' times over their spans and heads.

    For a block that is complete; `errors` says by the number of a group whether its spans failed.
    """
    found: list[list[int]] = [[] for _ in range(len(traces))]
    for index, row in enumerate(spans.trace):
        found[row].append(index)
    nexts = array("I", bytes(4 * len(spans)))
    start, end, group = spans.start, spans.end, spans.group
    for row, at in enumerate(found):
        if not at:
            continue
        traces.first[row], traces.last[row], traces.spans[row] = at[0], at[-1], len(at)
        if len(at) > 1:
            for one, other in pairwise(at):
                nexts[one] = other - one
        starts = [t for i in at if (t := start[i]) != NONE]
        if starts:
            traces.start[row] = min(starts)
        traces.end[row] = max([t if (t := end[i]) != NONE else start[i] for i in at])
        traces.errors[row] = sum([errors[group[i]] for i in at])
    spans.next = nexts
    for index, row in enumerate(heads.trace):
        widen(traces, row, heads.start[index], heads.end[index])


def widen(traces: TraceColumns, row: int, start: int, end: int) -> None:
    if start != NONE and (traces.start[row] == NONE or start < traces.start[row]):
        traces.start[row] = start
    traces.end[row] = max(traces.end[row], end)


def is_trace_id(text: str) -> bool:
    """Whether it is kept as a number: 32 hex digits in lower case."""
    return _TRACE_ID.fullmatch(text) is not None


def bounded(number: int) -> int:
    """A count as an int64; nothing real is beyond."""
    return max(-HIGHEST, min(HIGHEST, number))


def cost_of(value: float) -> float | None:
    return None if math.isnan(value) else value


def _table(place: Place) -> str:
    return "" if isinstance(place, BytePlace) else place.table
