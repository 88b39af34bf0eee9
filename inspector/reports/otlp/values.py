"""Shown values as OTLP's `AnyValue`, in its JSON form (opentelemetry-proto common.proto).

Lists of scalars are arrays; what nests is written as JSON text, as the conventions for messages and tool calls do:
few receivers take nested key-value lists.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from inspector.reports.pruning import as_text
from inspector.view import ShownList, ShownMap, ShownText

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspector.reports.json import Json
    from inspector.view import ShownAttribute, ShownValue

_INT64 = 2**63


def any_value(value: ShownValue) -> dict[str, Json]:
    match value:
        case None:
            return {}
        case ShownText():
            return {"stringValue": str(value)}
        case bool():
            return {"boolValue": value}
        case int():
            key = "intValue" if -_INT64 <= value < _INT64 else "stringValue"
            return {key: str(value)}
        case float():
            return {"doubleValue": value if math.isfinite(value) else _word(value)}
        case ShownList(items) if not any(isinstance(item, ShownList | ShownMap) for item in items):
            return {"arrayValue": {"values": [any_value(item) for item in items]}}
        case ShownList() | ShownMap():
            return {"stringValue": str(as_text(value))}


def _word(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def key_values(attributes: Iterable[ShownAttribute]) -> list[Json]:
    return [{"key": str(a.key), "value": any_value(a.value)} for a in attributes]


def pair(key: str, value: ShownValue) -> Json:
    return {"key": key, "value": any_value(value)}
