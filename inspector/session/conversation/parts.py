"""The parts of one message, as OpenAI, Anthropic, Gemini, LangChain, OpenInference and GenAI shape them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.session.conversation.raw import (
    RawPart,
    as_list,
    as_map,
    as_text,
    first,
    parsed,
    unwrapped,
)

if TYPE_CHECKING:
    from inspector.model import Value
    from inspector.session.conversation.raw import Path

_DATA_URL = re.compile(r"data:([a-z]+/[a-z0-9.+-]{1,60})?[^,]{0,80},", re.IGNORECASE)
_MIME = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}", re.IGNORECASE)
_THINKING = {"thinking", "reasoning", "redacted_thinking"}
_CALLS = {"tool_call", "tool_use", "function_call", "server_tool_use"}
_RESULTS = {"tool_result", "tool_call_response", "function_call_output", "tool_call_result", "tool-return"}
_MEDIA = {
    "image",
    "image_url",
    "input_image",
    "audio",
    "input_audio",
    "file",
    "input_file",
    "document",
    "video",
    "blob",
    "uri",
    "media",
}


def content_parts(content: Value, path: Path) -> list[RawPart]:
    """What a `content` or `parts` field holds: a text, or a list of typed parts."""
    if content is None:
        return []
    if isinstance(content, str):
        return [RawPart("text", path, content)] if content else []
    if not isinstance(content, list):
        items = as_list(content)
        return _listed(items, path) if items else [one_part(content, path)]
    return _listed(content, path)


def _listed(items: list[Value], path: Path) -> list[RawPart]:
    return [one_part(item, (*path, i)) for i, item in enumerate(items) if item not in (None, "")]


def one_part(value: Value, path: Path) -> RawPart:
    """One element of a content list. An unknown shape is shown as the object it is."""
    if isinstance(value, str):
        return RawPart("text", path, value)
    part = unwrapped(value, "message_content")
    kind = as_text(part.get("type") or part.get("part_kind")).casefold()
    if kind in _CALLS or "functionCall" in part:
        return tool_call(part, path)
    if kind in _RESULTS or "functionResponse" in part:
        return _tool_result(part, path)
    if kind in _THINKING:
        text = first(part, "thinking", "content", "text", "reasoning", "summary")
        return RawPart("thinking", path, _plain(text))
    if kind in _MEDIA or any(k in part for k in ("image", "image_url", "inlineData", "fileData")):
        return _media(kind, part, path)
    text = first(part, "text", "content", "refusal", "output_text")
    if isinstance(text, str):
        return RawPart("text", path, text)
    if not part:
        return RawPart("text", path, _plain(value))
    return RawPart("tool_result", path, arguments=value, name=kind)


def tool_call(value: Value, path: Path) -> RawPart:
    """A call in any shape: name, arguments (parsed where they are JSON in a string), id."""
    call = unwrapped(value, "tool_call")
    inner = as_map(first(call, "function", "functionCall")) or call
    arguments = first(inner, "arguments", "args", "input", "parameters", "partial_json")
    return RawPart(
        "tool_call",
        path,
        name=as_text(first(inner, "name", "tool_name")) or as_text(first(call, "name", "tool_name")),
        arguments=parsed(arguments),
        call_id=as_text(first(call, "id", "call_id", "tool_call_id")),
    )


def tool_result(content: Value, path: Path, call_id: str = "", name: str = "") -> RawPart:
    """What a tool gave back: text where it is text, else the object."""
    content = parsed(content)
    if isinstance(content, list):
        inner = _listed(content, path)
        if inner and all(p.kind == "text" for p in inner):
            return RawPart("tool_result", path, "\n".join(p.text for p in inner), name, None, call_id)
    if isinstance(content, str):
        return RawPart("tool_result", path, content, name, None, call_id)
    return RawPart("tool_result", path, "", name, content, call_id)


def _tool_result(part: dict[str, Value], path: Path) -> RawPart:
    inner = as_map(part.get("functionResponse")) or part
    content = first(inner, "content", "response", "result", "output", "text")
    call_id = as_text(first(part, "tool_use_id", "call_id", "id", "tool_call_id"))
    return tool_result(content, path, call_id, as_text(first(inner, "name", "tool_name")))


def _media(kind: str, part: dict[str, Value], path: Path) -> RawPart:
    what = next((w for w in ("image", "audio", "video") if w in kind), "")
    if not what:
        what = "image" if "image" in part or "image_url" in part else "file"
    source, mime = _source(part)
    found = _DATA_URL.match(source)
    if found is not None:
        mime, source = found[1] or mime, source[found.end() :]
    elif source.startswith(("http://", "https://", "gs://", "s3://", "file:")):
        return RawPart("media", path, source, what)
    label = mime if _MIME.fullmatch(mime) else what
    size = f", {_size(len(source) * 3 // 4)}" if source else ""
    return RawPart("media", path, "", f"{label}{size}")


def _source(part: dict[str, Value]) -> tuple[str, str]:
    """Where the bytes are (URL, data URL or base64) and what type they say they have."""
    here = part
    mime = ""
    for _ in range(4):
        mime = mime or as_text(first(here, "media_type", "mime_type", "mimeType", "format"))
        value = first(
            here, "url", "data", "content", "image_url", "file_data", "uri", "fileUri", "image", "source",
            "input_audio", "inlineData", "fileData", "file",
        )  # fmt: skip
        if isinstance(value, str):
            return value, mime
        here = as_map(value)
        if not here:
            break
    return "", mime


def _size(n: int) -> str:
    return f"{n} B" if n < 1000 else f"{n / 1000:.0f} kB" if n < 1_000_000 else f"{n / 1_000_000:.1f} MB"


def _plain(value: Value) -> str:
    if isinstance(value, str):
        return value
    texts = [as_text(first(as_map(item), "text", "content")) or as_text(item) for item in as_list(value)]
    return "\n".join(t for t in texts if t)
