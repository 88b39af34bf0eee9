"""What attributes of each convention say."""

from __future__ import annotations

import json

import pytest

from inspector.model import Kind, SubjectRef, Tokens
from inspector.stores.formats import content, semconv
from inspector.stores.formats.kinds import kind_of, otel_kind


def core(attrs, kind="INTERNAL", resource=None):
    return semconv.core(attrs, semconv.shared(resource or {}), kind)


@pytest.mark.parametrize(
    ("attrs", "kind", "written"),
    [
        ({"openinference.span.kind": "LLM"}, Kind.LLM, "LLM"),
        ({"openinference.span.kind": "RETRIEVER"}, Kind.RETRIEVAL, "RETRIEVER"),
        ({"openinference.span.kind": "RERANKER"}, Kind.RERANKER, "RERANKER"),
        ({"gen_ai.operation.name": "execute_tool"}, Kind.TOOL, "execute_tool"),
        ({"gen_ai.operation.name": "invoke_agent"}, Kind.AGENT, "invoke_agent"),
        ({"gen_ai.operation.name": "embeddings"}, Kind.EMBEDDING, "embeddings"),
        ({"traceloop.span.kind": "workflow"}, Kind.CHAIN, "workflow"),
        ({"llm.request.type": "chat"}, Kind.LLM, "chat"),
        ({"langfuse.observation.type": "generation"}, Kind.LLM, "generation"),
        ({"langfuse.observation.type": "evaluator"}, Kind.EVALUATION, "evaluator"),
        ({"ai.operationId": "ai.generateText"}, Kind.CHAIN, "ai.generateText"),
        ({"ai.operationId": "ai.streamText.doStream"}, Kind.LLM, "ai.streamText.doStream"),
        ({"ai.operationId": "ai.toolCall"}, Kind.TOOL, "ai.toolCall"),
        ({"gen_ai.tool.name": "crm"}, Kind.TOOL, "INTERNAL"),
        ({"gen_ai.request.model": "m"}, Kind.LLM, "INTERNAL"),
        ({"http.method": "GET"}, Kind.INTERNAL, "INTERNAL"),
        ({"gen_ai.operation.name": "something_new"}, Kind.INTERNAL, "INTERNAL"),
        ({}, Kind.INTERNAL, "INTERNAL"),
    ],
)
def test_kind(attrs, kind, written):
    found = core(attrs)
    assert (found.kind, found.kind_written) == (kind, written)


def test_kinds_of_opentelemetry():
    assert [otel_kind(n) for n in range(7)] == [
        "",
        "INTERNAL",
        "SERVER",
        "CLIENT",
        "PRODUCER",
        "CONSUMER",
        "",
    ]
    for written in ("SPAN_KIND_SERVER", "SpanKind.SERVER", "server", "2", 2):
        assert kind_of(otel_kind(written)) is Kind.SERVER
    assert [otel_kind(odd) for odd in (None, True, -1, 10**30, [], "SPAN_KIND_UNSPECIFIED")] == [""] * 6


@pytest.mark.parametrize(
    ("attrs", "tokens"),
    [
        ({"gen_ai.usage.input_tokens": 3, "gen_ai.usage.output_tokens": "4"}, Tokens(3, 4)),
        ({"gen_ai.usage.prompt_tokens": 3, "llm.usage.total_tokens": 9}, Tokens(3, None, 9)),
        (
            {"llm.token_count.prompt": 1, "llm.token_count.completion": 2, "llm.token_count.total": 3},
            Tokens(1, 2, 3),
        ),
        ({"langfuse.observation.usage_details": '{"input": 5, "output": 6}'}, Tokens(5, 6)),
        ({"langfuse.observation.usage_details": "no json"}, Tokens()),
        ({"ai.usage.promptTokens": 1.0}, Tokens(1)),
        ({"gen_ai.usage.input_tokens": "many"}, Tokens()),
    ],
)
def test_tokens(attrs, tokens):
    assert core(attrs).tokens == tokens


def test_cost():
    assert core({"llm.cost.total": 0.5}).cost == 0.5
    assert core({"langfuse.observation.cost_details": '{"input": 1, "output": 2}'}).cost == 3
    assert core({"langfuse.observation.cost_details": '{"total": 9, "output": 2}'}).cost == 9
    assert core({"gen_ai.usage.cost": "NaN"}).cost is None


def test_people_and_where_they_come_from():
    attrs = {
        "user.id": "u1",
        "enduser.id": "u1",
        "user.email": "u1@example.com",
        "metadata": json.dumps({"user_id": "u2", "tenant": "t"}),
        "langfuse.trace.metadata.email": '"u3@example.com"',
        "traceloop.association.properties.user_id": "u4",
        "traceloop.association.properties.customer_id": "u5",
        "langfuse.trace.metadata.plan": "gold",
    }
    assert set(semconv.subjects(attrs)) == {
        SubjectRef("u1", "attr:user.id"),
        SubjectRef("u1", "attr:enduser.id"),
        SubjectRef("u1@example.com", "attr:user.email"),
        SubjectRef("u2", "attr:metadata:user_id"),
        SubjectRef("u3@example.com", "attr:langfuse.trace.metadata.email"),
        SubjectRef("u4", "attr:traceloop.association.properties.user_id"),
        SubjectRef("u5", "attr:traceloop.association.properties.customer_id"),
    }


def test_a_resource_speaks_for_its_spans():
    resource = {"service.name": "s", "deployment.environment": "prod", "openinference.project.name": "p",
                "user.id": "u"}  # fmt: skip
    found = core({}, resource=resource)
    assert (found.project, found.environment, found.user) == ("p", "prod", "u")
    assert core({"user.id": "own"}, resource=resource).user == "own"
    assert semconv.shared(resource).service == "s"


def test_head_keys_are_all_that_decides():
    """Whatever `core` reads must be among the keys that the fast reader decodes."""
    asked = set()

    class Spy(dict):
        def __contains__(self, key):
            asked.add(key)
            return super().__contains__(key)

        def get(self, key, default=None):
            asked.add(key)
            return super().get(key, default)

    core(Spy({"x": 1}))
    semconv.shared(Spy({"x": 1}))
    assert asked <= semconv.HEAD_KEYS | semconv.HEAD_KEYS_OF_RESOURCE
    assert len(asked) > 40


def test_tags():
    assert core({"tag.tags": ["a", "b", 3, None]}).tags == ("a", "b", "3")
    assert core({"langfuse.trace.tags": '["a"]'}).tags == ("a",)
    assert core({"langsmith.span.tags": "a, b"}).tags == ("a", "b")


@pytest.mark.parametrize(
    ("attrs", "given", "made"),
    [
        ({"input.value": "in", "output.value": "out"}, "in", "out"),
        ({"gen_ai.input.messages": "[]", "gen_ai.output.messages": "[1]"}, "[]", "[1]"),
        ({"gen_ai.tool.call.arguments": "{}", "gen_ai.tool.call.result": ""}, "{}", ""),
        ({"traceloop.entity.input": "i", "traceloop.entity.output": "o"}, "i", "o"),
        ({"langfuse.trace.input": "ti", "langfuse.observation.output": "o"}, "ti", "o"),
        ({"ai.prompt": "p", "ai.response.text": "t"}, "p", "t"),
        ({}, None, None),
    ],
)
def test_content(attrs, given, made):
    assert content.input_of(attrs) == given
    assert content.output_of(attrs) == made


def test_numbered_messages_are_put_together():
    attrs = {
        "gen_ai.prompt.1.role": "user",
        "gen_ai.prompt.0.role": "system",
        "gen_ai.prompt.10.content": "last",
        "gen_ai.prompt.0.content": "be kind",
        "gen_ai.completion.0.tool_calls.0.name": "crm",
        "gen_ai.completion.0.tool_calls.1.name": "mail",
        "llm.output_messages.0.message.content": "ignored: the first list wins only where it is one",
    }
    assert content.input_of(attrs) == [
        {"role": "system", "content": "be kind"},
        {"role": "user"},
        {"content": "last"},
    ]
    assert content.numbered(attrs, "gen_ai.completion.") == [
        {"tool_calls": [{"name": "crm"}, {"name": "mail"}]}
    ]
    assert content.output_of(attrs) == [{"content": "ignored: the first list wins only where it is one"}]


def test_hostile_numbered_keys():
    attrs = {"gen_ai.prompt." + "0." * 5000: 1, "gen_ai.prompt.99999999999.a": 2, "gen_ai.prompt.²": 3,
             "gen_ai.prompt.0": "text", "gen_ai.prompt.0.role": "user", "gen_ai.prompt.": 4}  # fmt: skip
    assert isinstance(content.input_of(attrs), list)
