"""Parts of shown values by path: keep some, hide some. JSON in a text is gone into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.reports.shapes import value_json
from inspector.view import ShownList, ShownMap, ShownText, plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from inspector.view import ShownValue

    Keys: TypeAlias = tuple[str | int, ...]
    Test: TypeAlias = Callable[[Keys], bool]

EXCLUDED = plain("[EXCLUDED]")
_NESTED = 3


def kept_of(value: ShownValue, keys: Keys, stays: Test, nested: int = 0) -> ShownValue:
    """What of a value may stay; none if nothing may."""
    if keys and stays(keys):
        return value
    match value:
        case ShownMap(pairs):
            below = [(k, kept_of(v, (*keys, str(k)), stays, nested)) for k, v in pairs]
            kept = tuple((k, v) for k, v in below if v is not None)
            return ShownMap(kept) if kept else None
        case ShownList(items):
            found = [kept_of(v, (*keys, n), stays, nested) for n, v in enumerate(items)]
            rest = tuple(v for v in found if v is not None)
            return ShownList(rest) if rest else None
        case ShownText():
            inner = inside(value) if nested < _NESTED else None
            left = None if inner is None else kept_of(inner, keys, stays, nested + 1)
            return None if left is None else as_text(left)
    return None


def hidden_under(value: ShownValue, keys: Keys, goes: Test, nested: int = 0) -> ShownValue:
    """The value with `[EXCLUDED]` wherever a path goes."""
    if keys and goes(keys):
        return EXCLUDED
    match value:
        case ShownMap(pairs):
            return ShownMap(tuple((k, hidden_under(v, (*keys, str(k)), goes, nested)) for k, v in pairs))
        case ShownList(items):
            return ShownList(tuple(hidden_under(v, (*keys, n), goes, nested) for n, v in enumerate(items)))
        case ShownText():
            inner = inside(value) if nested < _NESTED else None
            if inner is not None:
                left = hidden_under(inner, keys, goes, nested + 1)
                return value if left == inner else as_text(left)
    return value


def inside(text: ShownText) -> ShownMap | ShownList | None:
    """The object or list whose JSON a text is. What was hidden in it is the placeholder it was."""
    written = str(text)
    if written[:1] not in ("{", "["):
        return None
    import orjson

    try:
        value = shown(orjson.loads(written))
    except (orjson.JSONDecodeError, RecursionError):
        return None
    return value if isinstance(value, ShownMap | ShownList) else None


def shown(value: object) -> ShownValue:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return ShownMap(tuple((plain(k), shown(v)) for k, v in value.items()))
    if isinstance(value, list):
        return ShownList(tuple(shown(v) for v in value))
    return value if isinstance(value, bool | int | float) else None


def as_text(value: ShownValue) -> ShownText:
    from inspector.reports.json import to_json

    return plain(to_json(value_json(value)))
