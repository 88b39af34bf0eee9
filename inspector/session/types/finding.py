"""Looking into all spans of a big store for what they hide, newest lines first, once its index is complete."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from inspector.index.hidden import LabelTypes
from inspector.index.pool import Crew, NoWorkers, available, workers
from inspector.index.typebits import Records
from inspector.redaction.engine import Redactor
from inspector.session.types.ranges import Found, found_in, from_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inspector.index import ColumnIndex
    from inspector.index.worker import Job
    from inspector.session.veil import Veil
    from inspector.stores.base import Lines

WORTH: Final = 12 << 20
"""In a smaller store a query reads the spans themselves."""
_RANGE: Final = 4 << 20
_WORKER: Final = "inspector.session.types.worker"
_OTLP: Final = "inspector.stores.formats.otlp"


def can_be_found(lines: Lines | None, veil: Veil) -> bool:
    """Whether this way of finding knows the store's format and engine."""
    return (
        lines is not None
        and lines.module == _OTLP
        and lines.size > WORTH
        and isinstance(veil.engine, Redactor)
        and veil.engine.policy.enabled
    )


class Finding:
    """One look into all spans that nobody has looked into yet."""

    def __init__(self, lines: Lines, index: ColumnIndex, veil: Veil, wanted: int = 0) -> None:
        self._lines = lines
        self._index = index
        self._veil = veil
        self._wanted = wanted
        self.found = False
        """Whether anything was found that wasn't known."""
        self.pids: list[int] = []
        """The processes that look at the moment."""

    def run(self, step: Callable[[float], None], stopped: Callable[[], bool]) -> bool:
        """`step` is told the share that is done; false where `stopped` came first."""
        index = self._index
        with index.lock:
            index.types.grow(index.span_count)
            if not index.types.unscanned(index.spans.trace):
                return not stopped()
            index.types.thaw()
            records = Records(index.starts, index.spans)
        labels = LabelTypes(index)
        cuts = [*range(0, self._lines.size, _RANGE), self._lines.size]
        ranges = [r for r in list(pairwise(cuts))[::-1] if self._unscanned(records, r)]
        at = 0
        try:
            for number, found in self._by_workers(ranges, stopped):
                self._take(found, records, labels)
                at = number + 1
                step(at / len(ranges))
        except NoWorkers:
            self._here(ranges[at:], records, labels, stopped)
        return not stopped()

    def _unscanned(self, records: Records, within: tuple[int, int]) -> bool:
        column = self._index.types.column
        return any(0 in column[part] for part in records.within(*within))

    def _by_workers(
        self, ranges: list[tuple[int, int]], stopped: Callable[[], bool]
    ) -> Iterator[tuple[int, Found]]:
        from inspector.session.types.worker import told

        engine = self._veil.engine
        assert isinstance(engine, Redactor)
        if not available():
            raise NoWorkers
        jobs: list[Job] = [{"fd": self._lines.fd, "start": a, "stop": b} for a, b in ranges]
        crew = Crew(workers(self._wanted), [self._lines.fd], _WORKER, from_frame, told(engine))
        self.pids = crew.pids
        try:
            yield from crew.run(jobs, stopped)
        finally:
            self.pids = []
            crew.close()

    def _here(
        self,
        ranges: list[tuple[int, int]],
        records: Records,
        labels: LabelTypes,
        stopped: Callable[[], bool],
    ) -> None:
        from inspector.session.types.otlp import OtlpTypes

        engine = self._veil.engine
        assert isinstance(engine, Redactor)
        types = OtlpTypes(self._veil, engine)
        for start, stop in ranges:
            if stopped():
                return
            found = found_in(types, self._lines.fd, self._lines.format, start, stop, stopped)
            self._take(found, records, labels)

    def _take(self, found: Found, records: Records, labels: LabelTypes) -> None:
        index = self._index
        self.found = True
        with index.lock:
            codes = index.types.codes(found.sets)
            at = 0
            for start, count in zip(found.starts, found.counts, strict=True):
                part = records.slice(start, count)
                if part is not None:
                    inside = [codes[code] for code in found.codes[at : at + count]]
                    index.types.column[part] = labels.beside(part, inside)
                at += count
            index.version += 1
