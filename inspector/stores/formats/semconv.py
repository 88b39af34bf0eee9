"""What attributes say about a span, in every convention that tools write: OpenInference, OpenTelemetry GenAI,
OpenLLMetry (traceloop), Langfuse, pydantic-ai/logfire, the Vercel AI SDK, LangSmith's OTel export.

Each tuple lists keys in the order in which they are believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from msgspec import Struct

from inspector.model import NO_TOKENS, Kind, SubjectRef, Tokens, Value
from inspector.stores.formats.kinds import kind_of
from inspector.stores.formats.values import float_of, int_of, object_in, text_of, texts_of

Attrs: TypeAlias = Mapping[str, Value]

KIND: Final = (
    "openinference.span.kind",
    "langfuse.observation.type",
    "traceloop.span.kind",
    "gen_ai.operation.name",
    "mlflow.spanType",
    "langsmith.span.kind",
    "llm.request.type",
    "ai.operationId",
)
# A span that states no kind is told by a key that only such spans carry.
IMPLIED: Final = (
    ("gen_ai.tool.name", Kind.TOOL),
    ("gen_ai.tool.call.arguments", Kind.TOOL),
    ("pydantic_ai.all_messages", Kind.AGENT),
    ("all_messages_events", Kind.AGENT),
    ("gen_ai.request.model", Kind.LLM),
    ("llm.model_name", Kind.LLM),
    ("embedding.model_name", Kind.EMBEDDING),
)
MODEL: Final = (
    "langfuse.observation.model.name",
    "gen_ai.request.model",
    "gen_ai.response.model",
    "llm.model_name",
    "llm.request.model",
    "llm.response.model",
    "embedding.model_name",
    "reranker.model_name",
    "ai.model.id",
    "model_name",
)
TOKENS_IN: Final = (
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.token_count.prompt",
    "llm.usage.prompt_tokens",
    "ai.usage.promptTokens",
    "ai.usage.inputTokens",
)
TOKENS_OUT: Final = (
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "llm.token_count.completion",
    "llm.usage.completion_tokens",
    "ai.usage.completionTokens",
    "ai.usage.outputTokens",
)
TOKENS_ALL: Final = ("llm.token_count.total", "llm.usage.total_tokens", "gen_ai.usage.total_tokens")
USAGE: Final = "langfuse.observation.usage_details"
COST: Final = ("llm.cost.total", "gen_ai.usage.cost", "operation.cost", "gen_ai.usage.total_cost")
COSTS: Final = "langfuse.observation.cost_details"
USER: Final = (
    "user.id",
    "langfuse.user.id",
    "langfuse.trace.user_id",
    "enduser.id",
    "traceloop.association.properties.user_id",
    "gen_ai.user.id",
    "gen_ai.user",
    "ai.telemetry.metadata.userId",
    "langsmith.metadata.user_id",
    "user_id",
)
SESSION: Final = (
    "session.id",
    "langfuse.session.id",
    "langfuse.trace.session_id",
    "gen_ai.conversation.id",
    "traceloop.association.properties.session_id",
    "traceloop.association.properties.thread_id",
    "langsmith.trace.session_id",
    "ai.telemetry.metadata.sessionId",
    "session_id",
    "thread_id",
)
SUBJECT: Final = (*USER, "enduser.pseudo.id", "user.email", "user.name", "user.hash", "enduser.email")
ENVIRONMENT: Final = ("langfuse.environment", "deployment.environment.name", "deployment.environment")
LEVEL: Final = "langfuse.observation.level"
PROJECT: Final = ("openinference.project.name", "langsmith.project", "project.name")
TAGS: Final = ("tag.tags", "langfuse.trace.tags", "langsmith.span.tags")

HEAD_KEYS: Final = frozenset(
    (
        *KIND, *(key for key, _ in IMPLIED), *MODEL, *TOKENS_IN, *TOKENS_OUT, *TOKENS_ALL, USAGE, LEVEL,
        *COST, COSTS, *USER, *SESSION, *ENVIRONMENT, *PROJECT, *TAGS,
    )
)  # fmt: skip
"""All that `core` looks at: a fast reader decodes these attributes and no other."""
HEAD_KEYS_OF_RESOURCE: Final = frozenset(("service.name", *PROJECT, *ENVIRONMENT, *USER, *SESSION))
"""All that `shared` looks at."""


class Shared(Struct, frozen=True):
    """What a resource says for all its spans."""

    service: str | None = None
    project: str | None = None
    environment: str | None = None
    user: str | None = None
    session: str | None = None


class Core(Struct, frozen=True):
    """What attributes say that a list needs."""

    kind: Kind
    kind_written: str
    model: str | None
    tokens: Tokens
    cost: float | None
    user: str | None
    session: str | None
    project: str | None
    environment: str | None
    tags: tuple[str, ...]


NO_SHARED: Final = Shared()


def shared(resource: Attrs) -> Shared:
    """The facts of a resource's attributes."""
    return Shared(
        service=text_of(resource.get("service.name")),
        project=first(resource, PROJECT),
        environment=first(resource, ENVIRONMENT),
        user=first(resource, USER),
        session=first(resource, SESSION),
    )


def core(attrs: Attrs, resource: Shared, span_kind: str = "") -> Core:
    """The facts of a span; `span_kind` is its OpenTelemetry kind, believed where no attribute says more."""
    if not attrs:
        kind = kind_of(span_kind) if span_kind else Kind.UNKNOWN
        return Core(kind, span_kind, None, NO_TOKENS, None, resource.user, resource.session, resource.project,
                    resource.environment, ())  # fmt: skip
    kind, written = kind_in(attrs, span_kind)
    return Core(
        kind=kind,
        kind_written=written,
        model=first(attrs, MODEL),
        tokens=tokens_in(attrs),
        cost=cost_in(attrs),
        user=first(attrs, USER) or resource.user,
        session=first(attrs, SESSION) or resource.session,
        project=first(attrs, PROJECT) or resource.project,
        environment=first(attrs, ENVIRONMENT) or resource.environment,
        tags=tags_in(attrs),
    )


def first(attrs: Attrs, keys: tuple[str, ...]) -> str | None:
    """The first of `keys` that holds a text or a number."""
    for key in keys:
        if key in attrs and (text := text_of(attrs[key])) is not None:
            return text
    return None


def kind_in(attrs: Attrs, span_kind: str) -> tuple[Kind, str]:
    """Kind and its word: as an attribute states it, else as one implies it, else OpenTelemetry's."""
    for key in KIND:
        if key in attrs and (written := text_of(attrs[key])) is not None:
            kind = _vercel(written) if key == "ai.operationId" else kind_of(written)
            if kind is not Kind.UNKNOWN or not span_kind:
                return kind, written
    for key, kind in IMPLIED:
        if key in attrs:
            return kind, span_kind or kind.value
    return (kind_of(span_kind) if span_kind else Kind.UNKNOWN), span_kind


def _vercel(operation: str) -> Kind:
    """Vercel AI SDK: `ai.generateText` wraps `ai.generateText.doGenerate`, which is the model call."""
    if operation == "ai.toolCall":
        return Kind.TOOL
    if ".embed" in operation:
        return Kind.EMBEDDING
    return Kind.LLM if operation.endswith((".doGenerate", ".doStream")) else Kind.CHAIN


def tokens_in(attrs: Attrs) -> Tokens:
    """Token counts, from single keys or Langfuse's `usage_details`."""
    given = Tokens(_count(attrs, TOKENS_IN), _count(attrs, TOKENS_OUT), _count(attrs, TOKENS_ALL))
    if given == NO_TOKENS and USAGE in attrs:
        return usage(object_in(attrs[USAGE]))
    return NO_TOKENS if given == NO_TOKENS else given


def usage(details: Mapping[str, object]) -> Tokens:
    """Token counts of a usage object, whatever its writer calls them."""
    return Tokens(
        _any_count(details, ("input", "input_tokens", "prompt_tokens", "promptTokens", "inputTokens")),
        _any_count(
            details, ("output", "output_tokens", "completion_tokens", "completionTokens", "outputTokens")
        ),
        _any_count(details, ("total", "total_tokens", "totalTokens")),
    )


def _any_count(details: Mapping[str, object], keys: tuple[str, ...]) -> int | None:
    return next((count for key in keys if (count := int_of(details.get(key))) is not None), None)


def _count(attrs: Attrs, keys: tuple[str, ...]) -> int | None:
    for key in keys:
        if key in attrs and (count := int_of(attrs[key])) is not None:
            return count
    return None


def cost_in(attrs: Attrs) -> float | None:
    """Cost in US dollars, from a single key or Langfuse's `cost_details`."""
    for key in COST:
        if key in attrs and (cost := float_of(attrs[key])) is not None:
            return cost
    if COSTS not in attrs:
        return None
    details = object_in(attrs[COSTS])
    if (total := float_of(details.get("total"))) is not None:
        return total
    parts = [part for value in details.values() if (part := float_of(value)) is not None]
    return sum(parts) if parts else None


def tags_in(attrs: Attrs) -> tuple[str, ...]:
    """The tags of the first key that has some."""
    for key in TAGS:
        if key in attrs and (tags := texts_of(attrs[key])):
            return tags
    return ()


_IN_METADATA: Final = (
    "user_id",
    "userId",
    "user",
    "user.id",
    "email",
    "user_email",
    "enduser_id",
    "customer_id",
)
_METADATA: Final = ("metadata", "langfuse.trace.metadata", "langfuse.observation.metadata")
_METADATA_PREFIXES: Final = (
    "langfuse.trace.metadata.",
    "langfuse.observation.metadata.",
    "traceloop.association.properties.",
    "langsmith.metadata.",
)


def subjects(attrs: Attrs, source: str = "attr") -> list[SubjectRef]:
    """The people that attributes name in fields made for it, each with its field; a person may come twice."""
    found = [
        SubjectRef(text, f"{source}:{key}")
        for key in SUBJECT
        if key in attrs and (text := text_of(attrs[key])) is not None
    ]
    for key in _METADATA:
        if key in attrs:
            found += subjects_in(object_in(attrs[key]), f"{source}:{key}")
    for key, value in attrs.items():
        if (
            key.startswith(_METADATA_PREFIXES)
            and key.rpartition(".")[2] in _IN_METADATA
            and key not in SUBJECT
        ):
            text = text_of(value)
            if text is not None:
                found.append(SubjectRef(_unquoted(text), f"{source}:{key}"))
    return found


def subjects_in(metadata: Mapping[str, object], source: str) -> list[SubjectRef]:
    """The people a metadata object names at its top: `trace.metadata:user_id`."""
    return [
        SubjectRef(text, f"{source}:{key}")
        for key in _IN_METADATA
        if (text := text_of(metadata.get(key))) is not None
    ]


def _unquoted(text: str) -> str:
    """Langfuse writes metadata strings JSON-encoded: `"a"` for a."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1] else text
