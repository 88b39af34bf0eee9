"""Filling an index from its store: what the first screen shows at once, the rest by worker processes.

A text of lines is read from both ends, so that rows are there at once and the newest among them, then in
ranges from the end to the beginning. Other stores are read in their own order. Blocks are taken in in the
order of their ranges, so that rows have the same numbers each time.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from inspector.index.block import Block
from inspector.index.lines import LineReader, renumbered
from inspector.index.pool import NoWorkers, Pool, available, workers
from inspector.model import Problem, RowPlace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inspector.index.column_index import ColumnIndex
    from inspector.index.worker import Job
    from inspector.model import Batch
    from inspector.stores.base import Lines, Store

Step: TypeAlias = "Callable[[int], None]"
"""Called after each step with the bytes done."""

FIRST: Final = 64 << 10
"""Lines that begin in so many bytes are read first, in one go."""
STEP: Final = 1 << 20
RANGE: Final = 8 << 20
SMALL: Final = 12 << 20
"""A store up to this size isn't worth a second process."""
_TAIL: Final = 2 << 20


class _Range(Struct):
    """What is known of a range of lines once it was read."""

    start: int
    newlines: int
    records: slice
    problems: list[Problem]


class Builder:
    """One reading of one store. Not thread-safe; the index it fills is."""

    def __init__(self, store: Store, index: ColumnIndex, wanted: int = 0) -> None:
        self._store = store
        self._index = index
        self._wanted = wanted
        self._ranges: list[_Range] = []
        self.pids: list[int] = []
        """The processes that read at the moment."""

    def run(self, step: Step, stopped: Callable[[], bool], start: int = 0) -> bool:
        """Read all, or a text from `start` on; false where `stopped` came first."""
        lines = lines_of(self._store)
        if lines is None:
            return self._whole(step, stopped)
        if not self._text(lines, start, step, stopped):
            return False
        self._number(start)
        changed = lines.changed()
        if changed:
            self._index.absorb(_problem("the file", "changed while it was read: reload it"))
        return True

    # texts

    def _text(self, lines: Lines, start: int, step: Step, stopped: Callable[[], bool]) -> bool:
        reader = LineReader(lines.fd, lines.format)
        size = lines.size
        if size - start <= SMALL:
            return self._forward(reader, start, size, step, stopped)
        head = start + FIRST
        tail = reader.last_line(size, _TAIL)
        self._take(reader.block(start, head), start)
        step(head - start)
        if tail < size and not stopped():
            self._take(reader.block(max(tail, head), size), max(tail, head))
            step(head - start + size - tail)
        return self._middle(reader, lines, head, max(tail, head), step, stopped)

    def _forward(
        self, reader: LineReader, start: int, stop: int, step: Step, stopped: Callable[[], bool]
    ) -> bool:
        at, size = start, FIRST
        while at < stop:
            if stopped():
                return False
            until = min(at + size, stop)
            self._take(reader.block(at, until), at)
            step(until - start)
            at, size = until, STEP
        return True

    def _middle(
        self,
        reader: LineReader,
        lines: Lines,
        start: int,
        stop: int,
        step: Step,
        stopped: Callable[[], bool],
    ) -> bool:
        cuts = [*range(start, stop, RANGE), stop]
        ranges = list(pairwise(cuts))[::-1]
        done = lines.size - (stop - start)
        at = 0
        try:
            for number, block in self._by_workers(lines, ranges, stopped):
                self._take(block, ranges[number][0])
                at = number + 1
                done += ranges[number][1] - ranges[number][0]
                step(done)
        except NoWorkers:
            pass
        for first, last in ranges[at:]:
            if stopped():
                return False
            for a in range(first, last, STEP):
                self._take(reader.block(a, min(a + STEP, last)), a)
            done += last - first
            step(done)
        return not stopped()

    def _by_workers(
        self, lines: Lines, ranges: list[tuple[int, int]], stopped: Callable[[], bool]
    ) -> Iterator[tuple[int, Block]]:
        if not available() or lines.module is None:
            raise NoWorkers
        jobs: list[Job] = [{"fd": lines.fd, "format": lines.module, "start": a, "stop": b} for a, b in ranges]
        pool = Pool(workers(self._wanted), [lines.fd])
        self.pids = pool.pids
        try:
            yield from pool.run(jobs, stopped)
        finally:
            self.pids = []
            pool.close()

    def _take(self, block: Block, start: int) -> None:
        problems, block.problems = block.problems, []
        records = self._index.absorb(block)
        self._ranges.append(_Range(start, block.newlines, records, problems))

    def _number(self, start: int) -> None:
        """Ranges number their lines from one: now that all are known, each gets its own number."""
        before = self._index.line_count if start else 0
        told = Block()
        for each in sorted(self._ranges, key=lambda r: r.start):
            self._index.renumber(each.records, before)
            told.problems += [replace(p, where=renumbered(p.where, before)) for p in each.problems]
            before += each.newlines
        self._index.line_count = before
        self._index.absorb(told)
        self._ranges = []

    # other stores

    def _whole(self, step: Step, stopped: Callable[[], bool]) -> bool:
        below: dict[str, int] = {}
        small = self._store.info.bytes <= SMALL or not _can_be_opened_again(self._store)
        for batch in self._store.scan():
            self._index.feed(batch)
            step(batch.done)
            if stopped():
                return False
            if not small and batch.spans:
                from inspector.index import rows

                shared = rows.jobs(self._store, batch)
                if shared:
                    return self._rows(shared, step, stopped)
                _lower(below, batch)
                if below:
                    return self._apart(below, step, stopped)
        return True

    def _rows(self, jobs: list[Job], step: Step, stopped: Callable[[], bool]) -> bool:
        """The rest of a store of rows in ranges, by several processes or else here."""
        from inspector.index import rows

        at = 0
        try:
            if not available():
                raise NoWorkers
            pool = Pool(workers(self._wanted), ())
            self.pids = pool.pids
            try:
                for number, block in pool.run(jobs, stopped):
                    self._index.absorb(block)
                    at = number + 1
                    step(block.done)
            finally:
                self.pids = []
                pool.close()
        except NoWorkers:
            pass
        for job in [] if stopped() else jobs[at:]:
            block = rows.block(self._store, job)
            self._index.absorb(block)
            step(block.done)
            if stopped():
                return False
        return not stopped()

    def _apart(self, below: dict[str, int], step: Step, stopped: Callable[[], bool]) -> bool:
        """The rest of a store of rows, in a process of its own; or here, if there can't be one."""
        from inspector.index.whole import without

        try:
            if not available():
                raise NoWorkers
            pool = Pool(1, ())
            self.pids = pool.pids
            taken = False
            try:
                job: Job = {"path": str(self._store.info.path), "below": below}
                for _, block in pool.run([job], stopped):
                    taken = True
                    self._index.absorb(block)
                    step(block.done)
                return not stopped()
            except NoWorkers:
                if taken:
                    raise
            finally:
                self.pids = []
                pool.close()
        except NoWorkers:
            pass
        for batch in self._store.scan():
            self._index.feed(without(batch, below))
            step(batch.done)
            if stopped():
                return False
        return True


def lines_of(store: Store) -> Lines | None:
    """How a store's text can be read in ranges, if it can."""
    from inspector.stores.base import HasLines

    return store.lines() if isinstance(store, HasLines) else None


def _can_be_opened_again(store: Store) -> bool:
    from inspector.stores.base import HasWorkers

    return isinstance(store, HasWorkers) and store.can_be_opened_again()


def _lower(below: dict[str, int], batch: Batch) -> None:
    for span in batch.spans:
        place = span.place
        if isinstance(place, RowPlace) and isinstance(place.key, int) and not place.path:
            below[place.table] = min(below.get(place.table, place.key), place.key)


def _problem(where: str, what: str) -> Block:
    block = Block()
    block.problems.append(Problem(where, what))
    return block
