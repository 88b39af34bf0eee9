"""What the policy hides in many traces: by type, with the places where it sits. Reads the store, so it may
take as long as a search; says how far it is."""

from __future__ import annotations

import re
import time
from collections import Counter
from typing import TYPE_CHECKING

from inspector.errors import NotFound
from inspector.session.show import show_span
from inspector.view import sanitise
from inspector.view_stats import Findings, TypeFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from inspector.session.opened import Opened
    from inspector.view import Redaction, TraceKey

_EVERY = 0.2
"""Seconds between two reports."""
_PATHS = 3
_NUMBER = re.compile(r"\[\d+\]|\.\d+(?=\.|$)")


class _Type:
    def __init__(self) -> None:
        self.values = self.spans = self.traces = 0
        self.paths: Counter[str] = Counter()


def find(
    stores: Sequence[Opened],
    keys: Iterable[TraceKey],
    of: int,
    report: Callable[[Findings], None],
    stopped: Callable[[], bool],
) -> None:
    types: dict[str, _Type] = {}
    last = time.monotonic()
    judged = 0
    report(_so_far(types, judged, of))
    for key in keys:
        if stopped():
            return
        _judge(stores[key.store], key.row, types)
        judged += 1
        now = time.monotonic()
        if now - last >= _EVERY:
            last = now
            report(_so_far(types, judged, of))
    report(_so_far(types, judged, of))


def _judge(opened: Opened, row: int, types: dict[str, _Type]) -> None:
    try:
        loaded = opened.load(row)
    except NotFound:
        return
    in_trace: set[str] = set()
    for branch in loaded.branches:
        shown = show_span(loaded.trace.spans[branch.index], opened.veil, branch.flags, lean=True)
        in_span = _count(shown.redactions, types)
        for type_ in in_span:
            types[type_].spans += 1
        in_trace |= in_span
    for type_ in in_trace:
        types[type_].traces += 1


def _count(redactions: Sequence[Redaction], types: dict[str, _Type]) -> set[str]:
    for one in redactions:
        found = types.setdefault(one.type, _Type())
        found.values += 1
        found.paths[_NUMBER.sub("[]", one.path)] += 1
    return {one.type for one in redactions}


def _so_far(types: dict[str, _Type], judged: int, of: int) -> Findings:
    ranked = sorted(types.items(), key=lambda pair: (-pair[1].values, pair[0]))
    return Findings(
        judged,
        of,
        tuple(
            TypeFound(
                name or "hidden",
                found.values,
                found.spans,
                found.traces,
                tuple((sanitise(path), n) for path, n in found.paths.most_common(_PATHS)),
            )
            for name, found in ranked
        ),
    )
