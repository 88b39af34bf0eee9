"""Where a span keeps its messages: one reader a convention, tried in order, for each direction apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.model import Kind
from inspector.session.conversation.messages import messages_in, request_messages, response_messages
from inspector.session.conversation.parts import content_parts
from inspector.session.conversation.raw import Found, RawMessage, as_list, as_map, as_text, first, parsed

if TYPE_CHECKING:
    from inspector.model import Attributes, Span, Value
    from inspector.session.conversation.raw import Direction, Path

_ROLE_OF_EVENT = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
    "gen_ai.choice": "assistant",
}
_ROLES: dict[Direction, str] = {"input": "user", "output": "assistant"}


def find(span: Span, direction: Direction) -> Found:
    """The messages a span took in or gave out, from the first convention that has any."""
    attributes = {a.key: a.value for a in span.attributes}
    for section, found in (
        ("attributes", _openinference(attributes, direction)),
        ("attributes", _genai(attributes, direction)),
        ("attributes", _numbered(attributes, direction)),
        ("event", _events(span, direction)),
        (direction, _body(span, direction)),
    ):
        if found:
            return Found(section, found)
    return Found(direction)


def _openinference(attributes: dict[str, Value], direction: Direction) -> list[RawMessage]:
    key = f"llm.{direction}_messages"
    tree = gathered(attributes, key)
    return messages_in(tree, tuple(key.split(".")), _ROLES[direction]) if tree else []


def _genai(attributes: dict[str, Value], direction: Direction) -> list[RawMessage]:
    out: list[RawMessage] = []
    if direction == "input":
        key = "gen_ai.system_instructions"
        held = parsed(_lookup(attributes, key))
        if held:
            out.append(RawMessage("system", tuple(content_parts(held, (key,))), (key,)))
    for key in (f"gen_ai.{direction}.messages", f"gen_ai.{direction}_messages"):
        held = parsed(_lookup(attributes, key))
        if isinstance(held, str):
            return [*out, RawMessage(_ROLES[direction], tuple(content_parts(held, (key,))), (key,))]
        if held:
            return out + messages_in(held, (key,), _ROLES[direction])
    if out or direction == "output":
        return out
    everything = _lookup(attributes, "pydantic_ai.all_messages")
    return messages_in(everything, ("pydantic_ai.all_messages",), "user") if everything else []


def _numbered(attributes: dict[str, Value], direction: Direction) -> list[RawMessage]:
    """`gen_ai.prompt.N.*` and `gen_ai.completion.N.*`, as OpenLLMetry wrote them, or one text."""
    key = "gen_ai.prompt" if direction == "input" else "gen_ai.completion"
    tree = gathered(attributes, key)
    if isinstance(tree, str):
        return [RawMessage(_ROLES[direction], tuple(content_parts(tree, (key,))), (key,))]
    numbered = [_calls_gathered(item) for item in as_list(tree)]
    return messages_in(numbered, tuple(key.split(".")), _ROLES[direction])


def _calls_gathered(item: Value) -> Value:
    members = as_map(item)
    calls = as_list(members.get("tool_calls"))
    return {**members, "tool_calls": calls} if calls else item


def _events(span: Span, direction: Direction) -> list[RawMessage]:
    out: list[RawMessage] = []
    for i, event in enumerate(span.events):
        held = {a.key: a.value for a in event.attributes}
        path: Path = (event.name, i)
        role = _ROLE_OF_EVENT.get(event.name)
        if role is not None:
            if (event.name == "gen_ai.choice") == (direction == "output"):
                body = as_map(first(held, "gen_ai.event.content", "body", "event_body")) or held
                out += messages_in(body.get("message") or {"role": role, **body}, path, role)
        elif event.name in ("gen_ai.content.prompt", "gen_ai.content.completion"):
            key = "gen_ai.prompt" if direction == "input" else "gen_ai.completion"
            if held.get(key):
                out += _text_or_messages(held[key], (*path, key), _ROLES[direction])
        elif event.name == "gen_ai.client.inference.operation.details":
            out += _genai(held, direction)
    return out


def _body(span: Span, direction: Direction) -> list[RawMessage]:
    """Chat requests and responses in the span's own input and output; for model calls any text will do."""
    value = span.input if direction == "input" else span.output
    if value is None:
        return []
    found = request_messages(value) if direction == "input" else response_messages(value)
    if found or span.kind is not Kind.LLM:
        return found
    text = as_text(value) or as_text(
        first(as_map(value), "value", "text", "content", "prompt", "output", "answer")
    )
    return [RawMessage(_ROLES[direction], tuple(content_parts(text, ())))] if text else []


def _text_or_messages(value: Value, path: Path, role: str) -> list[RawMessage]:
    held = parsed(value)
    if isinstance(held, str):
        return [RawMessage(role, tuple(content_parts(held, path)), path)]
    return messages_in(held, path, role)


def _lookup(attributes: dict[str, Value], key: str) -> Value:
    """An attribute under its dotted key, or inside nested objects (`gen_ai` holding `input` holding ...)."""
    if key in attributes:
        return attributes[key]
    parts = key.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        held = attributes.get(".".join(parts[:cut]))
        if held is not None:
            for part in parts[cut:]:
                held = as_map(held).get(part)
            if held is not None:
                return held
    return None


def gathered(attributes: dict[str, Value] | Attributes, key: str) -> Value:
    """Everything under a dotted key as one tree: nested as stored, or put together from flat keys."""
    flat = attributes if isinstance(attributes, dict) else {a.key: a.value for a in attributes}
    whole = _lookup(flat, key)
    if whole is not None:
        return parsed(whole)
    tree: dict[str, Value] = {}
    prefix = key + "."
    for name, value in flat.items():
        if name.startswith(prefix):
            here = tree
            *way, leaf = name[len(prefix) :].split(".")
            for step in way:
                below = here.setdefault(step, {})
                if not isinstance(below, dict):
                    break
                here = below
            else:
                here[leaf] = value
    return tree or None
