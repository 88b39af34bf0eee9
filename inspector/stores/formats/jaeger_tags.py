"""Jaeger's typed tags: `[{"key", "type", "value"}]`, types string, bool, int64, float64, binary (base64).

Field names: Jaeger `model/json/model.go`. Its Elasticsearch store keeps some tags as a plain object, `tag`.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING

from inspector.model import Attribute
from inspector.stores.formats.shape import objects_at, text_at
from inspector.stores.formats.values import as_value, attributes_of, float_of, int_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.model import Attributes, Value


def tags_of(holder: Mapping[str, object], key: str = "tags") -> Attributes:
    """The tags of a span, process or log, in stored order, repeated keys kept."""
    typed = tuple(
        Attribute(text_at(tag, "key") or "", _value(text_at(tag, "type"), tag.get("value")))
        for _, tag in objects_at(holder, key)
    )
    return (*typed, *attributes_of(holder.get("tag")))


def texts_of_warnings(value: object) -> list[str]:
    """Warnings of a span or trace: a list of texts, or null."""
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _value(kind: str | None, value: object) -> Value:
    """The value by its type; one that isn't of its type stays as it is written."""
    found: Value = None
    if kind == "int64":
        # The UI writes an int64 as a string where JavaScript would round it.
        found = int_of(value)
    elif kind == "float64":
        found = float_of(value)
    elif kind == "bool" and isinstance(value, str):
        found = {"true": True, "false": False}.get(value)
    elif kind == "binary" and isinstance(value, str):
        try:
            found = binascii.a2b_base64(value, strict_mode=True)
        except (binascii.Error, ValueError):
            found = None
    return as_value(value) if found is None else found
