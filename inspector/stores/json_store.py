"""A Store over a JSON format: records go in, batches and traces come out."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from inspector.errors import NotFound, StoreError
from inspector.model import Batch, BytePlace, Problem, Span, Trace, TraceHead
from inspector.stores.base import Lines, Log, StoreInfo
from inspector.stores.decode import repeats_keys
from inspector.stores.formats.base import HasFinish, HasLogs, HasSome, Heads, Parsed
from inspector.stores.formats.ids import synthetic_trace_id
from inspector.stores.formats.parts import HasEdits
from inspector.stores.generation import Generation, of_file
from inspector.stores.heads import heads_in
from inspector.stores.merge import merged_trace
from inspector.stores.records import Piece, Shape, pieces, records
from inspector.stores.windows import overlapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from inspector.model import Place, SideRecord
    from inspector.stores.edits import Editor
    from inspector.stores.formats.base import JsonFormat, Record
    from inspector.stores.source import Source, Stream

_SPANS: Final = 256
_SECONDS: Final = 0.05
_FIRST_SPANS: Final = 40
_FIRST_SECONDS: Final = 0.01
_BYTES: Final = 1 << 20
_PROBLEMS: Final = 1000
"""So many are named one by one; of the rest only the number is kept."""
_REMEMBERED: Final = 200_000
"""Traces whose further records (their own line, log lines, patches) are remembered."""
_KEPT: Final = 8
_KEPT_BYTES: Final = 4 << 20
"""So many decoded records, none of more bytes than this, are kept for the next load."""

_Range = tuple[int, int, int]


class JsonStore:
    """Scanning and loading may happen in different threads: each reads for itself."""

    def __init__(self, path: Path, source: Source, chosen: JsonFormat, shape: Shape) -> None:
        self._path = path
        self._source = source
        self._format = chosen
        self._shape = shape
        self._more: dict[str, list[_Range]] = {}
        self._kept: dict[_Range, tuple[list[Record], bool]] = {}

    @property
    def info(self) -> StoreInfo:
        return StoreInfo(
            path=self._path,
            format=self._format.info,
            schema=self._source.packing,
            bytes=self._source.size,
            writable=self._format.info.editable
            and self._source.writable
            and os.access(self._path.resolve().parent, os.W_OK),
        )

    def scan(self) -> Iterator[Batch]:
        """As the protocol says; a first small batch comes at once."""
        stream = self._source.stream()
        batch = Batch()
        named = 0
        unnamed: Counter[str] = Counter()
        most, wait, since, at = _FIRST_SPANS, _FIRST_SECONDS, time.monotonic(), 0
        for found in self._walk(pieces(stream.file, self._shape)):
            if isinstance(found, Problem):
                found = Heads(problems=[found])
            batch.spans += found.spans
            batch.traces += found.traces
            batch.side += found.side
            for problem in found.problems:
                named += 1
                if named <= _PROBLEMS:
                    batch.problems.append(problem)
                else:
                    unnamed[problem.what] += problem.count
            done = stream.done
            if len(batch.spans) >= most or done - at >= _BYTES or time.monotonic() - since >= wait:
                batch.done = min(done, self._source.size)
                yield batch
                most, wait, since, at = _SPANS, _SECONDS, time.monotonic(), done
                batch = Batch()
        batch.problems += [Problem("further places", what, count) for what, count in unnamed.items()]
        if stream.damage:
            batch.problems.append(Problem(f"byte {stream.done} of the packed file", stream.damage))
        if self._source.changed():
            batch.problems.append(Problem("the file", "changed while it was read: reload it"))
        batch.done = self._source.size
        yield batch

    def grown(self) -> None:
        """Take the size anew."""
        self._source.grown()

    def generation(self, size: int | None = None) -> Generation:
        """The state of the file as it was opened; with `size`, of its first bytes."""
        return of_file(self._source.fd, size=self._source.size if size is None else size)

    def windows(self, overlap: int) -> Iterator[bytes]:
        return overlapping(self._source.stream().file, overlap)

    def text(self) -> Stream:
        return self._source.stream()

    def lines(self) -> Lines | None:
        """The text itself, if it is one value a line and lies in a file; a packed one once it was read."""
        text = self._source.text_file
        if text is None or self._shape is not Shape.LINES:
            return None
        module = type(self._format).__module__
        shipped = module.startswith(f"{__package__}.formats.") and (
            getattr(sys.modules[module], "FORMAT", None) is self._format
        )
        source = self._source
        fd, size = text
        return Lines(fd, size, self._format, module if shipped else None, source.changed, source.plain)

    def load(self, trace_id: str, places: Sequence[Place]) -> Trace:
        """As the protocol says. Places of TraceHeads are welcome among `places`; what else a scan has met
        of this trace (its own record, patches, log lines) is found again without them."""
        wanted: dict[_Range, set[tuple[str | int, ...]]] = {}
        for place in places:
            if isinstance(place, BytePlace):
                wanted.setdefault((place.start, place.end, place.line), set()).add(place.path)
        for known in self._more.get(trace_id, ()):
            wanted.setdefault(known, set())
        trace = Trace(TraceHead(trace_id), ())
        patches: list[Span] = []
        for at in sorted(wanted):
            parsed = self._read(at, frozenset(wanted[at]))
            spans = tuple(span for span in parsed.spans if span.trace_id == trace_id)
            patches += [span for span in parsed.patches if span.trace_id == trace_id]
            side = tuple(side for side in parsed.side if side.trace_id == trace_id)
            trace = replace(trace, spans=trace.spans + spans, side=trace.side + side)
            for told in parsed.traces:
                if told.head.trace_id == trace_id:
                    trace = merged_trace(trace, told)
        if not trace.spans and trace.head == TraceHead(trace_id):
            raise NotFound("This trace is no longer where it was.", "Reload the store: it has changed.")
        if isinstance(self._format, HasFinish):
            trace = self._format.finish(trace, patches)
        return _with_repeats_flagged(trace)

    def editor(self) -> Editor:
        """Raises StoreError where the format has no edits."""
        if not isinstance(self._format, HasEdits):
            raise StoreError(
                f"Stores of the format {self._format.info.title} can't be edited.",
                "Delete the file as a whole instead.",
            )
        from inspector.stores.edit_jsonl import JsonEditor

        return JsonEditor(self._path, self._source, self._shape, self._format.edits)

    def side_records(self) -> Iterator[SideRecord]:
        for piece in pieces(self._source.stream().file, self._shape):
            if isinstance(piece, Problem):
                continue
            for record in records(piece):
                if not isinstance(record, Problem):
                    yield from self._parse(record, frozenset()).side

    def logs(self) -> Iterator[Log]:
        if not isinstance(self._format, HasLogs):
            return
        for piece in pieces(self._source.stream().file, self._shape):
            for record in () if isinstance(piece, Problem) else records(piece):
                if isinstance(record, Problem):
                    continue
                for log in self._format.logs(record):
                    yield Log(record.place(*log.path), log.trace_id, log.time, log.line)

    def close(self) -> None:
        self._source.close()

    def _walk(self, found: Iterator[Piece | Problem]) -> Iterator[Heads | Problem]:
        for piece in found:
            if isinstance(piece, Problem):
                yield piece
                continue
            for record in records(piece):
                if isinstance(record, Problem):
                    yield record
                else:
                    yield self._noted(heads_in(self._format, record), record)

    def _noted(self, heads: Heads, record: Record) -> Heads:
        """Remember what a trace has apart from spans."""
        if heads.traces or heads.side_of:
            at = (record.start, record.end, record.line)
            for trace_id in {*(trace.trace_id for trace in heads.traces), *heads.side_of}:
                if trace_id in self._more or len(self._more) < _REMEMBERED:
                    places = self._more.setdefault(trace_id, [])
                    if not places or places[-1] != at:
                        places.append(at)
        return heads

    def _decoded(self, at: _Range) -> tuple[list[Record], bool]:
        """The records of some bytes, and whether keys repeat in them. Neighbouring traces share batches."""
        kept = self._kept.pop(at, None)
        if kept is None:
            start, end, line = at
            data = self._source.read(start, end)
            found = [
                record for record in records(Piece(data, start, line)) if not isinstance(record, Problem)
            ]
            kept = found, len(data) <= _KEPT_BYTES and repeats_keys(data)
            if len(data) > _KEPT_BYTES:
                return kept
        self._kept[at] = kept
        while len(self._kept) > _KEPT:
            self._kept.pop(next(iter(self._kept)))
        return kept

    def _read(self, at: _Range, paths: frozenset[tuple[str | int, ...]]) -> Parsed:
        whole = Parsed()
        found, repeats = self._decoded(at)
        for record in found:
            if record.path and paths and not _leads_to(record.path, paths):
                continue
            parsed = self._parse(record, paths)
            whole.spans += parsed.spans
            whole.traces += parsed.traces
            whole.patches += parsed.patches
            whole.side += parsed.side
        if repeats:
            whole.spans = [_flagged(span, "repeated keys") for span in whole.spans]
        whole.spans = [_adopted(span) for span in whole.spans]
        return whole

    def _parse(self, record: Record, paths: frozenset[tuple[str | int, ...]]) -> Parsed:
        if isinstance(self._format, HasSome):
            return self._format.some(record, paths)
        return self._format.parse(record)


def _adopted(span: Span) -> Span:
    if span.trace_id or not isinstance(span.place, BytePlace):
        return span
    return _flagged(replace(span, trace_id=synthetic_trace_id(span.place)), "no trace id")


def _leads_to(path: tuple[str | int, ...], wanted: frozenset[tuple[str | int, ...]]) -> bool:
    return any(way[: len(path)] == path for way in wanted)


def _flagged(span: Span, flag: str) -> Span:
    return replace(span, flags=(*span.flags, flag))


def _with_repeats_flagged(trace: Trace) -> Trace:
    seen = Counter(span.span_id for span in trace.spans if span.span_id)
    if not seen or max(seen.values()) == 1:
        return trace
    spans = (_flagged(s, "duplicate span id") if seen[s.span_id] > 1 else s for s in trace.spans)
    return replace(trace, spans=tuple(spans))
