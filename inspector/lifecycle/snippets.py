"""A few words around a finding, with the person's own blanked and the rest redacted.

The whole text is redacted before anything is cut from it: a rule that goes by a key or by a number's length
finds neither in a piece.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.lifecycle.literals import Literal, Path
    from inspector.lifecycle.matcher import Match, Matcher
    from inspector.session.veil import Veil

_AROUND: Final = 60
_MOST: Final = 256 << 10
"""A longer text isn't redacted for the sake of a sample."""
_BLANK: Final = "[subject]"


@dataclass(frozen=True, slots=True)
class Passage:
    """A whole text that holds a finding, decoded, with the person's words blanked; not redacted otherwise."""

    text: str
    path: Path


def passage(content: bytes, literal: Literal, matches: Sequence[Match]) -> Passage:
    """The text of `literal`; nothing but the blank where it is too long or can't be read."""
    if literal.end - literal.start > _MOST:
        return Passage(_BLANK, ())
    out = bytearray()
    at = literal.start
    for match in matches:
        if match.start >= at and match.end <= literal.end:
            out += content[at : match.start] + _BLANK.encode()
            at = match.end
    out += content[at : literal.end]
    return Passage(_decoded(bytes(out), literal.kind), literal.keys)


def _decoded(data: bytes, kind: str) -> str:
    text = data.decode("utf-8", "replace")
    if kind not in "sk":
        return text
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return _BLANK


def sample(whole: Passage, veil: Veil, matcher: Matcher) -> str:
    """What may be shown of it: redacted, then cut at spaces."""
    shown = " ".join(str(veil.text(whole.text, whole.path, "attributes")).split())
    at = shown.find(_BLANK)
    if at < 0 or matcher.hits(shown):
        return _BLANK
    begin, end = max(0, at - _AROUND), min(len(shown), at + len(_BLANK) + _AROUND)
    head, tail = shown[begin:at], shown[at:end]
    if begin:
        head = head.partition(" ")[2]
    if end < len(shown):
        tail = tail.rpartition(" ")[0] or _BLANK
    return head + tail
