"""Which format a JSON text is: by the keys of its first objects, never by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.errors import NotAStore
from inspector.model import Problem
from inspector.stores import registry
from inspector.stores.look import looks_like
from inspector.stores.records import Shape, pieces, records, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.stores.formats.base import JsonFormat, Object
    from inspector.stores.source import Source

_SAMPLES: Final = 20
_BYTES: Final = 8 << 20
_BAD: Final = 2000
"""So many lines that are no JSON may stand before the first that is."""
_HEAD: Final = 1 << 20
_SURE: Final = 100


def detect(source: Source, plugins: Sequence[JsonFormat] = ()) -> tuple[JsonFormat, Shape]:
    """The format of a text, and how it is cut into records. Raises NotAStore."""
    head = source.stream().file.read(_HEAD)
    shape = shape_of(head)
    samples: list[Object] = []
    best: JsonFormat | None = None
    score = 0
    for sample in _samples(source, shape):
        samples.append(sample)
        if len(samples) in (1, _SAMPLES):
            best, score = _best(samples, plugins)
            if score >= _SURE:
                break
    if score < _SURE and len(samples) not in (0, 1, _SAMPLES):
        best, score = _best(samples, plugins)
    if best is None:
        raise NotAStore(*looks_like(head, samples, source.packing))
    return best, shape


def _best(samples: Sequence[Object], plugins: Sequence[JsonFormat]) -> tuple[JsonFormat | None, int]:
    best: JsonFormat | None = None
    most = 0
    for chosen in (*plugins, *registry.json_formats(samples)):
        score = chosen.score(samples)
        if score > most:
            best, most = chosen, score
    return best, most


def _samples(source: Source, shape: Shape) -> Iterator[Object]:
    taken = bad = 0
    for piece in pieces(source.stream().file, shape):
        if isinstance(piece, Problem):
            bad += 1
            continue
        if piece.start > _BYTES and taken:
            return
        for record in records(piece):
            if isinstance(record, Problem):
                bad += 1
            else:
                yield record.value
                taken += 1
                if taken >= _SAMPLES:
                    return
        if bad > _BAD or piece.start > 2 * _BYTES:
            return
