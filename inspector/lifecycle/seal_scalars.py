"""Numbers and booleans of a cell sealed where they stand, by their key: unlike texts they can't be told by what they
are. What a value was written as is kept beside the ciphertext, so that unsealing writes the same again.

    {"intValue": "5"}  ->  {"stringValue": "{\"__encrypted__\": true, …, \"was\": \"intValue\"}"}
    5                  ->  "{\"__encrypted__\": true, …, \"was\": \"value\"}"
    "5" (JSON in JSON) ->  "{\"__encrypted__\": true, …}"
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from inspector.access.sealed import sealed_of
from inspector.lifecycle.fields import section_of
from inspector.lifecycle.literals import literals
from inspector.lifecycle.seal_targets import key_of
from inspector.stores.json_cut import Cut, Put, cut

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.lifecycle.literals import Literal
    from inspector.model import Value

    Path = tuple[str | int, ...]
    Find = Callable[[str, Path, Value, str], str | None]
    """Asked with the key, the way in the cell, the value and what it was written as; gives the sealed text."""

VALUE: Final = "value"
_TEXT: Final = {
    **dict.fromkeys(("intValue", "doubleValue", "boolValue"), "stringValue"),
    **dict.fromkeys(("int_value", "double_value", "bool_value"), "string_value"),
}
"""OTLP's wrappers of scalars, and those of a text."""
_DEEPEST: Final = 8
_INTS: Final = ("intValue", "int_value")


def scalars_sealed(content: bytes, column: str, find: Find) -> bytes | None:
    """The cell with what `find` gives in the place of numbers and booleans; none where it gives nothing."""
    return _sealed(content, (column,) if column else (), None, find, 0)


def _sealed(content: bytes, prefix: Path, at: Path | None, find: Find, depth: int) -> bytes | None:
    """`at` is the way in the cell to the text that `content` lies in: its own way isn't told."""
    cuts: dict[Path, Cut] = {}
    for literal in list(literals(content)):
        keys, way = (*prefix, *literal.keys), literal.path if at is None else at
        read = _read(content, literal)
        if read is not None:
            value, was = read
            section, inner = section_of(keys)
            sealed = find(key_of(section, inner), way, value, was)
            if sealed is not None and was in _TEXT:
                cuts[literal.path[:-1]] = Put(orjson.dumps({_TEXT[was]: sealed}))
            elif sealed is not None:
                cuts[literal.path] = Put(orjson.dumps(sealed))
        elif literal.kind == "s" and depth < _DEEPEST and not literal.is_label:
            below = _text(content, literal)
            made = None if below is None else _sealed(below, keys, way, find, depth + 1)
            if made is not None:
                cuts[literal.path] = Put(orjson.dumps(made.decode()))
    return cut(content, cuts) if cuts else None


def _text(content: bytes, literal: Literal) -> bytes | None:
    """JSON that a text holds."""
    if content[literal.start : literal.start + 1] not in (b"{", b"["):
        return None
    try:
        text: Value = orjson.loads(content[literal.start - 1 : literal.end + 1])
        inner: Value = orjson.loads(text) if isinstance(text, str) else None
    except orjson.JSONDecodeError:
        return None
    whole = isinstance(text, str) and isinstance(inner, dict | list) and sealed_of(inner) is None
    return text.encode() if whole and isinstance(text, str) else None


def _read(content: bytes, literal: Literal) -> tuple[Value, str] | None:
    """The scalar that a literal is, and how it is written."""
    if literal.kind in "kt" or literal.is_label or not literal.path:
        return None
    wrapper = literal.path[-1]
    was = wrapper if isinstance(wrapper, str) and wrapper in _TEXT else ""
    if literal.kind == "n":
        was = was or VALUE
    elif not was and literal.end - literal.start > 40:
        return None
    try:
        value: Value = orjson.loads(content[literal.start : literal.end])
    except orjson.JSONDecodeError:
        return None
    return (value, was) if isinstance(value, int | float) else None


def scalar_unsealed(value: Value, plain: Value) -> str | None:
    """JSON of a value that was sealed here, as it was written; none for a text or what is no such value."""
    if isinstance(value, dict):
        for wrapper, text in _TEXT.items():
            sealed = sealed_of(value.get(text))
            if sealed is not None and sealed.was == wrapper:
                as_text = wrapper in _INTS
                return orjson.dumps({wrapper: str(plain) if as_text else plain}).decode()
        return None
    sealed = sealed_of(value)
    return orjson.dumps(plain).decode() if sealed is not None and sealed.was == VALUE else None


def wrapped_text(value: Value) -> Value:
    """The text in OTLP's wrapper, where a value is one."""
    if isinstance(value, dict) and len(value) == 1:
        return value.get("stringValue", value.get("string_value"))
    return None
