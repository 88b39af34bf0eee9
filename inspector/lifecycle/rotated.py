"""Files that a writer has rotated away: parts of one log, which a trace may straddle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from inspector.errors import InspectorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from inspector.stores.base import Store

_STAMP: Final = re.compile(
    r"[-._]?(?:\d{8,14}|\d{4}-\d{2}-\d{2}(?:[T_-]\d{2}[-:.]?\d{2}[-:.]?\d{2}(?:[.,]\d+)?)?|\d{1,3})"
)
_TEXTS: Final = (".jsonl", ".json", ".ndjson", ".log")
_PACKED: Final = (".gz", ".zst")


def stem_of(path: Path) -> tuple[str, str, bool]:
    """The name without its stamp, its ending, and whether it has a stamp: that it was rotated."""
    name = path.name
    for packed in _PACKED:
        name = name.removesuffix(packed)
    for ending in _TEXTS:
        head, found, tail = name.rpartition(ending)
        if found and (not tail or _STAMP.fullmatch(tail)):
            stamp = re.search(_STAMP.pattern + r"$", head) if not tail else None
            return (head[: stamp.start()] if stamp else head), ending, bool(stamp or tail)
    return name, "", False


def was_rotated(path: Path) -> bool:
    """By its name, and because the log that it was part of, or another part of it, lies beside it."""
    return stem_of(path)[2] and bool(siblings(path))


def siblings(path: Path) -> list[Path]:
    """Other files of the same log in the same folder, the rotated ones and the one that is written to."""
    stem, ending, _ = stem_of(path)
    if not ending or not stem:
        return []
    try:
        beside = sorted(path.resolve().parent.iterdir())
    except OSError:
        return []
    return [p for p in beside if p.name != path.name and stem_of(p)[:2] == (stem, ending) and p.is_file()]


def latest_starts(
    paths: Iterable[Path], open_store: Callable[[Path], Store], wanted: Callable[[str], bool]
) -> dict[str, int | None]:
    """Of each wanted trace that has a part in one of the files: when the latest part begins; none where one
    part has no start. A file that can't be read counts as none of the log's."""
    found: dict[str, int | None] = {}
    for path in paths:
        try:
            store = open_store(path)
        except InspectorError:
            continue
        try:
            local: dict[str, int | None] = {}
            for batch in store.scan():
                for span in batch.spans:
                    if wanted(span.trace_id):
                        first = local.get(span.trace_id, span.start)
                        local[span.trace_id] = (
                            None if first is None or span.start is None else min(first, span.start)
                        )
        finally:
            store.close()
        for id, start in local.items():
            before = found.get(id, 0)
            found[id] = None if before is None or start is None else max(before, start)
    return found
