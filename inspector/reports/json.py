"""JSON as it is written: compact, UTF-8, integers of any size."""

from __future__ import annotations

from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


def to_json(value: Json) -> str:
    """Compact JSON. Integers beyond 64 bits need the slower writer."""
    import orjson

    try:
        return orjson.dumps(value).decode()
    except TypeError:
        import json

        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
