"""Masking for other people's callbacks: plain data in and out, the traversal is ours, nothing passes unjudged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING

from inspector.model import Multimap
from inspector.redaction.placeholders import UNREDACTABLE
from inspector.redaction.result import RedactedList, RedactedMap, RedactedText

if TYPE_CHECKING:
    from inspector.model import Value
    from inspector.redaction.engine import Redactor
    from inspector.redaction.result import RedactedValue

_DEEPEST = 200


def mask(redactor: Redactor, data: object) -> object:
    """`data` redacted, made of dict, list, str, int, float, bool and None."""
    return plain(redactor.value(_read(data, 0, ())))


def plain(value: RedactedValue) -> object:
    """A redacted value as plain data; repeated keys get a number."""
    if isinstance(value, RedactedText):
        return str(value)
    if isinstance(value, RedactedList):
        return [plain(v) for v in value.items]
    if isinstance(value, RedactedMap):
        out: dict[str, object] = {}
        for key, below in value.pairs:
            name, n = str(key), 1
            while name in out:
                n += 1
                name = f"{key}#{n}"
            out[name] = plain(below)
        return out
    return value


def _read(data: object, depth: int, above: tuple[int, ...]) -> Value:
    """Any object as a value of the model; what has no place in it becomes a mark, and so does a cycle."""
    if data is None or isinstance(data, bool):
        return data
    if isinstance(data, str):
        return str.__str__(data)
    if isinstance(data, int):
        return int(data)
    if isinstance(data, float):
        return float(data)
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data)
    if depth > _DEEPEST or id(data) in above:
        return UNREDACTABLE
    inner = (*above, id(data))
    if isinstance(data, Mapping):
        pairs = tuple((_key(k), _read(v, depth + 1, inner)) for k, v in data.items())
        made = dict(pairs)
        return made if len(made) == len(pairs) else Multimap(pairs)
    if isinstance(data, Sequence | Set):
        return [_read(v, depth + 1, inner) for v in data]
    return UNREDACTABLE


def _key(key: object) -> str:
    if isinstance(key, str):
        return str.__str__(key)
    if key is None or isinstance(key, bool | int | float):
        return str(key)
    return UNREDACTABLE
