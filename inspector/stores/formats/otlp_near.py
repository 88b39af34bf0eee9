"""The spans around some bytes of an OTLP line, without decoding the rest of the line.

`{"traceId":"` with plain quotes can't stand inside a JSON string, so the object that begins there and reaches
over the bytes is a span (or a link in one, or a log record: then it isn't it). Where a line is written
in another order, or the bytes stand in a resource, the line is parsed whole: that gives the same, slower.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, cast

import orjson
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FIRST: Final = re.compile(rb'"spans"\s*:\s*\[\s*(\{\s*"[A-Za-z_]+"\s*:)')
_RESOURCE: Final = b'"resource":'
_SCOPES: Final = b'"scopeSpans":'
_SCOPE: Final = b'"scope":'
_SPANS: Final = b'"spans":'
_STEP: Final = 4096
_NEAR: Final = 1 << 16
_COMMA: Final = 0x2C
_RAW: Final = json.JSONDecoder().raw_decode
_TRIES: Final = 64
"""Objects before the bytes that are tried: a span with more links than this is parsed with its line."""


class Near(Struct, frozen=True):
    """One span's object with the resource and the scope it belongs to."""

    span: dict[str, object]
    resource: object
    scope: object


def near(line: bytes, ends: Sequence[int]) -> Iterator[Near | None]:
    """The spans in which bytes end at `ends` (ascending), each once; None where the line has to be parsed."""
    head = _FIRST.search(line)
    if head is None:
        yield None
        return
    around = _Around(line)
    low = high = 0
    for end in ends:
        if low < end <= high:
            continue
        found = _object(line, head[1], end)
        if found is None or not _is_span(found[2]):
            yield None
            return
        low, high, value = found
        context = around.of(low)
        if context is None:
            yield None
            return
        yield Near(value, *context)


def _is_span(value: dict[str, object]) -> bool:
    return ("startTimeUnixNano" in value and "spanId" in value) or (
        "start_time_unix_nano" in value and "span_id" in value
    )


def _object(line: bytes, head: bytes, end: int) -> tuple[int, int, dict[str, object]] | None:
    """The innermost object that begins with `head` and holds the byte before `end`."""
    at = end
    after = line.find(head, end)
    for _ in range(_TRIES):
        at = line.rfind(head, 0, at)
        if at < 0:
            return None
        found = _before(line, at, after) or _decoded(line, at, end)
        if found is not None:
            return at, found[0], found[1]
    return None


def _before(line: bytes, at: int, after: int) -> tuple[int, dict[str, object]] | None:
    """The object at `at` if it reaches to the one at `after`: so it is with most spans, and quickly told."""
    if not 0 < after - at <= _NEAR or line[after - 1] != _COMMA:
        return None
    try:
        return after - 1, cast("dict[str, object]", orjson.loads(line[at : after - 1]))
    except orjson.JSONDecodeError:
        return None


def _decoded(line: bytes, at: int, end: int) -> tuple[int, dict[str, object]] | None:
    """The object at `at` and where it ends; none if that is before `end`."""
    size = max(_STEP, 2 * (end - at))
    while True:
        part = line[at : at + size]
        text = part.decode("utf-8", "ignore")
        try:
            value, length = _RAW(text)
        except (json.JSONDecodeError, RecursionError):
            if at + size >= len(line):
                return None
            size *= 4
            continue
        stop = at + (length if part.isascii() else len(text[:length].encode()))
        if stop < end:
            return None
        if "\\ud" in text or "\\uD" in text:
            # Where surrogates have no other half, records are read in a way of their own.
            try:
                value = orjson.loads(line[at:stop])
            except orjson.JSONDecodeError:
                return None
        return stop, cast("dict[str, object]", value)


class _Around:
    """Resources and scopes of a line, decoded once each."""

    def __init__(self, line: bytes) -> None:
        self._line = line
        self._known: dict[int, object | None] = {}
        self._last = (0, -1)
        """Where the span asked last stands, and the list of spans it is in."""
        self._groups: dict[int, tuple[object, object] | None] = {}

    def of(self, at: int) -> tuple[object, object] | None:
        """Resource and scope of the span at `at`: the nearest before it, where each group has its own."""
        before, group = self._last
        # Spans are asked for in order: most stand in the list of the one before.
        newer = self._line.rfind(_SPANS, before, at)
        if newer >= 0:
            group = newer
        self._last = (at, group)
        if group < 0:
            return None
        if group not in self._groups:
            self._groups[group] = self._group(group)
        return self._groups[group]

    def _group(self, spans: int) -> tuple[object, object] | None:
        """Of the list of spans at `spans`: nothing where its scope or its resource isn't surely its own."""
        line = self._line
        scope = line.rfind(_SCOPE, 0, spans)
        scopes = line.rfind(_SCOPES, 0, spans)
        resource = line.rfind(_RESOURCE, 0, max(scopes, 0))
        if not 0 <= resource < scopes < scope:
            return None
        if line.find(_SPANS, scope, spans) >= 0 or line.find(_SCOPES, resource, scopes) >= 0:
            return None
        first, second = self._value(resource + len(_RESOURCE)), self._value(scope + len(_SCOPE))
        return None if first is None or second is None else (first, second)

    def _value(self, at: int) -> object | None:
        if at not in self._known:
            found = _decoded(self._line, at, at) if self._line[at : at + 1] == b"{" else None
            self._known[at] = found[1] if found else None
        return self._known[at]
