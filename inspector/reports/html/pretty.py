"""A shown value as indented text whose hidden parts stay what they are."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from inspector.view import Segment, ShownList, ShownMap, ShownText, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.view import ShownValue

_DEEPEST = 40


def pretty(value: ShownValue) -> Iterator[Segment]:
    """A text stands for itself; what holds texts is written as JSON."""
    if isinstance(value, ShownText):
        yield from value.segments
    else:
        yield from _pretty(value, 0)


def _pretty(value: ShownValue, depth: int) -> Iterator[Segment]:
    match value:
        case ShownText():
            yield from _quoted(value)
        case ShownMap(pairs) if pairs and depth < _DEEPEST:
            yield Segment("{\n")
            for n, (key, item) in enumerate(pairs):
                yield Segment("  " * (depth + 1))
                yield from _quoted(key)
                yield Segment(": ")
                yield from _pretty(item, depth + 1)
                yield Segment(",\n" if n + 1 < len(pairs) else "\n")
            yield Segment("  " * depth + "}")
        case ShownList(items) if items and depth < _DEEPEST:
            yield Segment("[\n")
            for n, item in enumerate(items):
                yield Segment("  " * (depth + 1))
                yield from _pretty(item, depth + 1)
                yield Segment(",\n" if n + 1 < len(items) else "\n")
            yield Segment("  " * depth + "]")
        case ShownMap(pairs):
            yield Segment("{…}" if pairs else "{}")
        case ShownList(items):
            yield Segment("[…]" if items else "[]")
        case _:
            yield Segment(_scalar(value))


def _scalar(value: bool | int | float | None) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return json.dumps(value)


def _quoted(text: ShownText) -> Iterator[Segment]:
    yield Segment('"')
    for segment in text.segments:
        if segment.state is State.PLAIN:
            inner = json.dumps(segment.text, ensure_ascii=False)[1:-1]
            yield Segment(inner.replace("\\n", "\n").replace("\\t", "\t") if "\\" in inner else inner)
        else:
            yield segment
    yield Segment('"')
