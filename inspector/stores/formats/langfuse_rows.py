"""Langfuse's rows by their export names, whichever of the two spellings they are written in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from inspector.model import NO_TOKENS, Tokens
from inspector.stores.formats import semconv
from inspector.stores.formats.shape import names
from inspector.stores.formats.values import float_of, object_in, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def camel(name: str) -> str:
    """`parent_observation_id` as the API writes it: `parentObservationId`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def either(names: str) -> frozenset[str]:
    """Names in both spellings."""
    words = names.split()
    return frozenset((*words, *map(camel, words)))


class Row(Struct, frozen=True):
    """A row; its fields are asked for by their snake_case names."""

    value: Mapping[str, object]

    def get(self, name: str) -> object:
        found = self.value.get(name)
        return self.value.get(camel(name)) if found is None else found

    def has(self, name: str) -> bool:
        return name in self.value or camel(name) in self.value

    def text(self, *names: str) -> str | None:
        """The first of `names` that holds a text or a number; an empty string is none."""
        return next((text for name in names if (text := text_of(self.get(name))) is not None), None)


_TYPES: Final = names("SPAN GENERATION EVENT AGENT TOOL CHAIN RETRIEVER EVALUATOR EMBEDDING GUARDRAIL")


def is_observation(row: Row) -> bool:
    """Whether a row is an observation: it has a type of Langfuse's, or a place in a tree of them."""
    return row.has("parent_observation_id") or (row.text("type") in _TYPES and row.has("start_time"))


def is_score(row: Row) -> bool:
    """Whether a row is a score: it judges a trace, an observation or a session."""
    return row.has("name") and row.has("value") and (row.has("data_type") or row.has("observation_id"))


def is_trace(row: Row) -> bool:
    """Whether a row is a trace: it has an id and a time, and belongs to no other trace."""
    return row.has("id") and row.has("timestamp") and not row.has("trace_id")


def tokens_of(row: Row) -> Tokens:
    """`usage_details`, or the `usage` of older rows."""
    tokens = semconv.usage(object_in(row.get("usage_details")))
    return semconv.usage(object_in(row.get("usage"))) if tokens == NO_TOKENS else tokens


def cost_of(row: Row) -> float | None:
    """US dollars: the total as computed by Langfuse, else the sum of what the row lists."""
    stated = float_of(row.get("total_cost"))
    details = object_in(row.get("cost_details"))
    if stated is not None:
        return stated
    if (total := float_of(details.get("total"))) is not None:
        return total
    parts = [part for value in details.values() if (part := float_of(value)) is not None]
    return sum(parts) if parts else None
