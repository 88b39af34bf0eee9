"""What comes to a store after it was read: appended lines, new rows. Nothing is read twice.

A text is read on from the end of its last whole line; what has no line end yet waits. Rows are read newest
first, down to those that are known. That a file was replaced or cut is told, not guessed at.
"""

from __future__ import annotations

import os
import time
from enum import Enum
from typing import TYPE_CHECKING, Final

from inspector.model import Batch, Problem, RowPlace
from inspector.stores.decode import BadJson, decode
from inspector.stores.heads import heads_in
from inspector.stores.hunt import pread
from inspector.stores.records import LONGEST, Piece, records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from inspector.stores.base import Lines, Store

_STEP: Final = 1 << 20
_SPACE: Final = b" \t\r\n"
PAUSE: Final = 0.25
"""Seconds between two looks where the platform tells of no changes."""
_LOOK: Final = 1000
"""Milliseconds after which files are looked at though no change was told: network folders tell none."""


class Change(Enum):
    NONE = "none"
    REPLACED = "replaced"
    """Another file has the name now: rotated. What was opened can still be read."""
    CUT = "cut"
    """It is shorter than what was read: its content is gone."""


class Tail:
    """Reads on in a text of lines. `start` is where reading ended, `line` how many lines came before."""

    def __init__(self, path: Path, lines: Lines, start: int, line: int) -> None:
        self._path = path
        self._lines = lines
        self._at = start
        self._line = line
        self._hold_back()

    def change(self) -> Change:
        """What has become of the file, apart from growing."""
        own = os.fstat(self._lines.fd)
        if own.st_size < self._at:
            return Change.CUT
        try:
            named = self._path.stat()
        except OSError:
            return Change.NONE  # between the two steps of a rotation
        return Change.NONE if (named.st_dev, named.st_ino) == (own.st_dev, own.st_ino) else Change.REPLACED

    def batches(self) -> Iterator[Batch]:
        """All whole lines that have come, a few hundred at a time."""
        while data := self._whole_lines():
            yield self._batch(data)

    def ranges(self) -> Iterator[tuple[int, int, int]]:
        """The same without a look into them: where whole lines begin and end, and how many lines came
        before."""
        while data := self._whole_lines():
            start, before = self._at, self._line
            self._at += len(data)
            self._line += data.count(b"\n")
            yield start, self._at, before

    def _hold_back(self) -> None:
        """Go back to the beginning of a last line that wasn't whole when it was read: it gave no span."""
        low = max(0, self._at - LONGEST)
        step = 1 << 16
        begin = self._at
        while begin > low:
            size = min(step, begin - low)
            cut = pread(self._lines.fd, begin - size, size).rfind(b"\n")
            if cut >= 0:
                begin = begin - size + cut + 1
                break
            begin -= size
        rest = pread(self._lines.fd, begin, self._at - begin)
        if rest.strip(_SPACE):
            try:
                decode(rest)
            except BadJson:
                self._at = begin

    def _whole_lines(self) -> bytes:
        size = _STEP
        while True:
            data = pread(self._lines.fd, self._at, size)
            end = data.rfind(b"\n") + 1
            if end or len(data) < size or size > LONGEST:
                return data[:end] if end else b""
            size *= 4

    def _batch(self, data: bytes) -> Batch:
        batch = Batch()
        for line in _split(data):
            self._line += 1
            text = line.rstrip(_SPACE)
            if text:
                for record in records(Piece(text, self._at, self._line)):
                    if isinstance(record, Problem):
                        batch.problems.append(record)
                        continue
                    heads = heads_in(self._lines.format, record)
                    batch.spans += heads.spans
                    batch.traces += heads.traces
                    batch.side += heads.side
                    batch.problems += heads.problems
            self._at += len(line)
        batch.done = self._at
        return batch


def _split(data: bytes) -> list[bytes]:
    """Lines end at LF alone."""
    return [line + b"\n" for line in data[:-1].split(b"\n")]


class Newest:
    """Reads the new rows of a store that gives its newest first. `known` is the highest key by table."""

    def __init__(self, store: Store, known: dict[str, int]) -> None:
        self._store = store
        self._known = known

    def batches(self) -> Iterator[Batch]:
        highest = dict(self._known)
        for batch in self._store.scan():
            fresh = [span for span in batch.spans if self._is_new(span.place, highest)]
            if fresh:
                ids = {span.trace_id for span in fresh}
                yield Batch(spans=fresh, traces=[head for head in batch.traces if head.trace_id in ids])
            if len(fresh) < len(batch.spans) or not batch.spans:
                break
        self._known = highest

    def _is_new(self, place: object, highest: dict[str, int]) -> bool:
        if not isinstance(place, RowPlace) or not isinstance(place.key, int):
            return False
        highest[place.table] = max(highest.get(place.table, place.key), place.key)
        return place.key > self._known.get(place.table, -(2**63))


class Watch:
    """Waits until something has happened in some folders."""

    def __init__(self, folders: Sequence[Path], stopped: Callable[[], bool]) -> None:
        self._stopped = stopped
        self._changes = _events(folders)

    def wait(self) -> None:
        """Returns when something may have changed, at the latest after a second, or soon after a stop."""
        if self._changes is not None:
            next(self._changes, None)
        elif not self._stopped():
            time.sleep(PAUSE)


def _events(folders: Sequence[Path]) -> Iterator[object] | None:
    """The platform's own file events, where the package for them is installed."""
    try:
        from watchfiles import watch
    except ImportError:
        return None
    changes: Iterator[object] = iter(
        watch(
            *folders,
            watch_filter=None,
            debounce=100,
            step=20,
            rust_timeout=_LOOK,
            yield_on_timeout=True,
            recursive=False,
            raise_interrupt=False,
        )
    )
    return changes
