"""A whole store read in a process of its own, for stores that can't be cut into ranges."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from inspector.index.block import Block
from inspector.model import RowPlace
from inspector.stores import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.model import Batch, Place

_SPANS: Final = 8_000


def blocks(path: str, below: Mapping[str, int]) -> Iterator[Block]:
    """Its blocks, without the rows that are known: by table the lowest key that has been read."""
    store = open_store(Path(path))
    try:
        block = Block()
        for batch in store.scan():
            block.add(without(batch, below))
            if len(block.spans) >= _SPANS or len(block.traces) >= _SPANS:
                block.finish()
                yield block
                block = Block()
                block.done = batch.done
        block.finish()
        yield block
    finally:
        store.close()


def without(batch: Batch, below: Mapping[str, int]) -> Batch:
    """A batch without what has been read before it."""
    if not below:
        return batch
    batch.spans = [span for span in batch.spans if not _known(span.place, below)]
    batch.traces = [head for head in batch.traces if head.place is None or not _known(head.place, below)]
    return batch


def _known(place: Place, below: Mapping[str, int]) -> bool:
    if not isinstance(place, RowPlace) or not isinstance(place.key, int) or place.path:
        return False
    lowest = below.get(place.table)
    return lowest is not None and place.key >= lowest
