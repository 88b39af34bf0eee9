"""Shown texts and values as HTML: escaped, with what is hidden as a mark that says what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from inspector.reports.html.pretty import pretty
from inspector.view import Segment, ShownText, State

if TYPE_CHECKING:
    from inspector.view import ShownValue

_GLYPHS = {
    State.REDACTED: "▒",
    State.LOCKED: "▣",
    State.ERASED: "∅",
    State.UNREDACTABLE: "▒",
    State.REVEALED: "▒",
}
_MARK = Markup('<mark class="{}" title="{}">{}</mark>')
_TAG = 8
"""Characters of a tag that are drawn; the title has it whole."""


def markup(text: ShownText | None) -> Markup:
    if text is None:
        return Markup("")
    return Markup("").join(segment_markup(s) for s in text.segments)


def value_markup(value: ShownValue) -> Markup:
    """A value, on as many lines as it takes."""
    return Markup("").join(segment_markup(s) for s in pretty(value))


def segment_markup(segment: Segment) -> Markup:
    if segment.state is State.PLAIN:
        return escape(segment.text)
    return _MARK.format(segment.state.value, _title(segment), f"{_GLYPHS[segment.state]} {_label(segment)}")


def _title(segment: Segment) -> str:
    parts = (segment.type, segment.operator, segment.level, segment.note)
    tag = segment.tag if segment.operator == "hash" else ""
    return " · ".join(p for p in (*parts, tag) if p)


def _label(segment: Segment) -> str:
    match segment.state:
        case State.REDACTED if segment.operator == "hash":
            return f"{segment.type} #{segment.tag[:_TAG]}"
        case State.REDACTED if segment.operator == "partial":
            return f"{segment.type} {segment.tag}".strip()
        case State.LOCKED:
            return "encrypted"
        case State.ERASED:
            return f"erased {segment.note}".strip()
        case State.UNREDACTABLE:
            return "can't be shown"
        case State.REVEALED:
            # A report never holds what was revealed on a screen, whoever asks for it.
            return segment.type or "hidden"
    return segment.type or "hidden"


def is_empty(value: ShownValue) -> bool:
    return value is None or (isinstance(value, ShownText) and not value)
