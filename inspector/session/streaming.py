"""Stored bytes in, redacted bytes out, without a span being made of them: for exports and copies.

A whole text goes as it lies. Of chosen spans the lines are taken that hold them, less what wasn't chosen. Both
pass the redactor as one stream, so that neither knows a way around it.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final, TypeAlias

import orjson

from inspector.errors import StoreError
from inspector.model import BytePlace
from inspector.redaction.engine import Redactor
from inspector.redaction.stream import Stats, redact_stream
from inspector.session.limited import LimitedStore
from inspector.stores.base import HasLines, HasText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.redaction.stream import Writer
    from inspector.session.opened import Opened
    from inspector.stores.base import Lines, Store

Path: TypeAlias = "tuple[str | int, ...]"
OTLP: Final = "otlp"
_LISTS: Final = frozenset(
    "resourceSpans resource_spans scopeSpans scope_spans instrumentationLibrarySpans spans"
    " instrumentation_library_spans resourceLogs resource_logs resourceMetrics resource_metrics"
    " resourceProfiles resource_profiles".split()
)
"""Keys under which an OTLP request holds what may be chosen or not."""


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
    wanted = sorted(
        (
            (p.start, p.end, p.path)
            for row in rows
            for p in opened.index.source(row)[1]
            if isinstance(p, BytePlace)
        ),
        key=lambda place: (place[0], place[1]),
    )
    return redact_stream(_Counted(_Pieces(_cut_lines(lines, wanted)).read, read), writer, engine)


def _lines(store: Store) -> Lines | None:
    inner = store.inner if isinstance(store, LimitedStore) else store
    return inner.lines() if isinstance(inner, HasLines) else None


def _cut_lines(lines: Lines, wanted: Sequence[tuple[int, int, Path]]) -> Iterator[bytes]:
    from inspector.stores.source import read_all

    for (start, end), places in groupby(wanted, key=lambda place: (place[0], place[1])):
        line = read_all(lines.fd, start, end - start).rstrip(b"\r\n")
        yield cut(line, [path for _, _, path in places]) + b"\n"


def cut(line: bytes, paths: Sequence[Path]) -> bytes:
    """A request with those spans alone that stand at `paths`; the very bytes where that is all of it."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        import json

        value = json.loads(line.decode("utf-8", "surrogatepass"))
        kept = _kept(value, paths)
        return line if kept == value else json.dumps(kept, separators=(",", ":")).encode()
    kept = _kept(value, paths)
    return line if kept == value else orjson.dumps(kept)


def _kept(value: object, paths: Sequence[Path]) -> object:
    if any(not path for path in paths):
        return value
    below: dict[str | int, list[Path]] = {}
    for path in paths:
        below.setdefault(path[0], []).append(path[1:])
    if isinstance(value, list):
        return [_kept(item, below[n]) for n, item in enumerate(value) if n in below]
    if isinstance(value, dict):
        return {
            key: _kept(item, below[key]) if key in below else item
            for key, item in value.items()
            if key in below or key not in _LISTS
        }
    return value


class _Counted:
    def __init__(self, source: Callable[[int], bytes], told: Callable[[int], None]) -> None:
        self._source = source
        self._told = told

    def read(self, size: int, /) -> bytes:
        data = self._source(size)
        self._told(len(data))
        return data


class _Pieces:
    """Pieces of any length as something to read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, size: int, /) -> bytes:
        """Whole pieces, about `size` bytes of them; nothing at the end."""
        out: list[bytes] = []
        got = 0
        for piece in self._pieces:
            out.append(piece)
            got += len(piece)
            if got >= size:
                break
        return b"".join(out)
