"""Phoenix rows straight into columns: of attributes only what a list needs is decoded, each distinct value once.

What it says of a row is what the format's own scan says.
"""

from __future__ import annotations

import sys
from array import array
from binascii import unhexlify
from typing import TYPE_CHECKING, Final, TypeVar

from inspector.index.block import bounded
from inspector.index.columns import HAS_PARENT, NO_COST, NO_ID, NONE, NOWHERE, ODD_ID, ODD_PARENT, Group
from inspector.index.phoenix_pieces import facts, parts
from inspector.model import Problem
from inspector.stores.formats import phoenix_trace, semconv
from inspector.stores.formats.rows import number, text, text_or_none, time_in
from inspector.stores.sqlite_pages import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inspector.index.block import Block
    from inspector.index.phoenix_pieces import Pieces
    from inspector.stores.sqlite_db import Cell, Database, Row

K = TypeVar("K")
V = TypeVar("V")

_REMEMBERED: Final = 50_000
_NO_PARENT: Final = "0" * 16


class _Traces:
    """What the traces of some spans say of them, by row id."""

    def __init__(self, reader: PhoenixRows, rows: Sequence[Row]) -> None:
        block = reader.block
        sessions = reader.sessions(row[3] for row in rows)
        self.row = {row[0]: block.row(text(row[1])) for row in rows}
        self.project = {row[0]: row[2] for row in rows}
        self.session = {row[0]: block.text("session", sessions.get(row[3])) for row in rows}

    def untraced(self, keys: Iterable[Cell], block: Block) -> None:
        """Spans whose trace is gone."""
        for key in set(keys).difference(self.row):
            self.row[key] = block.row(phoenix_trace.untraced(key))


class PhoenixRows:
    """Reads rows into one block."""

    def __init__(self, db: Database, block: Block) -> None:
        self.block = block
        self._db = db
        self._projects = {row[0]: text(row[1]) for row in db.attempt("SELECT id, name FROM projects").rows}
        self._groups: dict[tuple[object, ...], int] = {}
        self._people: dict[Pieces, tuple[int, int]] = {}
        self._counts: dict[tuple[Pieces, Cell, Cell], tuple[int, float]] = {}
        self._heads: dict[Cell, int] = {}

    def sessions(self, keys: Iterable[Cell]) -> dict[Cell, str | None]:
        """The sessions' ids by row id."""
        wanted = {key for key in keys if key is not None}
        found = self._db.lookup("project_sessions", "id, session_id", "id", wanted).rows
        return {row[0]: text_or_none(row[1]) for row in found}

    # spans

    def spans(self, rows: Sequence[Row]) -> Problem | None:
        """Rows of the key and `phoenix.HEAD`. Where what belongs to them is damaged, that is given, and
        nothing is written."""
        keys = dict.fromkeys(row[1] for row in rows)
        traces = self._db.lookup("traces", "id, trace_id, project_rowid, project_session_rowid", "id", keys)
        costs = self._db.lookup(
            "span_costs", "span_rowid, total_cost", "span_rowid", [row[0] for row in rows]
        )
        for table, result in (("traces", traces), ("span_costs", costs)):
            if result.fault is not None:
                return Problem(f"table {table}", f"rows are {result.fault.kind}")
        of = _Traces(self, traces.rows)
        of.untraced(keys, self.block)
        self._ids(rows)
        self._plain(rows, of)
        self._facts(rows, of, {row[0]: number(row[1]) for row in costs.rows})
        return None

    def _ids(self, rows: Sequence[Row]) -> None:
        spans = self.block.spans
        ids = [text(row[2]) for row in rows]
        parents = [text(row[3]) for row in rows]
        numbers, above = _packed(ids), _packed([parent or _NO_PARENT for parent in parents])
        if numbers is not None and above is not None:
            spans.id += numbers
            spans.parent += above
            spans.flags.extend([HAS_PARENT if parent else 0 for parent in parents])
            return
        for id_, parent in zip(ids, parents, strict=True):
            code, flags = self._odd(id_)
            code_above, flags_above = self._odd(parent)
            spans.id.append(code)
            spans.parent.append(code_above)
            has = 0 if flags_above & NO_ID else HAS_PARENT | (ODD_PARENT if flags_above else 0)
            spans.flags.append(flags | has)

    def _odd(self, written: str) -> tuple[int, int]:
        if not written:
            return 0, NO_ID
        single = _packed([written])
        if single is not None:
            return single[0], 0
        table = self.block.odd
        return table.setdefault(written, len(table)), ODD_ID

    def _plain(self, rows: Sequence[Row], of: _Traces) -> None:
        spans, names = self.block.spans, self.block.texts["name"]
        way = self.block.way(("spans", ()))
        spans.trace.extend([of.row[row[1]] for row in rows])
        spans.name.extend([names.setdefault(text(row[4]), len(names)) for row in rows])
        spans.start.extend([NONE if (t := time_in(row[6])) is None else t for row in rows])
        spans.end.extend([NONE if (t := time_in(row[7])) is None else t for row in rows])
        spans.at.extend([key_of(row) for row in rows])
        spans.way.extend([way] * len(rows))
        spans.step.extend([NOWHERE] * len(rows))

    def _facts(self, rows: Sequence[Row], of: _Traces, costs: dict[Cell, float | None]) -> None:
        spans = self.block.spans
        groups, everybody, all_counts = self._groups, self._people, self._counts
        ends = spans.end[len(spans.end) - len(rows) :]
        for row, end in zip(rows, ends, strict=True):
            key, trace, _, _, _, kind, _, _, status, prompt, completion, attributes = row
            kept, who, counted = parts(attributes)
            project = of.project.get(trace)
            group_key = (kept, kind, status, end == NONE, project)
            group = groups.get(group_key)
            if group is None:
                group = self._group(kept, kind, status, None if end == NONE else end, project)
                _remember(groups, group_key, group)
            people = everybody.get(who)
            if people is None:
                people = _remember(everybody, who, self._served(who))
            counts = all_counts.get((counted, prompt, completion))
            if counts is None:
                counts = _counts(counted, prompt, completion)
                _remember(all_counts, (counted, prompt, completion), counts)
            cost = costs.get(key)
            spans.group.append(group)
            spans.user.append(people[0])
            spans.session.append(of.session.get(trace) or people[1])
            spans.tokens.append(counts[0])
            spans.cost.append(counts[1] if cost is None else cost)

    def _served(self, who: Pieces) -> tuple[int, int]:
        told = facts(who)
        text_of = self.block.text
        return (
            text_of("user", semconv.first(told, semconv.USER)),
            text_of("session", semconv.first(told, semconv.SESSION)),
        )

    def _group(self, kept: Pieces, kind: Cell, status: Cell, end: int | None, project: Cell) -> int:
        core = semconv.core(facts(kept), semconv.NO_SHARED, "")
        written = text(kind)
        coded = self.block.text
        return self.block.group(
            Group(
                phoenix_trace.kind(written, core).value,
                coded("kind", written),
                phoenix_trace.status(status, end).value,
                0,
                coded("project", self._projects.get(project)),
                coded("environment", core.environment),
                coded("model", core.model),
                tuple(coded("tag", tag) for tag in core.tags),
            )
        )

    # traces

    def traces(self, rows: Sequence[Row]) -> None:
        """Rows of the key and `phoenix_trace.trace_columns`, as heads."""
        block, heads = self.block, self.block.heads
        sessions = self.sessions(row[5] for row in rows)
        way = block.way(("traces", ()))
        for key, trace_id, project, start, end, session in rows:
            row = block.row(text(trace_id))
            began, ended = time_in(start), time_in(end)
            before = block.traces.head[row]
            index = len(heads)
            block.traces.head[row] = index
            heads.flags.append(0)
            heads.trace.append(row)
            heads.start.append(NONE if began is None else began)
            heads.end.append(NONE if ended is None else ended)
            heads.tokens.append(NONE)
            heads.cost.append(NO_COST)
            heads.group.append(self._head(project))
            heads.name.append(0)
            heads.session.append(block.text("session", sessions.get(session)))
            heads.user.append(0)
            heads.at.append(key if isinstance(key, int) else 0)
            heads.way.append(way)
            heads.before.append(0 if before == NOWHERE else index - before)

    def _head(self, project: Cell) -> int:
        group = self._heads.get(project)
        if group is None:
            code = self.block.text("project", self._projects.get(project))
            group = self._heads[project] = self.block.group(Group("", 0, "", 0, code, 0, 0, ()))
        return group


def _remember(known: dict[K, V], key: K, value: V) -> V:
    if len(known) >= _REMEMBERED:
        known.clear()
    known[key] = value
    return value


def _counts(counted: Pieces, prompt: Cell, completion: Cell) -> tuple[int, float]:
    told = facts(counted)
    tokens = phoenix_trace.tokens(prompt, completion, semconv.tokens_in(told)).sum
    cost = semconv.cost_in(told)
    return NONE if tokens is None else bounded(tokens), NO_COST if cost is None else cost


def _packed(ids: Sequence[str]) -> array[int] | None:
    """Ids of 16 hex digits in lower case as integers; none if any is something else."""
    joined = "".join(ids)
    if set(map(len, ids)) - {16} or joined != joined.lower():
        return None
    try:
        out = array("Q", unhexlify(joined))
    except ValueError:
        return None
    if sys.byteorder == "little":
        out.byteswap()
    return out
