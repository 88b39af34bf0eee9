"""What `y` copies: always the redacted text, also of a value that is revealed at the moment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from inspector.tui import format as fmt
from inspector.tui.text import copyable
from inspector.view import ShownList, ShownMap, ShownText

if TYPE_CHECKING:
    from inspector.tui.tabs.doc import Item
    from inspector.view import ShownSpan, ShownValue


def as_json(value: ShownValue) -> object:
    """A shown value as JSON's own types; repeated keys keep the last."""
    match value:
        case ShownText():
            return copyable(value)
        case ShownMap():
            return {copyable(key): as_json(item) for key, item in value.pairs}
        case ShownList():
            return [as_json(item) for item in value.items]
        case _:
            return value


def value_text(value: ShownValue) -> str:
    if isinstance(value, ShownText):
        return copyable(value)
    return json.dumps(as_json(value), ensure_ascii=False, indent=2)


def span_json(span: ShownSpan) -> str:
    """The stored object where there is one, else its fields."""
    if span.raw:
        return copyable(span.raw)
    fields = {copyable(a.key): as_json(a.value) for a in span.attributes}
    return json.dumps(
        {"span_id": copyable(span.span_id), "name": copyable(span.name), "attributes": fields},
        ensure_ascii=False,
        indent=2,
    )


def span_text(span: ShownSpan) -> str:
    """A span in a few lines, for a chat or a ticket."""
    lines = [
        f"{span.kind} {copyable(span.name)}",
        f"trace {copyable(span.trace_id)} span {copyable(span.span_id)}",
        f"start {fmt.stamp(span.start)} duration {fmt.duration(span.duration)} status {span.status}",
    ]
    if span.status_message:
        lines.append(copyable(span.status_message))
    for message in span.conversation:
        for part in message.parts:
            text = copyable(part.text) or f"{copyable(part.name)} {value_text(part.arguments)}"
            lines.append(f"{copyable(message.role)}: {text}")
    if not span.conversation:
        for word, value in (("input", span.input), ("output", span.output)):
            if value is not None and value != ShownText(()):
                lines.append(f"{word}: {value_text(value)}")
    return "\n".join(lines)


def pick(what: str, span: ShownSpan, item: Item | None) -> str | None:
    """The text that `y` and then v, k, p, j or y copies; none where the line has no such thing."""
    match what:
        case "copy.span" | "copy.print":
            return span_text(span)
        case "copy.id":
            return copyable(span.trace_id)
        case "copy.json":
            return span_json(span)
        case "copy.value":
            return None if item is None or item.heading else value_text(item.value)
        case "copy.key":
            return item.key or None if item is not None else None
        case _:
            return item.path or None if item is not None else None
