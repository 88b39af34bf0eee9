"""What went into a span and what came out, wherever its convention puts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from inspector.model import Value
    from inspector.stores.formats.semconv import Attrs

INPUT: Final = (
    "langfuse.observation.input",
    "input.value",
    "gen_ai.input.messages",
    "gen_ai.tool.call.arguments",
    "traceloop.entity.input",
    "mlflow.spanInputs",
    "tool_arguments",
    "pydantic_ai.all_messages",
    "all_messages_events",
    "ai.prompt.messages",
    "ai.prompt",
    "ai.toolCall.args",
    "gen_ai.prompt",
)
OUTPUT: Final = (
    "langfuse.observation.output",
    "output.value",
    "gen_ai.output.messages",
    "gen_ai.tool.call.result",
    "traceloop.entity.output",
    "mlflow.spanOutputs",
    "tool_response",
    "final_result",
    "ai.response.text",
    "ai.response.object",
    "ai.toolCall.result",
    "gen_ai.completion",
)
INPUT_LISTS: Final = (
    "llm.input_messages.",
    "gen_ai.prompt.",
    "embedding.embeddings.",
    "reranker.input_documents.",
)
OUTPUT_LISTS: Final = (
    "llm.output_messages.",
    "gen_ai.completion.",
    "retrieval.documents.",
    "reranker.output_documents.",
)
LAST_RESORT: Final = ("langfuse.trace.input", "langfuse.trace.output")
_MOST: Final = 10_000
"""Beyond this many an index is no index but a number in a key."""
_DEEPEST: Final = 16
"""Deeper than this a key is not taken apart: it comes from the data and may hold thousands of dots."""


def input_of(attrs: Attrs) -> Value:
    """The input as stored (often JSON in a string), or messages put together from numbered keys."""
    return _content(attrs, INPUT, INPUT_LISTS, LAST_RESORT[0])


def output_of(attrs: Attrs) -> Value:
    """The output, likewise."""
    return _content(attrs, OUTPUT, OUTPUT_LISTS, LAST_RESORT[1])


def _content(attrs: Attrs, keys: tuple[str, ...], lists: tuple[str, ...], last: str) -> Value:
    for key in keys:
        if attrs.get(key) is not None:
            return attrs[key]
    for prefix in lists:
        if found := numbered(attrs, prefix):
            return found
    return attrs.get(last)


def numbered(attrs: Attrs, prefix: str) -> list[Value]:
    """`gen_ai.prompt.0.role`, `gen_ai.prompt.0.content`, … as a list of objects, in order of number."""
    items: dict[int, Value] = {}
    for key, value in attrs.items():
        if not key.startswith(prefix):
            continue
        index, _, rest = key[len(prefix) :].partition(".")
        if not index.isascii() or not index.isdigit() or len(index) > 5 or int(index) >= _MOST:
            continue
        number = int(index)
        if not rest:
            items[number] = value
            continue
        item = items.setdefault(number, {})
        if isinstance(item, dict):
            _put(item, rest.split(".", _DEEPEST), value)
    return [_unwrapped(items[number]) for number in sorted(items)]


def _put(item: dict[str, Value], steps: list[str], value: Value) -> None:
    for step in steps[:-1]:
        inner = item.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        item = inner
    item[steps[-1]] = value


def _unwrapped(item: Value) -> Value:
    """OpenInference wraps each message: `{"message": {…}}`; nested numbered objects become lists."""
    item = _lists(item)
    if isinstance(item, dict) and len(item) == 1:
        key, inner = next(iter(item.items()))
        if key in ("message", "document", "embedding"):
            return inner
    return item


def _lists(value: Value) -> Value:
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(part) for key, part in value.items()}
    if inner and all(key.isascii() and key.isdigit() for key in inner):
        return cast("Value", [inner[key] for key in sorted(inner, key=int)])
    return inner
