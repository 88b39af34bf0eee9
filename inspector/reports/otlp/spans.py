"""A shown span as an OTLP span (opentelemetry-proto trace.proto, its JSON form).

What a source says outside of attributes is said by an attribute of the usual name, unless one says it already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.reports.otlp.ids import SPAN, TRACE, fitting
from inspector.reports.otlp.values import key_values, pair
from inspector.reports.pruning import as_text
from inspector.view import ShownList, ShownMap, ShownText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.reports.json import Json
    from inspector.view import ShownSpan, ShownTrace, ShownValue

_OTEL = {"server": 2, "client": 3, "producer": 4, "consumer": 5}
_STATUS = {"ok": 1, "error": 2}
_KINDS = {
    **{
        k: k.upper()
        for k in ("agent", "llm", "tool", "embedding", "reranker", "chain", "guardrail", "prompt")
    },
    "retrieval": "RETRIEVER",
    "evaluation": "EVALUATOR",
    "memory": "MEMORY",
}
"""OpenInference's words."""
_SAYS = {
    "kind": ("openinference.span.kind", "langfuse.observation.type", "traceloop.span.kind", "mlflow.spanType",
             "gen_ai.operation.name", "langsmith.span.kind", "llm.request.type", "ai.operationId"),
    "model": ("gen_ai.request.model", "gen_ai.response.model", "llm.model_name", "llm.request.model",
              "llm.response.model", "embedding.model_name", "reranker.model_name", "ai.model.id",
              "langfuse.observation.model.name", "model_name"),
    "tokens": ("gen_ai.usage.", "llm.token_count.", "llm.usage.", "ai.usage.", "langfuse.observation.usage_details"),
    "cost": ("llm.cost.total", "gen_ai.usage.cost", "gen_ai.usage.total_cost", "operation.cost",
             "langfuse.observation.cost_details"),
    "user": ("user.id", "user_id", "enduser.id", "langfuse.user.id", "langfuse.trace.user_id", "gen_ai.user",
             "gen_ai.user.id"),
    "session": ("session.id", "session_id", "langfuse.session.id", "langfuse.trace.session_id",
                "gen_ai.conversation.id", "thread_id"),
    "tags": ("tag.tags", "langfuse.trace.tags", "langsmith.span.tags"),
    "input": ("langfuse.observation.input", "input.", "gen_ai.input.", "gen_ai.prompt", "gen_ai.tool.call.arguments",
              "traceloop.entity.input", "mlflow.spanInputs", "llm.input_messages.", "tool_arguments", "ai.prompt",
              "ai.toolCall.args", "pydantic_ai.all_messages", "all_messages_events", "embedding.embeddings.",
              "reranker.input_documents."),
    "output": ("langfuse.observation.output", "output.", "gen_ai.output.", "gen_ai.completion",
               "gen_ai.tool.call.result", "traceloop.entity.output", "mlflow.spanOutputs", "llm.output_messages.",
               "tool_response", "final_result", "ai.response", "ai.toolCall.result", "retrieval.documents.",
               "reranker.output_documents."),
}  # fmt: skip
"""Attributes that say a thing already; a name that ends in a dot stands for all that begin with it."""


def span_json(span: ShownSpan, trace: ShownTrace | None = None) -> dict[str, Json]:
    """`trace`: given with the first span, which then also says what the store says of the trace itself."""
    attributes = key_values(span.attributes)
    attributes += _said(span, {str(a.key) for a in span.attributes})
    if trace is not None:
        attributes += _of_trace(trace)
    out: dict[str, Json] = {
        "traceId": fitting(str(span.trace_id), TRACE),
        "spanId": fitting(str(span.span_id), SPAN),
    }
    if span.parent_id:
        out["parentSpanId"] = fitting(str(span.parent_id), SPAN)
    out["name"] = str(span.name)
    out["kind"] = _OTEL.get(span.kind, 1)
    if span.start is not None and span.start > 0:
        out["startTimeUnixNano"] = str(span.start)
    if span.end is not None and span.end > 0:
        out["endTimeUnixNano"] = str(span.end)
    out["attributes"] = attributes
    if span.events:
        out["events"] = [
            {"timeUnixNano": str(e.time or 0), "name": str(e.name), "attributes": key_values(e.attributes)}
            for e in span.events
        ]
    if span.links:
        out["links"] = [
            {
                "traceId": fitting(str(x.trace_id), TRACE),
                "spanId": fitting(str(x.span_id), SPAN),
                "attributes": key_values(x.attributes),
            }
            for x in span.links
        ]
    out["status"] = _status(span)
    return out


def _status(span: ShownSpan) -> dict[str, Json]:
    status: dict[str, Json] = {"code": _STATUS[span.status]} if span.status in _STATUS else {}
    if span.status_message:
        status["message"] = str(span.status_message)
    return status


def _said(span: ShownSpan, keys: set[str]) -> Iterator[Json]:
    def missing(what: str) -> bool:
        return not any(
            k in keys or (k[-1] == "." and any(key.startswith(k) for key in keys)) for k in _SAYS[what]
        )

    for name, size in (("trace_id", TRACE), ("span_id", SPAN)):
        text = str(getattr(span, name))
        if text and fitting(text, size) != text.lower():
            yield pair(f"inspector.{name}", getattr(span, name))
    if span.kind in _KINDS and missing("kind"):
        yield {"key": "openinference.span.kind", "value": {"stringValue": _KINDS[span.kind]}}
    for what, key, value in (
        ("model", "gen_ai.request.model", span.model),
        ("tokens", "gen_ai.usage.input_tokens", span.tokens_input),
        ("tokens", "gen_ai.usage.output_tokens", span.tokens_output),
        ("cost", "gen_ai.usage.cost", span.cost),
        ("user", "user.id", span.user),
        ("session", "session.id", span.session),
        ("tags", "tag.tags", ShownList(span.tags) if span.tags else None),
        ("input", "input.value", _flat(span.input)),
        ("output", "output.value", _flat(span.output)),
    ):
        if value is not None and missing(what):
            yield pair(key, value)
    if (
        span.tokens is not None
        and span.tokens_input is None
        and span.tokens_output is None
        and missing("tokens")
    ):
        yield pair("llm.token_count.total", span.tokens)
    for a in span.annotations:
        yield pair(f"annotation.{a.key}", a.value)


def _flat(value: ShownValue) -> ShownValue:
    """Input and output are texts by convention: what isn't one becomes its JSON."""
    return as_text(value) if isinstance(value, ShownMap | ShownList) else value


def _of_trace(trace: ShownTrace) -> Iterator[Json]:
    for a in trace.attributes:
        yield pair(f"trace.{a.key}", a.value)
    for name, value in (("trace.input", trace.input), ("trace.output", trace.output)):
        if value is not None:
            yield pair(name, _flat(value))
    for a in trace.annotations:
        yield pair(f"trace.annotation.{a.key}", a.value)


def resource_json(span: ShownSpan) -> list[Json]:
    """The resource's attributes, with service, project and environment where no attribute says them."""
    attributes = key_values(span.resource)
    keys = {str(a.key) for a in (*span.resource, *span.attributes)}
    for key, value, others in (
        ("service.name", span.service, ()),
        ("openinference.project.name", span.project, ("langsmith.project", "project.name")),
        ("deployment.environment.name", span.environment, ("deployment.environment", "langfuse.environment")),
    ):
        if isinstance(value, ShownText) and value and keys.isdisjoint((key, *others)):
            attributes.append(pair(key, value))
    return attributes


def scope_json(span: ShownSpan) -> dict[str, Json]:
    out: dict[str, Json] = {}
    if span.scope_name:
        out["name"] = str(span.scope_name)
    if span.scope_version:
        out["version"] = str(span.scope_version)
    if span.scope_attributes:
        out["attributes"] = key_values(span.scope_attributes)
    return out
