"""A line around a hit, hidden runs beside it whole."""

from __future__ import annotations

from inspector.view import Segment, ShownText, State

_AROUND = 40


def snippet(text: ShownText, at: int, offset: int, length: int) -> ShownText:
    """One line around a hit, hidden runs beside it whole. Case folding may shift `offset` by a little."""
    segment = text.segments[at]
    start, end = max(0, offset - _AROUND), offset + length + _AROUND
    out: list[Segment] = []
    if start == 0 and at > 0:
        out.append(text.segments[at - 1])
    middle = " ".join(segment.text[start:end].split("\n"))
    out.append(Segment(f"{'…' if start > 0 else ''}{middle}{'…' if end < len(segment.text) else ''}"))
    if end >= len(segment.text) and at + 1 < len(text.segments):
        out.append(text.segments[at + 1])
    return ShownText(
        tuple(s if s.state is not State.PLAIN else Segment(_last(s.text, s is out[0])) for s in out)
    )


def _last(text: str, lead: bool) -> str:
    line = " ".join(text.split("\n"))
    most = 3 * _AROUND
    if len(line) <= most:
        return line
    return line[-most:] if lead else line[:most]
