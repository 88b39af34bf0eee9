"""A block's columns behind those of the whole index: its codes and rows become the index's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.index.block import FIELDS
from inspector.index.columns import NONE, NOWHERE, ODD_ID, ODD_PARENT, ODD_PLACE, Group
from inspector.index.roll import roll

if TYPE_CHECKING:
    from inspector.index.block import Block
    from inspector.index.column_index import ColumnIndex

_REMEMBERED: Final = 200_000


def absorb(index: ColumnIndex, block: Block) -> None:
    """Take in a block that is finished. With the index's lock held."""
    index.thaw()
    codes = {field: index.texts[field].all(block.texts[field]) for field in FIELDS}
    groups = [index.group(_recoded(group, codes)) for group in block.groups]
    odd = [index.odd_code(text) for text in block.odd]
    ways = [index.way_code(way) for way in block.ways]
    first_span, first_record, first_key = len(index.spans), len(index.starts), len(index.keys)
    index.starts += block.starts
    index.ends += block.ends
    index.lines += block.lines
    index.keys += block.keys
    rows, again = _traces(index, block, codes, groups, odd, first_span)
    mine, theirs = index.spans, block.spans
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
        _odd_spans(index, first_span, odd, first_key)
    _heads(index, block, rows, codes, groups, ways, first_record, first_key)
    for row, last, first in again:
        if first != NOWHERE:
            if last != NOWHERE:
                mine.next[last] = first + first_span - last
            else:
                index.traces.first[row] = first + first_span
    for row, _, _ in again:
        roll(index, row, index.groups)
    index.side += block.side
    for raw_id, record in block.beside:
        if raw_id in index.beside or len(index.beside) < _REMEMBERED:
            index.beside.setdefault(raw_id, []).append(record + first_record)
    for problem in block.problems:
        index.note(problem)


def _traces(
    index: ColumnIndex,
    block: Block,
    codes: dict[str, list[int]],
    groups: list[int],
    odd: list[int],
    first_span: int,
) -> tuple[list[int], list[tuple[int, int, int]]]:
    """The rows of a block's traces here; and of those that were known: row, its last span before, the
    block's first span."""
    mine, theirs, known = index.traces, block.traces, index.known()
    rows: list[int] = []
    new: list[int] = []
    again: list[tuple[int, int, int]] = []
    count = len(mine)
    for local in range(len(theirs)):
        low = theirs.low[local]
        strange = theirs.flags[local] & ODD_ID
        key = index.odd[odd[low]] if strange else theirs.high[local] << 64 | low
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


def _odd_spans(index: ColumnIndex, first: int, odd: list[int], first_key: int) -> None:
    spans = index.spans
    for i in range(first, len(spans)):
        flags = spans.flags[i]
        if flags & ODD_ID:
            spans.id[i] = odd[spans.id[i]]
        if flags & ODD_PARENT:
            spans.parent[i] = odd[spans.parent[i]]
        if flags & ODD_PLACE:
            spans.at[i] += first_key


def _heads(
    index: ColumnIndex,
    block: Block,
    rows: list[int],
    codes: dict[str, list[int]],
    groups: list[int],
    ways: list[int],
    first_record: int,
    first_key: int,
) -> None:
    mine, theirs, traces = index.heads, block.heads, index.traces
    bytes_ = bool(len(block.starts))
    for i in range(len(theirs)):
        row = rows[theirs.trace[i]]
        odd = theirs.flags[i] & ODD_PLACE
        number = len(mine)
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
        mine.before.append(0 if before == NOWHERE else number - before)
        traces.head[row] = number


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
