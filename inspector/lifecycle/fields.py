"""Other values for fields of a cell, by path, byte for byte: what no path means stays as it is written.

A path means a field wherever it is: an attribute's key, nested objects, JSON within a text.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from inspector.lifecycle.literals import Literal, literals, looks_like_json
from inspector.query.fieldpath import ATTRIBUTES, EVENT, INPUT, LINK, OUTPUT, RESOURCE, SPAN
from inspector.redaction.shadows import escapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.query.fieldpath import FieldPath

    Keys = tuple[str | int, ...]
    New = Callable[[str, Keys], str | None]
    """The new text for a value, given the old one and the way to it; none leaves it."""
    Change = tuple[int, int, bytes]

_DEEPEST: Final = 8
_SECTIONS: Final = {
    "resource": RESOURCE,
    "events": EVENT,
    "links": LINK,
    "input": INPUT,
    "inputs": INPUT,
    "output": OUTPUT,
    "outputs": OUTPUT,
}
_COUNTED: Final = frozenset(("intValue", "int_value", "doubleValue", "double_value"))
"""Where only a number may stand."""


def rewritten(
    content: bytes,
    column: str,
    paths: Sequence[FieldPath] | None,
    new: New,
    within: Callable[[Literal], bool] = lambda literal: True,
    *,
    beneath: bool = False,
) -> bytes | None:
    """The content with the fields changed that `paths` mean (none given: all), none where there are none. `column` is empty for
    a record of a JSON store; with `beneath`, what lies in a field that is meant is changed as well."""
    out = bytearray()
    last = 0
    prefix = (column,) if column else ()
    for start, end, text in _changes(content, prefix, paths, new, within, beneath, 0):
        out += content[last:start] + text
        last = end
    return bytes(out + content[last:]) if last else None


def _changes(
    content: bytes,
    prefix: Keys,
    paths: Sequence[FieldPath] | None,
    new: New,
    within: Callable[[Literal], bool],
    beneath: bool,
    depth: int,
) -> Iterator[Change]:
    # Labels may stand behind their values, so all literals are gathered before any is asked about.
    for literal in list(literals(content)):
        if literal.kind == "k" or literal.is_label or not within(literal):
            continue
        keys = (*prefix, *literal.keys)
        raw = content[literal.start : literal.end]
        shadow = escapes(raw) if literal.kind == "s" else None
        text = raw if shadow is None else shadow.text
        if _meant(keys, paths, beneath):
            changed = new(text.decode("utf-8", "replace"), keys)
            if changed is not None:
                yield literal.start, literal.end, _written(changed, literal)
        elif literal.kind == "s" and depth < _DEEPEST and looks_like_json(text):
            for start, end, inner in _changes(text, keys, paths, new, lambda _: True, beneath, depth + 1):
                begin, stop = (start, end) if shadow is None else shadow.back(start, end)
                yield literal.start + begin, literal.start + stop, _escaped(inner.decode())


def _written(text: str, literal: Literal) -> bytes:
    if literal.path and literal.path[-1] in _COUNTED:
        return b"0"
    match literal.kind:
        case "s":
            return _escaped(text)
        case "n":
            return b'"' + _escaped(text) + b'"'
    return text.encode()


def _escaped(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass")


def _meant(keys: Keys, paths: Sequence[FieldPath] | None, beneath: bool) -> bool:
    if paths is None:
        return True
    section, inner = section_of(keys)
    return any(path.covers(inner, section) if beneath else path.matches(inner, section) for path in paths)


def section_of(keys: Keys) -> tuple[str, Keys]:
    """In which place of a span the way lies, and the way within it."""
    names = [key for key in keys if isinstance(key, str)]
    if names == ["name"]:
        return SPAN, ("name",)
    if names in (["status", "message"], ["status_message"], ["statusMessage"]):
        return SPAN, ("status_message",)
    section = next((_SECTIONS[name] for name in names if name in _SECTIONS), ATTRIBUTES)
    if "attributes" in keys:
        at = len(keys) - 1 - keys[::-1].index("attributes")
        return section, keys[at + 1 :]
    if section is not ATTRIBUTES:
        at = next(n for n, key in enumerate(keys) if key in _SECTIONS)
        return section, keys[at + 1 :]
    return ATTRIBUTES, keys
