"""Messages out of every convention that keeps them in a span."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.model import Attribute, Event, Kind
from inspector.session.conversation import conversation
from inspector.session.veil import Veil
from inspector.view import ShownMap
from tests.session.fakes import Engine, span

if TYPE_CHECKING:
    from inspector.model import Value
    from inspector.view import ShownMessage

VEIL = Veil(Engine())
Flat = list[tuple[str, str, list[tuple[str, str]]]]


def read(**fields: object) -> tuple[ShownMessage, ...]:
    return conversation(span(**fields), VEIL)  # type: ignore[arg-type]  # fields of a span


def flat(messages: tuple[ShownMessage, ...]) -> Flat:
    return [(m.direction, str(m.role), [(p.kind, str(p.text or p.name)) for p in m.parts]) for m in messages]


CHAT: Flat = [
    ("input", "system", [("text", "Be kind")]),
    ("input", "user", [("text", "hi")]),
    ("output", "assistant", [("text", "hello")]),
]
REQUEST = {
    "model": "m",
    "messages": [{"role": "system", "content": "Be kind"}, {"role": "user", "content": "hi"}],
}
RESPONSE = {
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hello", "tool_calls": None}}]
}
GENAI_IN = [
    {"role": "system", "parts": [{"type": "text", "content": "Be kind"}]},
    {"role": "user", "parts": [{"type": "text", "content": "hi"}]},
]
GENAI_OUT = [{"role": "assistant", "parts": [{"type": "text", "content": "hello"}], "finish_reason": "stop"}]


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param(
            {
                "llm.input_messages.0.message.role": "system",
                "llm.input_messages.0.message.content": "Be kind",
                "llm.input_messages.1.message.role": "user",
                "llm.input_messages.1.message.contents.0.message_content.type": "text",
                "llm.input_messages.1.message.contents.0.message_content.text": "hi",
                "llm.output_messages.0.message.role": "assistant",
                "llm.output_messages.0.message.content": "hello",
            },
            id="openinference flat",
        ),
        pytest.param(
            {
                "llm": {
                    "input_messages": [
                        {"message": {"role": "system", "content": "Be kind"}},
                        {"message": {"role": "user", "content": "hi"}},
                    ],
                    "output_messages": [{"message": {"role": "assistant", "content": "hello"}}],
                }
            },
            id="openinference nested, as Phoenix keeps it",
        ),
        pytest.param(
            {"gen_ai.input.messages": json.dumps(GENAI_IN), "gen_ai.output.messages": json.dumps(GENAI_OUT)},
            id="gen_ai as JSON",
        ),
        pytest.param(
            {"gen_ai.input.messages": GENAI_IN, "gen_ai.output.messages": GENAI_OUT}, id="gen_ai structured"
        ),
        pytest.param(
            {
                "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be kind"}]),
                "gen_ai.input.messages": json.dumps(GENAI_IN[1:]),
                "gen_ai.output.messages": json.dumps(GENAI_OUT),
            },
            id="gen_ai with instructions apart",
        ),
        pytest.param(
            {
                "gen_ai.prompt.0.role": "system",
                "gen_ai.prompt.0.content": "Be kind",
                "gen_ai.prompt.1.role": "user",
                "gen_ai.prompt.1.content": "hi",
                "gen_ai.completion.0.role": "assistant",
                "gen_ai.completion.0.content": "hello",
            },
            id="gen_ai numbered",
        ),
    ],
)
def test_conventions_in_attributes(attributes: dict[str, Value]) -> None:
    assert flat(read(kind=Kind.LLM, attributes=attributes)) == CHAT


@pytest.mark.parametrize(
    ("given_in", "given_out"),
    [
        pytest.param(REQUEST, RESPONSE, id="objects"),
        pytest.param(json.dumps(REQUEST), json.dumps(RESPONSE), id="OpenAI chat as JSON"),
        pytest.param(
            REQUEST["messages"], {"role": "assistant", "content": "hello"}, id="a list and a message"
        ),
        pytest.param(
            {"system": "Be kind", "messages": [{"role": "user", "content": "hi"}], "model": "m"},
            {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "hello"}]},
            id="Anthropic",
        ),
        pytest.param(
            {
                "instructions": "Be kind",
                "input": [{"role": "user", "content": [{"type": "input_text", "text": "hi"}]}],
            },
            {
                "output": [
                    {
                        "type": "message",
                        "role": "assistant",
                        "content": [{"type": "output_text", "text": "hello"}],
                    }
                ]
            },
            id="OpenAI responses",
        ),
        pytest.param(
            {
                "systemInstruction": {"parts": [{"text": "Be kind"}]},
                "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
            },
            {"candidates": [{"content": {"role": "model", "parts": [{"text": "hello"}]}}]},
            id="Gemini",
        ),
        pytest.param(
            {
                "messages": [
                    [
                        {
                            "lc": 1,
                            "id": ["x", "SystemMessage"],
                            "kwargs": {"content": "Be kind", "type": "system"},
                        },
                        {"lc": 1, "id": ["x", "HumanMessage"], "kwargs": {"content": "hi", "type": "human"}},
                    ]
                ]
            },
            {
                "generations": [
                    [
                        {
                            "text": "hello",
                            "message": {"kwargs": {"content": "hello"}, "lc": 1, "id": ["AIMessage"]},
                        }
                    ]
                ]
            },
            id="LangChain in LangSmith",
        ),
        pytest.param(
            {"messages": [{"type": "system", "content": "Be kind"}, {"type": "human", "content": "hi"}]},
            {"type": "ai", "data": {"content": "hello", "type": "ai"}},
            id="LangChain by type",
        ),
        pytest.param(
            {
                "inputs": {
                    "messages": [{"role": "system", "content": "Be kind"}, {"role": "user", "content": "hi"}]
                }
            },
            {"outputs": {"messages": [{"role": "assistant", "content": "hello"}]}},
            id="traceloop",
        ),
    ],
)
def test_requests_and_responses(given_in: Value, given_out: Value) -> None:
    assert flat(read(kind=Kind.LLM, input=given_in, output=given_out)) == CHAT


def test_plain_texts_are_messages_of_a_model_call_only() -> None:
    expected = [("input", "user", [("text", "hi")]), ("output", "assistant", [("text", "hello")])]
    assert flat(read(kind=Kind.LLM, input="hi", output="hello")) == expected
    assert read(kind=Kind.TOOL, input="hi", output="hello") == ()
    assert read(kind=Kind.TOOL, input={"query": "hi"}, output=["a", "b"]) == ()


def test_message_events() -> None:
    def event(name: str, **body: Value) -> Event:
        return Event(name, None, tuple(Attribute(k, v) for k, v in body.items()))

    events = (
        event("gen_ai.system.message", content="Be kind"),
        event("gen_ai.user.message", content="hi"),
        event("gen_ai.choice", index=0, message={"role": "assistant", "content": "hello"}),
        event("exception", message="no"),
    )
    assert flat(read(kind=Kind.LLM, events=events)) == CHAT


def test_calls_with_arguments_and_results() -> None:
    messages = [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "look", "arguments": '{"who": "jo@example.org"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "found jo@example.org"},
    ]
    call, result = read(input={"messages": messages})
    [part] = call.parts
    assert (part.kind, str(part.name), str(part.call_id)) == ("tool_call", "look", "c1")
    assert isinstance(part.arguments, ShownMap)
    assert [(str(k), str(v)) for k, v in part.arguments.pairs] == [("who", "[email:0123456789abcdef]")]
    assert (result.parts[0].kind, str(result.parts[0].text)) == (
        "tool_result",
        "found [email:0123456789abcdef]",
    )
    assert str(result.parts[0].call_id) == "c1"


@pytest.mark.parametrize(
    "part",
    [
        {"type": "tool_call", "id": "c1", "name": "look", "arguments": {"a": 1}},
        {"type": "tool_use", "id": "c1", "name": "look", "input": {"a": 1}},
        {"type": "function_call", "call_id": "c1", "name": "look", "arguments": '{"a": 1}'},
        {"functionCall": {"name": "look", "args": {"a": 1}}, "id": "c1"},
    ],
)
def test_every_shape_of_a_call(part: Value) -> None:
    [message] = read(output={"role": "assistant", "content": [part]})
    [shown] = message.parts
    assert (shown.kind, str(shown.name), str(shown.call_id)) == ("tool_call", "look", "c1")
    assert isinstance(shown.arguments, ShownMap)
    assert shown.arguments.pairs[0][1] == 1


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{'A' * 4000}"}},
            "[image/png, 3 kB]",
        ),
        ({"type": "image", "source": {"media_type": "image/jpeg", "data": "A" * 400}}, "[image/jpeg, 300 B]"),
        ({"type": "input_audio", "input_audio": {"data": "A" * 400, "format": "wav"}}, "[audio, 300 B]"),
        (
            {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}},
            "[image] https://x.example/a.png",
        ),
        ({"type": "blob", "mime_type": "image/gif", "content": "A" * 4}, "[image/gif, 3 B]"),
        ({"inlineData": {"mimeType": "image/webp", "data": "AAAA"}}, "[image/webp, 3 B]"),
    ],
)
def test_media_are_placeholders_with_a_size(part: Value, text: str) -> None:
    [message] = read(input=[{"role": "user", "content": [part]}])
    assert [(p.kind, str(p.text)) for p in message.parts] == [("media", text)]


def test_thinking_is_its_own_part() -> None:
    [message] = read(
        output={
            "role": "assistant",
            "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "ok"}],
        }
    )
    assert [(p.kind, str(p.text)) for p in message.parts] == [("thinking", "hm"), ("text", "ok")]


def test_a_value_that_runs_across_parts_is_hidden() -> None:
    content = [{"type": "text", "text": "write to jo@exa"}, {"type": "text", "text": "mple.org now"}]
    [message] = read(input=[{"role": "user", "content": content}])
    assert [str(p.text) for p in message.parts] == ["write to [email:0123456789abcdef] now"]


KEYS = [
    *("role", "content", "type", "parts", "text", "messages", "message", "tool_calls", "function", "name"),
    *(
        "arguments",
        "choices",
        "output",
        "input",
        "kwargs",
        "lc",
        "id",
        "data",
        "generations",
        "image_url",
        "0",
    ),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(JSON, JSON)
def test_any_json_gives_messages_or_none(one: Value, two: Value) -> None:
    read(
        kind=Kind.LLM,
        input=one,
        output=two,
        attributes={"llm.input_messages": one, "gen_ai.output.messages": two},
    )
    read(input=json.dumps(one), output=json.dumps(two))
