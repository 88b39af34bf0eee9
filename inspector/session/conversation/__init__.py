"""The messages of a span, whichever way its writer keeps them, redacted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.session.conversation.sources import find
from inspector.view import EMPTY, Segment, ShownMessage, ShownPart, ShownText, State, plain

if TYPE_CHECKING:
    from inspector.model import Span
    from inspector.session.conversation.raw import Direction, Path, RawMessage, RawPart
    from inspector.session.veil import Veil

DIRECTIONS: tuple[Direction, ...] = ("input", "output")


def conversation(span: Span, veil: Veil) -> tuple[ShownMessage, ...]:
    """All messages of a span in order, inputs first."""
    out: list[ShownMessage] = []
    for direction in DIRECTIONS:
        found = find(span, direction)
        out += [shown_message(m, veil, found.section, direction) for m in found.messages]
    return tuple(out)


def shown_message(message: RawMessage, veil: Veil, section: str, direction: Direction) -> ShownMessage:
    return ShownMessage(
        veil.text(message.role, (*message.path, "role"), section),
        tuple(_parts(message.parts, veil, section)),
        direction,
    )


def _parts(parts: tuple[RawPart, ...], veil: Veil, section: str) -> list[ShownPart]:
    """Each part by itself, unless a value runs across a seam between texts: then those are shown as one."""
    texts = [p for p in parts if p.kind == "text"]
    if len(texts) > 1:
        whole = veil.text("".join(p.text for p in texts), texts[0].path, section)
        apart = [veil.text(p.text, p.path, section) for p in texts]
        if _hidden(whole) != [h for text in apart for h in _hidden(text)]:
            joined = ShownPart("text", whole)
            rest = [_part(p, veil, section) for p in parts if p.kind != "text"]
            return [joined, *rest]
    return [_part(p, veil, section) for p in parts]


def _hidden(text: ShownText) -> list[tuple[str, str]]:
    return [(s.text, s.type) for s in text.segments if s.state is not State.PLAIN]


def _part(part: RawPart, veil: Veil, section: str) -> ShownPart:
    if part.kind == "media":
        label = veil.text(f"[{part.name}]", part.path, section)
        if not part.text:
            return ShownPart("media", label)
        where = veil.text(part.text, part.path, section)
        return ShownPart("media", ShownText((*label.segments, Segment(" "), *where.segments)))
    arguments = None
    if part.arguments is not None:
        arguments = veil.value(part.arguments, (*part.path, "arguments"), section)
    return ShownPart(
        part.kind,
        veil.text(part.text, part.path, section) if part.text else EMPTY,
        _named(part.name, (*part.path, "name"), veil, section),
        arguments,
        _named(part.call_id, (*part.path, "id"), veil, section),
    )


def _named(text: str, path: Path, veil: Veil, section: str) -> ShownText:
    return veil.text(text, path, section) if text else plain("")
