"""Figures of a list of traces, from the columns of the index alone: no store is read for them."""

from __future__ import annotations

from array import array
from collections import Counter
from datetime import UTC, datetime
from itertools import chain, compress, islice
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from inspector.index import NONE
from inspector.model import Status
from inspector.session.veil import shown_text
from inspector.view import EMPTY, plain
from inspector.view_stats import StatLine, Stats, Times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from inspector.index import ColumnIndex
    from inspector.view import Hit, ShownText

Chosen: TypeAlias = "Sequence[tuple[ColumnIndex, Sequence[int]]]"
"""Each store's index and the rows of it that count."""

T = TypeVar("T")

_DAY = 86_400 * 1_000_000_000
_MARKS = (("p50", 50), ("p90", 90), ("p95", 95), ("p99", 99))
_ERROR = Status.ERROR.value
_PIECE = 1 << 16
_PASSES = 3
"""How often the spans are gone through."""


def start_of(index: ColumnIndex, hit: Hit) -> int | None:
    row = hit.key.row if hit.key.row >= 0 else index.find(str(hit.trace_id))
    if row is None or index.traces.start[row] == NONE:
        return None
    return index.traces.start[row]


def times(chosen: Chosen, parts: int, start: int | None, end: int | None) -> Times | None:
    """The last part holds the end too, so that no trace is left out of the whole."""
    low = min(chain.from_iterable(map(_known, chosen)), default=NONE)
    if low == NONE:
        return None
    high = max(chain.from_iterable(map(_known, chosen)))
    low, high = low if start is None else start, high if end is None else end
    span = max(high - low, 1)
    traces, failed = [0] * parts, [0] * parts
    for index, rows in chosen:
        starts, errors = index.traces.start, index.traces.errors
        for row in rows:
            at = starts[row]
            if low <= at <= high and at != NONE:
                part = min((at - low) * parts // span, parts - 1)
                traces[part] += 1
                failed[part] += errors[row] > 0
    return Times(low, high, tuple(traces), tuple(failed))


def _known(chosen: tuple[ColumnIndex, Sequence[int]]) -> Iterator[int]:
    """The starts of rows, one by one: a list of all would be the largest thing in memory."""
    index, rows = chosen
    return filter(NONE.__ne__, map(index.traces.start.__getitem__, rows))


class Meter:
    """Hands long columns out in pieces: after each it says how far the work is, and looks whether to go on."""

    def __init__(self, total: int, report: Callable[[float], None], stopped: Callable[[], bool]) -> None:
        self._total = max(total, 1)
        self._done = 0
        self._report = report
        self._stopped = stopped

    def pieces(self, things: Iterable[T]) -> Iterator[list[T]]:
        left = iter(things)
        while not self._stopped() and (piece := list(islice(left, _PIECE))):
            yield piece
            self._done += len(piece)
            self._report(min(self._done / self._total, 1.0))


class _Sum:
    __slots__ = ("cost", "count", "errors", "lengths", "tokens")

    def __init__(self) -> None:
        self.count = self.errors = self.tokens = 0
        self.cost = 0.0
        self.lengths: array[int] = array("q")

    def add(self, start: int, end: int, bad: bool, tokens: int, cost: float) -> None:
        self.count += 1
        self.errors += bad
        if start != NONE and end != NONE:
            self.lengths.append(max(end - start, 0))
        if tokens != NONE:
            self.tokens += tokens
        if cost == cost:
            self.cost += cost

    def join(self, other: _Sum) -> None:
        self.count += other.count
        self.errors += other.errors
        self.tokens += other.tokens
        self.cost += other.cost
        self.lengths.extend(other.lengths)

    def line(self, label: ShownText) -> StatLine:
        lengths = sorted(self.lengths)
        p50, p95 = percentile(lengths, 50), percentile(lengths, 95)
        return StatLine(label, self.count, self.errors, p50, p95, self.tokens, self.cost)


def percentile(lengths: Sequence[int], percent: int) -> int | None:
    """Nearest rank, of sorted values."""
    return lengths[max(-(-len(lengths) * percent // 100) - 1, 0)] if lengths else None


def stats(chosen: Chosen, report: Callable[[float], None], stopped: Callable[[], bool]) -> Stats:
    """`report` gets the share done; once `stopped`, what is returned is of no use."""
    size = sum(len(rows) + _PASSES * len(index.spans.group) for index, rows in chosen)
    meter = Meter(size, report, stopped)
    every = _Sum()
    services: dict[str, tuple[ShownText, _Sum]] = {}
    days: dict[int, _Sum] = {}
    kinds: dict[str, tuple[ShownText, _Sum]] = {}
    models: dict[str, tuple[ShownText, _Sum]] = {}
    spans = 0
    errors = 0
    for index, rows in chosen:
        _traces(index, meter.pieces(rows), every, services, days)
        for code, found in _by_group(index, rows, meter).items():
            group = index.groups[code]
            spans += found.count
            errors += found.errors
            _join(kinds, plain(group.kind), found)
            if group.model:
                _join(models, _label(index, "model", group.model), found)
    lengths = sorted(every.lengths)
    latency = [(name, percentile(lengths, percent)) for name, percent in _MARKS]
    latency.append(("max", lengths[-1] if lengths else None))
    return Stats(
        traces=every.count,
        failed=every.errors,
        spans=spans,
        errors=errors,
        tokens=every.tokens,
        cost=every.cost,
        latency=tuple((name, value) for name, value in latency if value is not None),
        services=_lines(services.values()),
        days=tuple(days[day].line(plain(_date(day))) for day in sorted(days, reverse=True)),
        kinds=_lines(kinds.values()),
        models=_lines(models.values()),
    )


def _traces(
    index: ColumnIndex,
    pieces: Iterable[list[int]],
    every: _Sum,
    services: dict[str, tuple[ShownText, _Sum]],
    days: dict[int, _Sum],
) -> None:
    traces, groups = index.traces, index.groups
    by_service: dict[int, _Sum] = {}
    for row in chain.from_iterable(pieces):
        start = traces.start[row]
        facts = (start, traces.end[row], traces.errors[row] > 0, traces.tokens[row], traces.cost[row])
        sums = [every, by_service.setdefault(groups[traces.group[row]].service, _Sum())]
        if start != NONE:
            sums.append(days.setdefault(start // _DAY, _Sum()))
        for one in sums:
            one.add(*facts)
    for code, found in by_service.items():
        if code:
            _join(services, _label(index, "service", code), found)


def _by_group(index: ColumnIndex, rows: Sequence[int], meter: Meter) -> dict[int, _Sum]:
    """The chosen traces' spans by what they have in common. Written out flat: it runs a million times."""
    groups, spans = index.groups, index.spans
    n = min(len(spans.group), len(spans.trace), len(spans.start), len(spans.end), len(spans.cost))
    # A scan may add spans while this runs; those come with the next look.
    wanted = _mask(index, rows)
    found: dict[int, _Sum] = {}
    lengths: dict[int, Callable[[int], None]] = {}
    chosen: Iterable[int] = islice(spans.group, n)
    if wanted is not None:
        chosen = compress(chosen, map(wanted.__getitem__, spans.trace))
    counts: Counter[int] = Counter()
    for piece in meter.pieces(chosen):
        counts.update(piece)
    for code, count in counts.items():
        one = found[code] = _Sum()
        one.count = count
        one.errors = count if groups[code].status == _ERROR else 0
        lengths[code] = one.lengths.append
    columns = zip(spans.group, spans.trace, spans.start, spans.end, strict=False)
    for part in meter.pieces(islice(columns, n)):
        for code, trace, start, end in part:
            if start != NONE != end and (wanted is None or wanted[trace]):
                lengths[code](end - start if end > start else 0)
    money = zip(spans.group, spans.trace, spans.tokens, spans.cost, strict=False)
    for bill in meter.pieces(islice(money, n)):
        for code, trace, tokens, cost in bill:
            if (tokens != NONE or cost == cost) and (wanted is None or wanted[trace]):
                one = found[code]
                one.tokens += tokens if tokens != NONE else 0
                one.cost += cost if cost == cost else 0.0
    return found


def _mask(index: ColumnIndex, rows: Sequence[int]) -> bytearray | None:
    """Which traces count; none for all."""
    if len(rows) >= len(index.traces):
        return None
    wanted = bytearray(len(index.traces))
    for row in rows:
        wanted[row] = 1
    return wanted


def _label(index: ColumnIndex, field: str, code: int) -> ShownText:
    return shown_text(index.texts[field].shown(code))


def _join(into: dict[str, tuple[ShownText, _Sum]], label: ShownText, found: _Sum) -> None:
    if label != EMPTY:
        into.setdefault(str(label), (label, _Sum()))[1].join(found)


def _lines(sums: Iterable[tuple[ShownText, _Sum]]) -> tuple[StatLine, ...]:
    most_first = sorted(sums, key=lambda pair: (-pair[1].count, str(pair[0])))
    return tuple(found.line(label) for label, found in most_first)


def _date(day: int) -> str:
    try:
        return f"{datetime.fromtimestamp(day * 86_400, UTC):%Y-%m-%d}"
    except (OverflowError, ValueError, OSError):
        return "outside the calendar"
