"""The roll-up of a trace from the columns of its spans and heads: what the list shows, as codes.

Says the same as a person would: the earliest span without a parent names the trace, the earliest span that
has a label gives it, what the store says of the trace itself beats both.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, Protocol

from inspector.index.columns import HAS_PARENT, NO_COST, NO_ID, NONE, NOWHERE, ODD_ID, ODD_PARENT, Group
from inspector.index.totals import branch_total
from inspector.model import Kind, Status

if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence

    from inspector.index.columns import HeadColumns, SpanColumns, TraceColumns

_NEVER: Final = 1 << 200
_UNSET: Final = Status.UNSET.value
_ERROR: Final = Status.ERROR.value


class Columns(Protocol):
    """What a roll-up reads: a block, or the whole index."""

    spans: SpanColumns
    traces: TraceColumns
    heads: HeadColumns
    starts: array[int]

    def group(self, group: Group) -> int: ...


def spans_of(columns: Columns, row: int) -> list[int]:
    """The spans of a trace in the order in which they came."""
    at = columns.traces.first[row]
    if at == NOWHERE:
        return []
    step = columns.spans.next
    out = [at]
    while distance := step[at]:
        at += distance
        out.append(at)
    return out


def heads_of(columns: Columns, row: int) -> list[int]:
    """Likewise its heads."""
    at = columns.traces.head[row]
    if at == NOWHERE:
        return []
    out = [at]
    while distance := columns.heads.before[at]:
        at -= distance
        out.append(at)
    return out[::-1]


def in_stored_order(columns: Columns, at: Sequence[int], found: list[int]) -> list[int]:
    """Blocks may come in any order; where places are bytes, those say what was first."""
    starts = columns.starts
    if not starts or all(at[a] <= at[b] for a, b in pairwise(found)):
        return found
    return sorted(found, key=lambda i: (starts[at[i]], i))


def roll(columns: Columns, row: int, groups: Sequence[Group]) -> None:
    """Write the trace's rolled-up columns. `groups` are those of `columns`, by number."""
    spans, traces = columns.spans, columns.traces
    found = spans_of(columns, row)
    heads = heads_of(columns, row)
    if len(found) == 1 and not heads:
        _roll_one(columns, row, found[0], groups)
        return
    start = spans.start
    found = in_stored_order(columns, spans.at, found)
    order = sorted(found, key=lambda i: _NEVER if start[i] == NONE else start[i])
    name = session = user = service = project = environment = model = 0
    tags: dict[int, None] = {}
    for i in order:
        group = groups[spans.group[i]]
        session = session or spans.session[i]
        user = user or spans.user[i]
        service = service or group.service
        project = project or group.project
        environment = environment or group.environment
        model = model or group.model
    kind, status = Kind.UNKNOWN.value, _UNSET
    if found:
        root = _root(spans, order)
        kind, status, name = (
            groups[spans.group[root]].kind,
            groups[spans.group[root]].status,
            spans.name[root],
        )
    if status == _UNSET and traces.errors[row]:
        status = _ERROR
    tokens, cost = NONE, NO_COST
    for h in in_stored_order(columns, columns.heads.at, heads):
        own = columns.heads
        group = groups[own.group[h]]
        name = own.name[h] or name
        session = own.session[h] or session
        user = own.user[h] or user
        service = group.service or service
        project = group.project or project
        environment = group.environment or environment
        model = group.model or model
        status = group.status or status
        tokens = own.tokens[h] if own.tokens[h] != NONE else tokens
        cost = own.cost[h] if own.cost[h] == own.cost[h] else cost
        tags.update(dict.fromkeys(group.tags))
    for i in found:
        tags.update(dict.fromkeys(groups[spans.group[i]].tags))
    traces.name[row], traces.session[row], traces.user[row] = name, session, user
    traces.group[row] = columns.group(
        Group(kind, 0, status, service, project, environment, model, tuple(tags))
    )
    traces.tokens[row] = tokens if tokens != NONE else _tokens(spans, found)
    traces.cost[row] = cost if cost == cost else _cost(spans, found)


def _roll_one(columns: Columns, row: int, i: int, groups: Sequence[Group]) -> None:
    spans, traces = columns.spans, columns.traces
    group = groups[spans.group[i]]
    traces.name[row], traces.session[row], traces.user[row] = spans.name[i], spans.session[i], spans.user[i]
    traces.group[row] = columns.group(group._replace(written=0, tags=tuple(dict.fromkeys(group.tags))))
    tokens, cost = spans.tokens[i], spans.cost[i]
    traces.tokens[row] = tokens if tokens == NONE else max(tokens, 0)
    traces.cost[row] = max(cost, 0.0) if cost == cost else NO_COST


def _root(spans: SpanColumns, order: list[int]) -> int:
    """The earliest span without a parent; of orphans the earliest; of a mere cycle its first span."""
    for i in order:
        if not spans.flags[i] & HAS_PARENT:
            return i
    known = {id_key(spans, i) for i in order}
    return next((i for i in order if parent_key(spans, i) not in known), order[0])


def id_key(spans: SpanColumns, i: int) -> int | tuple[int, ...]:
    """Something equal for equal ids of one store; spans without an id differ from all others."""
    flags = spans.flags[i]
    if flags & NO_ID:
        return (-1, i)
    return (spans.id[i],) if flags & ODD_ID else spans.id[i]


def parent_key(spans: SpanColumns, i: int) -> int | tuple[int, ...] | None:
    flags = spans.flags[i]
    if not flags & HAS_PARENT:
        return None
    return (spans.parent[i],) if flags & ODD_PARENT else spans.parent[i]


def _tokens(spans: SpanColumns, found: list[int]) -> int:
    column = spans.tokens
    known = [i for i in found if column[i] != NONE]
    if len(known) < 2:
        return max(column[known[0]], 0) if known else NONE
    values = [None if column[i] == NONE else column[i] for i in found]
    total = branch_total([(id_key(spans, i), parent_key(spans, i)) for i in found], values)
    return NONE if total is None else int(total)


def _cost(spans: SpanColumns, found: list[int]) -> float:
    column = spans.cost
    known = [i for i in found if column[i] == column[i]]
    if len(known) < 2:
        return max(column[known[0]], 0.0) if known else NO_COST
    values = [None if column[i] != column[i] else column[i] for i in found]
    total = branch_total([(id_key(spans, i), parent_key(spans, i)) for i in found], values)
    return NO_COST if total is None else float(total)
