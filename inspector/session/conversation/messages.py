"""One message, or a list of them, in the shapes of chat requests and responses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.session.conversation.parts import content_parts, one_part, tool_call, tool_result
from inspector.session.conversation.raw import (
    RawMessage,
    as_list,
    as_map,
    as_text,
    first,
    parsed,
    unwrapped,
)

if TYPE_CHECKING:
    from inspector.model import Value
    from inspector.session.conversation.raw import Path, RawPart

_ROLES = {
    "human": "user",
    "humanmessage": "user",
    "humanmessagechunk": "user",
    "ai": "assistant",
    "aimessage": "assistant",
    "aimessagechunk": "assistant",
    "model": "assistant",
    "systemmessage": "system",
    "toolmessage": "tool",
    "function": "tool",
    "functionmessage": "tool",
    "request": "user",
    "response": "assistant",
}
_ITEMS = {"function_call": "assistant", "function_call_output": "tool", "reasoning": "assistant"}
"""Items of the Responses API that are no messages, and who speaks in them."""


def messages_in(value: Value, path: Path, default_role: str) -> list[RawMessage]:
    """A list of messages, or one; anything else gives none."""
    value = parsed(value)
    items = as_list(value)
    if not items:
        only = message(value, path, default_role)
        return [only] if only else []
    if len(items) == 1 and as_list(items[0]):  # LangChain batches: a list of conversations
        items, path = as_list(items[0]), (*path, 0)
    found = (message(item, (*path, i), default_role) for i, item in enumerate(items))
    return [m for m in found if m is not None]


def message(value: Value, path: Path, default_role: str) -> RawMessage | None:
    """A message in any known shape; none if it is no message."""
    members = unwrapped(value, "message")
    if not members:
        return None
    if "lc" in members and "kwargs" in members:  # LangChain's serialised form names its class in `id`
        name = as_text((as_list(members.get("id")) or [""])[-1])
        members = {"type": name, **as_map(members["kwargs"])}
        path = (*path, "kwargs")
    elif set(members) >= {"type", "data"} and as_map(members["data"]):
        members = {"type": members["type"], **as_map(members["data"])}
        path = (*path, "data")
    kind = as_text(members.get("type") or members.get("kind")).casefold()
    if kind in _ITEMS and "role" not in members:
        return RawMessage(_ITEMS[kind], (one_part(members, path),), path)
    role = as_text(members.get("role")).casefold() or (kind if kind in _ROLES or kind in _SPOKEN else "")
    if not role and not any(k in members for k in ("content", "parts", "contents", "tool_calls")):
        return None
    role = _ROLES.get(role, role) or default_role
    return RawMessage(role, tuple(_parts(members, path, role)), path)


_SPOKEN = {"system", "user", "assistant", "tool", "developer"}


def _parts(members: dict[str, Value], path: Path, role: str) -> list[RawPart]:
    key = next((k for k in ("parts", "contents", "content") if members.get(k)), "content")
    content = members.get(key)
    call_id = as_text(first(members, "tool_call_id", "call_id"))
    if role == "tool" and (call_id or isinstance(content, str)):
        if key == "parts":
            return content_parts(content, (*path, key))
        return [tool_result(content, (*path, key), call_id, as_text(members.get("name")))]
    parts: list[RawPart] = []
    thinking = first(members, "reasoning_content", "reasoning", "thinking")
    if isinstance(thinking, str):
        parts.append(one_part({"type": "thinking", "thinking": thinking}, (*path, "reasoning_content")))
    parts += content_parts(content, (*path, key))
    calls = as_list(members.get("tool_calls")) or as_list(
        as_map(members.get("additional_kwargs")).get("tool_calls")
    )
    parts += [tool_call(call, (*path, "tool_calls", i)) for i, call in enumerate(calls)]
    function = as_map(members.get("function_call"))
    if function:
        parts.append(tool_call(function, (*path, "function_call")))
    return parts


def request_messages(value: Value, path: Path = ()) -> list[RawMessage]:
    """The messages of a chat request, of whatever API; none if it is no such thing."""
    value = parsed(value)
    if as_list(value):
        found = messages_in(value, path, "user")
        return found if all(m.parts for m in found) else []
    body = as_map(value)
    out: list[RawMessage] = []
    for key in ("system", "instructions", "system_instruction", "systemInstruction"):
        if body.get(key):
            system = as_map(body[key]).get("parts") or body[key]
            out.append(RawMessage("system", tuple(content_parts(system, (*path, key))), (*path, key)))
    for key in ("messages", "input", "contents", "chat_history", "prompts", "prompt", "inputs", "kwargs"):
        held = body.get(key)
        if (
            isinstance(held, str)
            and key in ("prompt", "input")
            and ("model" in body or "temperature" in body)
        ):
            return [*out, RawMessage("user", tuple(content_parts(held, (*path, key))), (*path, key))]
        inner = messages_in(held, (*path, key), "user") if as_list(held) else []
        if not inner and key in ("inputs", "kwargs", "input") and as_map(held):
            inner = request_messages(held, (*path, key))
        if inner:
            return out + inner
    return out if "model" in body else []


def response_messages(value: Value, path: Path = ()) -> list[RawMessage]:
    """The messages of a chat response, of whatever API; none if it is no such thing."""
    value = parsed(value)
    if as_list(value):
        return messages_in(value, path, "assistant")
    body = as_map(value)
    for key in ("choices", "candidates"):
        out: list[RawMessage] = []
        for i, choice in enumerate(as_list(body.get(key))):
            for name in ("message", "delta", "content"):
                held = as_map(choice).get(name)
                one = message(held, (*path, key, i, name), "assistant") if as_map(held) else None
                if one is not None:
                    out.append(one)
                    break
        if out:
            return out
    if as_list(body.get("generations")):
        return _generations(body["generations"], (*path, "generations"))
    for key in ("output", "messages", "outputs", "message", "response", "result"):
        held = body.get(key)
        if as_list(held) or as_map(held):
            inner = messages_in(held, (*path, key), "assistant") or response_messages(held, (*path, key))
            if inner:
                return inner
    if "role" in body or "lc" in body or ("type" in body and ("content" in body or "data" in body)):
        one = message(body, path, "assistant")
        return [one] if one else []
    return []


def _generations(value: Value, path: Path) -> list[RawMessage]:
    """LangChain's LLMResult: a list a prompt, of generations with a message or a text."""
    out: list[RawMessage] = []
    for i, row in enumerate(as_list(value)):
        for k, item in enumerate(as_list(row) or [row]):
            here = (*path, i, k)
            held = as_map(item)
            one = message(held.get("message"), (*here, "message"), "assistant")
            if one is None and held.get("text"):
                one = RawMessage("assistant", tuple(content_parts(held["text"], (*here, "text"))), here)
            if one is not None:
                out.append(one)
    return out
