"""A few words around a finding, with the person's own blanked. They still pass the redactor before they show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from inspector.lifecycle.matcher import Match, Matcher

_AROUND: Final = 60
_BLANK: Final = "[subject]"


def snippet(content: bytes, match: Match, matcher: Matcher) -> str:
    """Cut at spaces, so that no half of another value is left for the redactor to miss."""
    begin = max(match.literal.start, match.start - _AROUND)
    end = min(match.literal.end, match.end + _AROUND)
    before = _plain(content[begin : match.start])
    after = _plain(content[match.end : end])
    if begin > match.literal.start:
        before = before.partition(" ")[2]
    if end < match.literal.end:
        after = after.rpartition(" ")[0]
    text = f"{'' if matcher.hits(before) else before}{_BLANK}{'' if matcher.hits(after) else after}"
    return " ".join(text.split())


def _plain(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    return re.sub(r'\\+["nrt/]?', " ", re.sub(r"\\+u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text))
