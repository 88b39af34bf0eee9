"""Where the members of a JSON object or list stand, found over raw bytes without decoding them.

Everything here expects bytes that were decoded before: what is no JSON raises BadJson sooner or later.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

import msgspec

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
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_OPENS: Final = b"{["
_CLOSES: Final = b"}]"


@dataclass(frozen=True, slots=True)
class Member:
    """`start` is where the key begins, or the value in a list."""

    step: str | int
    start: int
    value: int
    end: int


def members(text: bytes, start: int, end: int) -> list[Member]:
    """The members of the object or list at `start:end`, in stored order. Keys that repeat are all given."""
    found = _by_lengths(text, start, end)
    return _by_brackets(text, start) if found is None else found


def _by_lengths(text: bytes, start: int, end: int) -> list[Member] | None:
    """With the lengths of values from a decoder that skips them twenty times faster than we could; none where
    it can't say: keys that repeat, numbers that aren't JSON's, great depth."""
    view = memoryview(text)[start:end]
    out: list[Member] = []
    here = start + 1
    try:
        listed = text[start] == 0x5B
        found = enumerate(_LIST.decode(view)) if listed else _OBJECT.decode(view).items()
        for step, raw in found:
            value = begin = skip_space(text, here)
            if isinstance(step, str):
                key_end = _string_end(text, begin)
                if _key(text[begin:key_end]) != step:
                    return None
                value = _after_colon(text, key_end)
            out.append(Member(step, begin, value, value + len(raw)))
            here = skip_space(text, value + len(raw))
            if text[here : here + 1] not in (b",", b"}", b"]"):
                return None
            here += 1
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, BadJson):
        return None
    return out if here == end or not out else None


def _after_colon(text: bytes, at: int) -> int:
    here = skip_space(text, at)
    if text[here : here + 1] != b":":
        raise BadJson("a key without a value")
    return skip_space(text, here + 1)


def _by_brackets(text: bytes, at: int) -> list[Member]:
    named = text[at : at + 1] == b"{"
    closing = b"}" if named else b"]"
    found: list[Member] = []
    here = skip_space(text, at + 1)
    if text[here : here + 1] == closing:
        return found
    while True:
        start = value = here
        step: str | int = len(found)
        if named:
            key_end = _string_end(text, here)
            step = _key(text[here:key_end])
            value = _after_colon(text, key_end)
        end = value_end(text, value)
        found.append(Member(step, start, value, end))
        here = skip_space(text, end)
        mark = text[here : here + 1]
        if mark == closing:
            return found
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
    # As the decoder of records has it: what is no character is U+FFFD.
    return str(key).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
