"""The kinds that each convention writes, as the kinds of the model."""

from __future__ import annotations

from typing import Final

from inspector.model import Kind

_WRITTEN: dict[str, Kind] = {
    # OpenInference, Langfuse, MLflow, LangSmith, OpenLLMetry, OpenAI Agents, TraceCraft
    "agent": Kind.AGENT,
    "llm": Kind.LLM,
    "generation": Kind.LLM,
    "chat_model": Kind.LLM,
    "response": Kind.LLM,
    "completion": Kind.LLM,
    "tool": Kind.TOOL,
    "function": Kind.TOOL,
    "mcp_tools": Kind.TOOL,
    "custom": Kind.CHAIN,
    "handoff": Kind.AGENT,
    "turn": Kind.AGENT,
    "task": Kind.CHAIN,
    "workflow": Kind.CHAIN,
    "chain": Kind.CHAIN,
    "span": Kind.CHAIN,
    "parser": Kind.CHAIN,
    "retriever": Kind.RETRIEVAL,
    "retrieval": Kind.RETRIEVAL,
    "embedding": Kind.EMBEDDING,
    "embeddings": Kind.EMBEDDING,
    "reranker": Kind.RERANKER,
    "rerank": Kind.RERANKER,
    "guardrail": Kind.GUARDRAIL,
    "evaluator": Kind.EVALUATION,
    "evaluation": Kind.EVALUATION,
    "prompt": Kind.PROMPT,
    "prompt_template": Kind.PROMPT,
    "memory": Kind.MEMORY,
    # GenAI semantic conventions, gen_ai.operation.name
    "chat": Kind.LLM,
    "text_completion": Kind.LLM,
    "generate_content": Kind.LLM,
    "execute_tool": Kind.TOOL,
    "create_agent": Kind.AGENT,
    "invoke_agent": Kind.AGENT,
    "invoke_workflow": Kind.CHAIN,
    # OpenTelemetry and Zipkin span kinds
    "server": Kind.SERVER,
    "client": Kind.CLIENT,
    "producer": Kind.PRODUCER,
    "consumer": Kind.CONSUMER,
    "internal": Kind.INTERNAL,
    "unspecified": Kind.UNKNOWN,
    "unknown": Kind.UNKNOWN,
}

_WRITTEN |= {word.upper(): kind for word, kind in _WRITTEN.items()}

OTEL_NAMES: Final = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
"""By number, opentelemetry-proto `Span.SpanKind`."""


def kind_of(written: str) -> Kind:
    """The model's kind for a kind as any convention writes it; unknown for a word none of them has."""
    kind = _WRITTEN.get(written)
    if kind is None:
        kind = _WRITTEN.get(written.lower().removeprefix("span_kind_").replace("-", "_"), Kind.UNKNOWN)
    return kind


def otel_kind(value: object) -> str:
    """OpenTelemetry's span kind as a word, from a number, an enum name, or a word; "" where none is given."""
    if isinstance(value, int) and not isinstance(value, bool):
        return OTEL_NAMES[value] if 0 < value < len(OTEL_NAMES) else ""
    if isinstance(value, str):
        word = value.removeprefix("SPAN_KIND_").removeprefix("SpanKind.").upper()
        if word.isdigit() and len(word) == 1:
            return otel_kind(int(word))
        return "" if word == "UNSPECIFIED" else word
    return ""
