"""Lines of a file, less the spans of an OTLP request that nobody chose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import orjson

from inspector.stores.source import read_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Path: TypeAlias = "Sequence[str | int]"
Piece: TypeAlias = "tuple[int, int, Sequence[Path] | None]"
"""Where some lines begin and end. With paths it is one line, of which the spans at those paths are taken."""

_LISTS: Final = frozenset(
    "resourceSpans resource_spans scopeSpans scope_spans instrumentationLibrarySpans spans"
    " instrumentation_library_spans resourceLogs resource_logs resourceMetrics resource_metrics"
    " resourceProfiles resource_profiles".split()
)
"""Keys under which an OTLP request holds what may be chosen or not."""


def pieces(fd: int, wanted: Iterable[Piece]) -> Iterator[bytes]:
    for start, stop, paths in wanted:
        data = read_all(fd, start, stop - start)
        yield data if paths is None else cut(data.rstrip(b"\r\n"), paths) + b"\n"


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


class Pieces:
    """Pieces of any length as something to read."""

    def __init__(self, made: Iterator[bytes], told: Callable[[int], None]) -> None:
        self._pieces = made
        self._told = told

    def read(self, size: int, /) -> bytes:
        """Whole pieces, about `size` bytes of them; nothing at the end. Tells how many there were."""
        out: list[bytes] = []
        got = 0
        for piece in self._pieces:
            out.append(piece)
            got += len(piece)
            if got >= size:
                break
        self._told(got)
        return b"".join(out)
