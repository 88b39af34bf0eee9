"""A process that reads for another: jobs come as lines of JSON on standard input, blocks go out as frames.

Ranges of a text are read from a descriptor that was inherited, so that all read the same file. A whole store
is opened anew by its path, read-only as ever. Nothing but columns and raw labels goes through the pipe, which
no other process can see.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, cast

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.index.block import Block
    from inspector.stores.base import Store
    from inspector.stores.formats.base import JsonFormat

Job = dict[str, object]


def main() -> None:
    """Work until standard input ends."""
    gc.set_threshold(100_000, 50, 50)
    if hasattr(os, "nice"):
        os.nice(5)
    out = sys.stdout.fileno()
    try:
        reader = _Reader()
        for line in sys.stdin.buffer:
            for block in reader.blocks(cast("Job", orjson.loads(line))):
                send(out, _frame(block))
            send(out, [])
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)


class _Reader:
    """Keeps a store open from one job to the next."""

    def __init__(self) -> None:
        self._store: Store | None = None

    def blocks(self, job: Mapping[str, object]) -> Iterator[Block]:
        if "fd" in job:
            from inspector.index.lines import LineReader

            yield LineReader(cast(int, job["fd"]), _format(str(job["format"]))).block(
                cast(int, job["start"]), cast(int, job["stop"])
            )
        elif "spans" in job:
            from inspector.index import rows
            from inspector.stores import open_store

            if self._store is None:
                self._store = open_store(str(job["path"]))
            yield rows.block(self._store, job)
        else:
            from inspector.index.whole import blocks

            yield from blocks(str(job["path"]), cast("dict[str, int]", job["below"]))


def _format(module: str) -> JsonFormat:
    from importlib import import_module

    return cast("JsonFormat", import_module(module).FORMAT)


def _frame(block: Block) -> list[bytes]:
    from inspector.index.frames import to_frame

    return to_frame(block)


def send(out: int, parts: list[bytes]) -> None:
    """Write a frame; an empty one ends a job."""
    _write(out, [sum(map(len, parts)).to_bytes(8, "little"), *parts])


def _write(out: int, parts: list[bytes]) -> None:
    data = memoryview(b"".join(parts))
    while data:
        data = data[os.write(out, data) :]
