"""Lines of a file redacted by several processes at once, written in their order.

Each process is told policy, key and names through a pipe that no other can see, reads its ranges from the
descriptor it inherited and gives back redacted bytes alone. Where processes can't be had, or one dies, what is
left is done here.
"""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import orjson

from inspector.index.frames import parted
from inspector.index.pool import Crew, NoWorkers, available, workers
from inspector.redaction.stream import Stats, redact_stream
from inspector.session.cutting import Piece, Pieces, pieces
from inspector.stores.hunt import line_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from inspector.index.worker import Job
    from inspector.redaction.engine import Redactor
    from inspector.redaction.stream import Writer
    from inspector.stores.base import Lines

Share: TypeAlias = "list[Piece]"
"""What one job is: about `_SHARE` bytes of lines."""

WORTH: Final = 12 << 20
"""Fewer bytes are redacted before a process of their own has made its scanner."""
_SHARE: Final = 1 << 20
_PATHS: Final = 200
_LONGEST_JOB: Final = 60_000
"""Bytes that a pipe takes while nobody reads: a process may be writing while it is given its next job."""
_WORKER: Final = "inspector.session.sharing_worker"


def whole_lines(lines: Lines) -> list[Share]:
    """All of a file, cut where lines end."""
    cuts = [0]
    while cuts[-1] < lines.size:
        least = min(cuts[-1] + _SHARE, lines.size) - 1
        cuts.append(min(line_end(lines.fd, least, lines.size) + 1, lines.size))
    return [[(start, stop, None)] for start, stop in pairwise(cuts)]


def shares(wanted: Iterable[Piece]) -> list[Share]:
    """Lines of which some spans are chosen, put together."""
    made: list[Share] = []
    size, paths = _SHARE, 0
    for piece in wanted:
        if size >= _SHARE or paths >= _PATHS:
            made.append([])
            size = paths = 0
        made[-1].append(piece)
        size += piece[1] - piece[0]
        paths += len(piece[2] or ())
    return made


def redact_shares(
    lines: Lines,
    parts: Sequence[Share],
    writer: Writer,
    redactor: Redactor,
    wanted: int,
    read: Callable[[int], None],
) -> Stats:
    """`wanted`: how many processes, 0 for one a core. `read` is told how many bytes were read, and may raise."""
    stats = Stats()
    started = time.perf_counter()
    done = 0
    size = sum(stop - start for part in parts for start, stop, _ in part)
    try:
        if size > WORTH and workers(wanted) > 1:
            for data, found in _by_workers(lines, parts, redactor, workers(wanted)):
                writer.write(bytes(data))
                _add(stats, found)
                read(sum(stop - start for start, stop, _ in parts[done]))
                done += 1
            stats.seconds += time.perf_counter() - started
    except NoWorkers:
        stats.seconds += time.perf_counter() - started
    left = [piece for part in parts[done:] for piece in part]
    source = Pieces(pieces(lines.fd, left), read)
    return redact_stream(source, writer, redactor, stats) if left else stats


def _by_workers(
    lines: Lines, parts: Sequence[Share], redactor: Redactor, count: int
) -> Iterator[tuple[memoryview, dict[str, object]]]:
    told = redactor.told()
    if told is None or not available():
        raise NoWorkers
    jobs: list[Job] = [{"fd": lines.fd, "pieces": part} for part in parts]
    if any(len(orjson.dumps(job)) > _LONGEST_JOB for job in jobs):
        raise NoWorkers
    crew = Crew(count, [lines.fd], _WORKER, _from_frame, told)
    try:
        for _, made in crew.run(jobs, lambda: False):
            yield made
    finally:
        crew.close()


def _from_frame(data: memoryview) -> tuple[memoryview, dict[str, object]]:
    header, (redacted,) = parted(data)
    return redacted, cast("dict[str, object]", header)


def _add(stats: Stats, found: dict[str, object]) -> None:
    stats.findings.update(cast("dict[str, int]", found["findings"]))
    stats.lines += cast(int, found["lines"])
    stats.changed += cast(int, found["changed"])
    stats.bytes += cast(int, found["bytes"])
