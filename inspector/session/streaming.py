"""Stored bytes in, redacted bytes out, without a span being made of them: for exports and copies.

A whole text goes as it lies. Of chosen spans the lines are taken that hold them, less what wasn't chosen. Both
pass the redactor as one stream, so that neither knows a way around it.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from inspector.errors import StoreError
from inspector.model import BytePlace
from inspector.redaction.engine import Redactor
from inspector.redaction.stream import Stats, redact_stream
from inspector.session.limited import LimitedStore
from inspector.session.sharing import WORTH, redact_shares, shares, whole_lines
from inspector.stores.base import HasLines, HasText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.redaction.stream import Writer
    from inspector.session.cutting import Piece
    from inspector.session.opened import Opened
    from inspector.stores.base import Lines, Store

OTLP: Final = "otlp"


def whole_text(opened: Opened) -> bool:
    """Whether the store can be streamed from its first byte to its last: it is text, and no role limits it."""
    store = opened.store
    return (
        isinstance(opened.veil.engine, Redactor) and isinstance(store, HasText) and store.text() is not None
    )


def chosen_lines(opened: Opened) -> bool:
    """Whether chosen spans can be streamed: OTLP, an export request a line, in a file."""
    return opened.store.info.format.id == OTLP and _lines(opened.store) is not None


def stream_whole(opened: Opened, writer: Writer, read: Callable[[int], None] = lambda size: None) -> Stats:
    """`read` is called with the number of bytes each time some were read; it may raise to stop."""
    store, engine = opened.store, opened.veil.engine
    assert isinstance(store, HasText) and isinstance(engine, Redactor)
    lines = _lines(store)
    # Of a packed file only reading it to its end tells whether that is its end.
    if lines is not None and lines.grows and lines.size > WORTH:
        return redact_shares(lines, whole_lines(lines), writer, engine, opened.workers, read)
    text = store.text()
    assert text is not None
    stats = redact_stream(_Counted(text.file.read, read), writer, engine)
    if text.damage:
        raise StoreError(
            f"The store ends before its end: {text.damage}.", "Fetch it again, or export a query."
        )
    return stats


def stream_chosen(
    opened: Opened, rows: Sequence[int], writer: Writer, read: Callable[[int], None] = lambda size: None
) -> Stats:
    """The spans of some traces, in stored order."""
    engine, lines = opened.veil.engine, _lines(opened.store)
    assert lines is not None and isinstance(engine, Redactor)
    return redact_shares(lines, shares(_wanted(opened, rows)), writer, engine, opened.workers, read)


def _wanted(opened: Opened, rows: Sequence[int]) -> Iterator[Piece]:
    places = sorted(
        (
            (p.start, p.end, p.path)
            for row in rows
            for p in opened.index.source(row)[1]
            if isinstance(p, BytePlace)
        ),
        key=lambda place: (place[0], place[1]),
    )
    for (start, end), each in groupby(places, key=lambda place: (place[0], place[1])):
        yield start, end, [path for _, _, path in each]


def _lines(store: Store) -> Lines | None:
    inner = store.inner if isinstance(store, LimitedStore) else store
    return inner.lines() if isinstance(inner, HasLines) else None


class _Counted:
    def __init__(self, source: Callable[[int], bytes], told: Callable[[int], None]) -> None:
        self._source = source
        self._told = told

    def read(self, size: int, /) -> bytes:
        data = self._source(size)
        self._told(len(data))
        return data
