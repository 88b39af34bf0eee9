"""JSON that is read, changed and written again as its writer would have: escapes and separators stay."""

from __future__ import annotations

import json
from typing import Final

from msgspec import Struct

_STYLES: Final = (
    (True, (", ", ": ")),
    (False, (", ", ": ")),
    (False, (",", ":")),
    (True, (",", ":")),
)


class Again(Struct):
    """A value to be changed in place, and the style of its text."""

    value: object
    ascii: bool
    separators: tuple[str, str]


def read_again(content: bytes) -> Again | None:
    """None where it isn't JSON."""
    try:
        text = content.decode()
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    for ascii_only, separators in _STYLES:
        if json.dumps(value, ensure_ascii=ascii_only, separators=separators) == text:
            return Again(value, ascii_only, separators)
    compact = ", " not in text and ": " not in text
    return Again(value, text.isascii(), (",", ":") if compact else (", ", ": "))


def write_again(again: Again) -> str:
    return json.dumps(again.value, ensure_ascii=again.ascii, separators=again.separators)
