"""A masked copy of a store in its own format, for machines where the raw one has no business."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from inspector.errors import UsageError
from inspector.redaction.engine import Redactor
from inspector.session.streaming import stream_whole, whole_text
from inspector.stores.base import HasTables

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.redaction.stream import Stats
    from inspector.session.opened import Opened


def copy(opened: Opened, place: Path, *, packed: bool) -> Stats:
    engine, store = opened.veil.engine, opened.store
    if isinstance(store, HasTables) and isinstance(engine, Redactor):
        from inspector.session.masking import mask

        return mask(store.database(), place, engine)
    if not whole_text(opened):
        raise UsageError("This store can't be copied as it is.", "Use --to otlp.")
    with place.open("wb") as file:
        if not packed:
            return stream_whole(opened, file)
        with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as out:
            return stream_whole(opened, out)
