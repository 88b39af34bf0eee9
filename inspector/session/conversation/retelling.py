"""The conversation of a span that keeps none itself: what the model calls below it said, each message once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import orjson

from inspector.model import Kind, Multimap
from inspector.session.conversation import DIRECTIONS, shown_message
from inspector.session.conversation.sources import find

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.model import Span, Value
    from inspector.session.conversation.raw import Direction, RawMessage, RawPart
    from inspector.session.veil import Veil
    from inspector.view import ShownMessage

Told: TypeAlias = "tuple[RawMessage, str, Direction]"
"""A message, the section of its span that it comes from, and its direction."""

_MOST_CALLS = 300
_LATE = 1 << 200
_SYSTEM = ("system", "developer")


def retold(spans: Sequence[Span], veil: Veil) -> tuple[ShownMessage, ...]:
    """`spans` in any order; of very many calls only the first are told."""
    return tuple(shown_message(message, veil, section, way) for message, section, way in _story(spans))


def _story(spans: Sequence[Span]) -> Iterator[Told]:
    calls = [s for s in spans if s.kind is Kind.LLM] or list(spans)
    calls.sort(key=lambda s: _LATE if s.start is None else s.start)
    told: list[object] = []
    for call in calls[:_MOST_CALLS]:
        for message in _new(_messages(call), told):
            told.append(_content(message[0]))
            yield message


def _messages(span: Span) -> list[Told]:
    out: list[Told] = []
    for direction in DIRECTIONS:
        found = find(span, direction)
        out += [(message, found.section, direction) for message in found.messages]
    return out


def _new(messages: Sequence[Told], told: Sequence[object]) -> list[Told]:
    """Without the history that a call was sent along: its first messages, as far as they were told in the same
    order. A system prompt of the call's own may stand before it."""
    out: list[Told] = []
    at = 0
    for number, message in enumerate(messages):
        content = _content(message[0])
        try:
            at = told.index(content, at) + 1
        except ValueError:
            if message[0].role in _SYSTEM:
                out.append(message)
                continue
            return out + list(messages[number:])
    return out


def _content(message: RawMessage) -> object:
    """What makes two messages the same, however differently they are kept as an answer and as history."""
    return message.role, tuple(map(_part, message.parts))


def _part(part: RawPart) -> object:
    named = part.name if part.kind == "tool_call" else ""
    return part.kind, part.text.strip(), named, _canonical(part.arguments)


def _canonical(value: Value) -> object:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=_plain)
    except (TypeError, orjson.JSONEncodeError):
        return repr(value)


def _plain(value: object) -> object:
    if isinstance(value, Multimap):
        return [list(pair) for pair in value.pairs]
    raise TypeError
