"""What the list shows of one trace: labels already redacted, numbers rolled up from its spans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from inspector.redaction.result import RedactedText


class Label(Protocol):
    """Redacts a label as it enters the index; `field` is a trace field of the query language, or `trace`."""

    def __call__(self, field: str, text: str) -> RedactedText: ...


class TraceFacts(Struct, frozen=True):
    """Times are ns since the epoch; `tokens` and `cost` count nothing twice where parents repeat children."""

    trace_id: RedactedText
    name: RedactedText
    kind: str
    start: int | None
    end: int | None
    spans: int
    errors: int
    status: str
    service: RedactedText | None
    project: RedactedText | None
    environment: RedactedText | None
    session: RedactedText | None
    user: RedactedText | None
    model: RedactedText | None
    tokens: int | None
    cost: float | None
    tags: tuple[RedactedText, ...]

    @property
    def duration(self) -> int | None:
        return None if self.start is None or self.end is None else self.end - self.start

    @property
    def labels(self) -> tuple[RedactedText, ...]:
        """Every text of the row, for plain-word filters."""
        texts = (
            self.trace_id,
            self.name,
            self.service,
            self.project,
            self.environment,
            self.session,
            self.user,
            self.model,
            *self.tags,
        )
        return tuple(t for t in texts if t is not None)


class Totals(Struct, frozen=True):
    """What `inspector info` counts. `oldest` and `newest` are the starts of traces, ns since the epoch."""

    traces: int = 0
    spans: int = 0
    errors: int = 0
    side: int = 0
    oldest: int | None = None
    newest: int | None = None
