"""Messages before redaction, and small readers of values whose shape nobody promised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import orjson
from msgspec import Struct, field

from inspector.model import Multimap

if TYPE_CHECKING:
    from inspector.model import Value

Path: TypeAlias = tuple[str | int, ...]
Direction: TypeAlias = Literal["input", "output"]
PartKind: TypeAlias = Literal["text", "thinking", "tool_call", "tool_result", "media"]


class RawPart(Struct, frozen=True):
    """One part of a message; `path` leads to it from the attribute, input or output it came from."""

    kind: PartKind
    path: Path
    text: str = ""
    name: str = ""
    arguments: Value = None
    call_id: str = ""


class RawMessage(Struct, frozen=True):
    role: str
    parts: tuple[RawPart, ...]
    path: Path = ()


class Found(Struct):
    """The messages of one direction and the section of the span they came from."""

    section: str
    messages: list[RawMessage] = field(default_factory=list)


def parsed(value: Value) -> Value:
    """A value, or what its JSON says if it is a string that holds an object or a list."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            inner: Value = orjson.loads(value)
        except (orjson.JSONDecodeError, UnicodeEncodeError):
            return value
        return inner
    return value


def as_map(value: Value) -> dict[str, Value]:
    """An object, or nothing; of repeated keys the last counts."""
    value = parsed(value)
    if isinstance(value, Multimap):
        return dict(value.pairs)
    return value if isinstance(value, dict) else {}


def as_list(value: Value) -> list[Value]:
    """A list; an object whose keys are all numbers counts as one, in their order."""
    value = parsed(value)
    if isinstance(value, list):
        return value
    members = as_map(value)
    if members and all(k.isdecimal() for k in members):
        return [members[k] for k in sorted(members, key=int)]
    return []


def as_text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def first(members: dict[str, Value], *keys: str) -> Value:
    """The first of `keys` that holds something."""
    for key in keys:
        value = members.get(key)
        if value is not None and value != "":
            return value
    return None


def unwrapped(value: Value, *wrappers: str) -> dict[str, Value]:
    """`{"message": {...}}` as its inner object, where that is all there is."""
    members = as_map(value)
    for wrapper in wrappers:
        if len(members) == 1 and wrapper in members:
            members = as_map(members[wrapper])
    return members
