"""Traces over time for the header: exact for a short list, from evenly spread rows for a long one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui.panes.header import Bars

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.view import Rows, TraceRow

PARTS = 240
_EXACT = 2000
_SAMPLES = 480


def _sample(rows: Rows) -> Iterator[TraceRow]:
    count = rows.count
    if count <= _EXACT:
        for start in range(0, count, 250):
            yield from rows.page(start, 250)
        return
    for i in range(_SAMPLES):
        yield from rows.page(i * (count - 1) // (_SAMPLES - 1), 1)


def histogram(rows: Rows) -> Bars | None:
    """None where no trace has a time."""
    seen = [(row.start, row.errors > 0) for row in _sample(rows) if row.start is not None]
    if not seen:
        return None
    start, end = min(at for at, _ in seen), max(at for at, _ in seen)
    weight = rows.count / len(seen)
    totals, errors = [0.0] * PARTS, [0.0] * PARTS
    for at, bad in seen:
        part = min((at - start) * PARTS // max(end - start, 1), PARTS - 1)
        totals[part] += weight
        errors[part] += weight if bad else 0.0
    return Bars(start, end, tuple(totals), tuple(errors))
