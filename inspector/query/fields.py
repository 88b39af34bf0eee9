"""The fields that a query may name, as data: for traces and spans, and for audit records."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from inspector.model import Kind, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

LEVELS = ("public", "internal", "confidential", "restricted")
"""From open to secret."""

HAS = (
    "locked",
    "events",
    "error",
    "exception",
    "links",
    "input",
    "output",
    "conversation",
    "model",
    "tokens",
    "cost",
    "session",
    "user",
    "tags",
    "annotations",
    "parent",
    "pii",
    "problems",
)


class Is(StrEnum):
    """What a field's values are; decides how its operands are read and compared."""

    TEXT = "text"
    NUMBER = "a number"
    DURATION = "a duration such as 5s"
    AGE = "a duration such as 60d"
    TIME = "a date such as 2024-01-31"
    LEVEL = "a level"
    TYPE = "a type such as email"
    WORDS = "words"
    ATTRIBUTE = "an attribute's value"


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: Is
    trace: bool
    """Whether it stands for the trace, outside `span(...)`."""
    span: bool
    """Whether it stands for a span: inside `span(...)`, and where the trace has no such field."""
    help: str
    words: tuple[str, ...] = ()
    """Values to offer."""
    closed: bool = False
    """Whether no other words can occur."""


Fields: TypeAlias = "Mapping[str, Field]"


def _by_name(*fields: Field) -> dict[str, Field]:
    return {f.name: f for f in fields}


TRACES: Fields = _by_name(
    Field("trace", Is.TEXT, True, False, "The trace's id."),
    Field("name", Is.TEXT, True, True, "The trace's name; in span(...) the span's."),
    Field("start", Is.TIME, True, False, "When the trace began (UTC unless an offset is given)."),
    Field("age", Is.AGE, True, False, "How long ago the trace began; a trace without a start has none."),
    Field("dur", Is.DURATION, True, True, "How long the trace took; in span(...) the span."),
    Field("errors", Is.NUMBER, True, False, "How many of its spans failed."),
    Field("spans", Is.NUMBER, True, False, "How many spans it has."),
    Field("tokens", Is.NUMBER, True, True, "Tokens of the trace; in span(...) of the span."),
    Field("cost", Is.NUMBER, True, True, "US dollars of the trace; in span(...) of the span."),
    Field("session", Is.TEXT, True, False, "The session's id."),
    Field("user", Is.TEXT, True, False, "The user's id, as shown."),
    Field("project", Is.TEXT, True, False, "The project."),
    Field("environment", Is.TEXT, True, False, "The environment."),
    Field("service", Is.TEXT, True, False, "The service."),
    Field("tag", Is.TEXT, True, False, "One of the tags."),
    Field("store", Is.TEXT, True, False, "The store's name."),
    Field("span", Is.TEXT, False, True, "The span's id."),
    Field(
        "kind", Is.TEXT, False, True, "What a span does, as written or normal.", tuple(k.value for k in Kind)
    ),
    Field("status", Is.TEXT, False, True, "How a span ended.", tuple(s.value for s in Status), closed=True),
    Field("model", Is.TEXT, False, True, "The model of a span."),
    Field("attr", Is.ATTRIBUTE, False, True, "An attribute by its path: attr.http.method:GET."),
    Field("event", Is.TEXT, False, True, "The name of an event of a span."),
    Field("has", Is.TEXT, False, True, "What a span has.", HAS, closed=True),
    Field(
        "pii", Is.TYPE, False, True, "A type of sensitive value that was found in a span, or any.", ("any",)
    ),
    Field("level", Is.LEVEL, False, True, "How confidential a span is.", LEVELS, closed=True),
    Field("text", Is.WORDS, False, True, "Words anywhere in a span; the same as writing them alone."),
)

AUDIT: Fields = _by_name(
    Field("actor", Is.TEXT, True, False, "Who did it."),
    Field("role", Is.TEXT, True, False, "The role in use."),
    Field("action", Is.TEXT, True, False, "What was done, as erasure.executed."),
    Field("resource", Is.TEXT, True, False, "What it was done to."),
    Field(
        "outcome",
        Is.TEXT,
        True,
        False,
        "How it ended.",
        ("success", "failure", "denied", "partial"),
        closed=True,
    ),
    Field("phase", Is.TEXT, True, False, "Before or after.", ("intent", "outcome"), closed=True),
    Field("op", Is.TEXT, True, False, "The operation's id."),
    Field("seq", Is.NUMBER, True, False, "The record's number."),
    Field("start", Is.TIME, True, False, "When it was recorded."),
    Field("age", Is.AGE, True, False, "How long ago it was recorded."),
    Field("text", Is.WORDS, True, False, "Words anywhere in the record; the same as writing them alone."),
)
