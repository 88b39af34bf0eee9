"""Decoded JSON as values of the model, and safe ways to take one thing out of it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import cast

import orjson

from inspector.model import Attribute, Attributes, Value

_INTEGER = re.compile(r"[+-]?\d{1,40}", re.ASCII)


def as_value(value: object) -> Value:
    """Decoded JSON is a value as it stands."""
    return cast(Value, value)


def attributes_of(mapping: object) -> Attributes:
    """The members of an object as attributes, in order; nothing for anything else."""
    if not isinstance(mapping, Mapping):
        return ()
    return tuple(Attribute(str(key), as_value(value)) for key, value in mapping.items())


def text_of(value: object) -> str | None:
    """A non-empty string, or a number as text (ids are written both ways); none for anything else."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return None


def int_of(value: object) -> int | None:
    """A count: an int, a whole float, or a decimal string."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and abs(value) < 2**63 else None
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    return None


def float_of(value: object) -> float | None:
    """A finite number, or a string of one."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def texts_of(value: object) -> tuple[str, ...]:
    """A list of strings, or one string that holds a JSON list of them or names parted by commas."""
    if isinstance(value, str):
        inner = json_in(value)
        if not isinstance(inner, list):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        value = inner
    if not isinstance(value, list):
        return ()
    return tuple(text for item in value if (text := text_of(item)) is not None)


def object_in(value: object) -> Mapping[str, object]:
    """An object, or the object in a JSON string; empty for anything else."""
    if isinstance(value, str):
        value = json_in(value)
    return value if isinstance(value, dict) else {}


def json_in(text: str) -> object:
    """What a string that looks like a JSON object or list holds, else none."""
    start = text.lstrip()[:1]
    if start not in ("{", "["):
        return None
    try:
        return cast(object, orjson.loads(text))
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return None
