"""OTLP's `AnyValue` and key-value lists as values of the model (opentelemetry-proto common.proto; its JSON
form writes int64 as strings, bytes as base64, and NaN as a word). Field names in camelCase and snake_case."""

from __future__ import annotations

import base64
import binascii
import math
from typing import TYPE_CHECKING, Final, cast

from inspector.model import Attribute, Attributes, Multimap, Value
from inspector.stores.formats.times import from_iso, from_number
from inspector.stores.formats.values import as_value, attributes_of, int_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inspector.stores.formats.base import Object

_WORDS: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def any_value(value: object) -> Value:
    """One `AnyValue`. What is no AnyValue is kept as it is; an empty one is none."""
    if not isinstance(value, dict):
        return cast(Value, value)
    text = value.get("stringValue")
    if text is not None:
        return cast(Value, text)
    for key, inner in value.items():
        decode = _DECODERS.get(key)
        if decode is not None:
            return decode(inner)
    return as_value(value) if value else None


def _int(value: object) -> Value:
    number = int_of(value)
    return as_value(value) if number is None else number


def _double(value: object) -> Value:
    if isinstance(value, str):
        if value in _WORDS:
            return _WORDS[value]
        try:
            return float(value)
        except ValueError:
            return value
    return as_value(value)


def _bytes(value: object) -> Value:
    if not isinstance(value, str):
        return as_value(value)
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return value


def _array(value: object) -> Value:
    items = value.get("values") if isinstance(value, dict) else value
    return [any_value(item) for item in items] if isinstance(items, list) else []


def _kvlist(value: object) -> Value:
    pairs = value.get("values") if isinstance(value, dict) else value
    attributes = key_values(pairs)
    plain = {attribute.key: attribute.value for attribute in attributes}
    if len(plain) == len(attributes):
        return plain
    return Multimap(tuple((attribute.key, attribute.value) for attribute in attributes))


_DECODERS: Final[dict[str, Callable[[object], Value]]] = {
    "stringValue": as_value,
    "boolValue": as_value,
    "intValue": _int,
    "doubleValue": _double,
    "arrayValue": _array,
    "kvlistValue": _kvlist,
    "bytesValue": _bytes,
    "string_value": as_value,
    "bool_value": as_value,
    "int_value": _int,
    "double_value": _double,
    "array_value": _array,
    "kvlist_value": _kvlist,
    "bytes_value": _bytes,
}


def key_values(pairs: object) -> Attributes:
    """A list of `{key, value}`, in order, repeated keys kept; a plain object (some writers) likewise."""
    if isinstance(pairs, list):
        return tuple(
            Attribute(key if isinstance(key := pair.get("key"), str) else "", any_value(pair.get("value")))
            for pair in pairs
            if isinstance(pair, dict)
        )
    return attributes_of(pairs)


def mapping_of(attributes: Attributes) -> dict[str, Value]:
    """The last value of each key."""
    return {attribute.key: attribute.value for attribute in attributes}


def wanted_values(pairs: object, wanted: frozenset[str]) -> Mapping[str, Value]:
    """Like `mapping_of(key_values(pairs))`, decoding nothing but the `wanted` keys."""
    if isinstance(pairs, list):
        found: dict[str, Value] = {}
        for pair in pairs:
            if isinstance(pair, dict):
                key = pair.get("key")
                if isinstance(key, str) and key in wanted:
                    found[key] = any_value(pair.get("value"))
        return found
    return {key: as_value(pairs[key]) for key in wanted & pairs.keys()} if isinstance(pairs, dict) else {}


def time_of(span: Object, camel: str, snake: str) -> int | None:
    """A time in ns, as a decimal string, an integer, a float, or (wrongly, but seen) ISO text."""
    value = span.get(camel)
    if isinstance(value, str) and len(value) == 19 and value.isdecimal() and value.isascii():
        usual = int(value)
        return usual if 0 < usual < 2**63 else None
    if value is None:
        value = span.get(snake)
        if value is None:
            return None
    ns = from_number(value, "ns")
    return from_iso(value) if ns is None and isinstance(value, str) else ns
