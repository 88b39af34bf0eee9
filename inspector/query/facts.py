"""What the evaluation asks of a trace and its spans. Who answers decides whether from columns or from text.

Answers come from the redacted view wherever a person asks; only a plan evaluates on what is stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from inspector.query.fieldpath import Keys

Scalar: TypeAlias = str | int | float | bool | None
Leaf: TypeAlias = "tuple[str, Keys, Scalar]"
"""A section of `fieldpath.SECTIONS`, the way in it, and what stands there."""


class SpanFacts(Protocol):
    def values(self, field: str) -> Collection[Scalar] | None:
        """A span field's values: none of them is an empty collection, None means not known yet.

        `kind`: as written and normal. `dur`: ns. `cost`: US dollars. `event`: names. `has`: of `fields.HAS`.
        `pii`: every type that was found. `level`: the highest. A trace field that a span has of its own
        (service, project, environment, session, user, tag) beats the trace's in `span(...)` and limits;
        for any other field: empty.
        """

    def leaves(self) -> Iterable[Leaf]:
        """Every scalar in attributes, input, output, resource, events and links; JSON in texts opened."""

    def texts(self) -> Iterable[str]:
        """Everything a free word is looked for in: name, ids, status message, keys and values."""


class TraceFacts(Protocol):
    def values(self, field: str) -> Collection[Scalar] | None:
        """A trace field's values. `start`: ns since the epoch. `dur`: ns. `age` isn't asked for."""

    def texts(self) -> Iterable[str]:
        """What belongs to the trace rather than to a span: its id, name, session, tags, own metadata."""

    def spans(self) -> Iterable[SpanFacts]: ...
