"""A few words around a finding, with the person's own blanked. They still pass the redactor before they show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.lifecycle.matcher import Match, Matcher

_AROUND: Final = 60
_BLANK: Final = "[subject]"


def snippet(content: bytes, match: Match, matches: Sequence[Match], matcher: Matcher) -> str:
    """Cut at spaces and never within a match, so that no half of a value is left for the redactor to miss."""
    literal = match.literal
    begin, end = max(literal.start, match.start - _AROUND), min(literal.end, match.end + _AROUND)
    inside = sorted((m.start, m.end) for m in matches if m.start < end and m.end > begin)
    begin = next((stop for start, stop in inside if start < begin < stop), begin)
    end = next((start for start, stop in inside if start < end < stop), end)
    out: list[str] = []
    at = begin
    for start, stop in inside:
        if start >= at and stop <= end:
            out += (_plain(content[at:start]), _BLANK)
            at = stop
    out.append(_plain(content[at:end]) if at < end else "")
    text = "".join(out)
    if begin > literal.start:
        text = (
            text.partition(" ")[2] if " " in text.partition(_BLANK)[0] else _BLANK + text.partition(_BLANK)[2]
        )
    if end < literal.end:
        tail = text.rpartition(_BLANK)[2]
        text = text[: len(text) - len(tail)] + tail.rpartition(" ")[0]
    text = " ".join(text.split())
    return _BLANK if matcher.hits(text) else text


def _plain(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    return re.sub(r'\\+["nrt/]?', " ", re.sub(r"\\+u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text))
