"""Where the members of a JSON object or list stand, found over raw bytes without decoding them.

Everything here expects bytes that were decoded before: what is no JSON raises BadJson sooner or later.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from inspector.stores.decode import BadJson

_TEXT: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_FLAT: Final = rb'(?:[^"{}\[\]]++|' + _TEXT + rb")*+"
_NESTED: Final = rb'(?:[^"{}\[\]]++|' + _TEXT + rb"|[{\[]" + _FLAT + rb"[}\]])*+"
_RUN: Final = re.compile(_NESTED, re.DOTALL)
"""Scalars, commas, and objects and lists that hold no others, as many as come: so the loop over brackets is
short."""
_STRING: Final = re.compile(_TEXT, re.DOTALL)
_SCALAR: Final = re.compile(rb"[^\s,\]}]+")
_SPACE: Final = re.compile(rb"[ \t\r\n]*")
_OPENS: Final = b"{["
_CLOSES: Final = b"}]"


@dataclass(frozen=True, slots=True)
class Member:
    """`start` is where the key begins, or the value in a list."""

    step: str | int
    start: int
    value: int
    end: int


def members(text: bytes, at: int) -> tuple[list[Member], int]:
    """The members of the object or list that begins at `at`, in stored order, and where it ends.

    Keys that repeat are all given.
    """
    named = text[at : at + 1] == b"{"
    closing = b"}" if named else b"]"
    found: list[Member] = []
    here = skip_space(text, at + 1)
    if text[here : here + 1] == closing:
        return found, here + 1
    while True:
        start = value = here
        step: str | int = len(found)
        if named:
            key_end = _string_end(text, here)
            step = _key(text[here:key_end])
            here = skip_space(text, key_end)
            if text[here : here + 1] != b":":
                raise BadJson("a key without a value")
            value = skip_space(text, here + 1)
        end = value_end(text, value)
        found.append(Member(step, start, value, end))
        here = skip_space(text, end)
        mark = text[here : here + 1]
        if mark == closing:
            return found, here + 1
        if mark != b",":
            raise BadJson("neither a comma nor an end")
        here = skip_space(text, here + 1)


def value_end(text: bytes, at: int) -> int:
    """Where the value that begins at `at` ends."""
    mark = text[at : at + 1]
    if mark == b'"':
        return _string_end(text, at)
    if not mark or mark not in _OPENS:
        scalar = _SCALAR.match(text, at)
        if scalar is None:
            raise BadJson("no value")
        return scalar.end()
    depth = 0
    here = at
    size = len(text)
    while here < size:
        bracket = text[here]
        if bracket in _OPENS:
            depth += 1
        elif bracket in _CLOSES:
            depth -= 1
            if depth == 0:
                return here + 1
        run = _RUN.match(text, here + 1)
        if run is None or bracket == 0x22:
            break
        here = run.end()
    raise BadJson("no end")


def skip_space(text: bytes, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


def find(text: bytes, path: tuple[str | int, ...]) -> tuple[int, int] | None:
    """Where the value at `path` stands; of keys that repeat the last, as decoders have it."""
    start, end = skip_space(text, 0), len(text)
    for step in path:
        if text[start : start + 1] not in (b"{", b"["):
            return None
        found = next((m for m in reversed(members(text, start)[0]) if m.step == step), None)
        if found is None:
            return None
        start, end = found.value, found.end
    return start, end if path else value_end(text, start)


def _string_end(text: bytes, at: int) -> int:
    found = _STRING.match(text, at)
    if found is None:
        raise BadJson("a string without end")
    return found.end()


def _key(token: bytes) -> str:
    if b"\\" not in token:
        return token[1:-1].decode("utf-8", "replace")
    try:
        key = json.loads(token.decode("utf-8", "replace"), strict=False)
    except ValueError:
        raise BadJson("a key that can't be decoded") from None
    return str(key)
