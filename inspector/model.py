"""Traces as stored: raw. Nothing outside stores, index, redaction, session and lifecycle may see these types.

The model keeps what any known format holds: order and repetition of attributes, 64-bit integers, NaN, bytes,
side records, and the physical place of everything so that it can be edited where it lies.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct


class Multimap(Struct, frozen=True):
    """A nested map whose keys repeat; `dict` stands for every other nested map."""

    pairs: tuple[tuple[str, Value], ...]


Value: TypeAlias = "bool | int | float | str | bytes | list[Value] | dict[str, Value] | Multimap | None"


class Attribute(Struct, frozen=True):
    """One key and its value, in stored order; keys may repeat."""

    key: str
    value: Value


Attributes: TypeAlias = tuple[Attribute, ...]


class Kind(StrEnum):
    """What a span does, whatever its format calls it."""

    AGENT = "agent"
    LLM = "llm"
    TOOL = "tool"
    RETRIEVAL = "retrieval"
    EMBEDDING = "embedding"
    RERANKER = "reranker"
    CHAIN = "chain"
    GUARDRAIL = "guardrail"
    EVALUATION = "evaluation"
    PROMPT = "prompt"
    MEMORY = "memory"
    SERVER = "server"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"
    INTERNAL = "internal"
    UNKNOWN = "unknown"


class Status(StrEnum):
    UNSET = "unset"
    OK = "ok"
    ERROR = "error"
    IN_PROGRESS = "in_progress"


class BytePlace(Struct, frozen=True):
    """Bytes of a text store (after decompression and transcoding), and the way inside that record."""

    start: int
    end: int
    path: tuple[str | int, ...] = ()
    line: int = 0
    """1-based line of `start`; 0 where lines mean nothing."""


class RowPlace(Struct, frozen=True):
    """A row of a SQLite store; `key` is its rowid, or its primary key where the table has none."""

    table: str
    key: int | str | tuple[int | str, ...]
    path: tuple[str | int, ...] = ()


Place: TypeAlias = BytePlace | RowPlace


class SubjectRef(Struct, frozen=True):
    """The person a span is about, and the field that says so (`attr:user.id`, `trace.metadata:user_id`)."""

    id: str
    source: str


class Tokens(Struct, frozen=True):
    """Counts as the source gives them; `total` is given or the sum of what is."""

    input: int | None = None
    output: int | None = None
    total: int | None = None

    @property
    def sum(self) -> int | None:
        if self.total is not None:
            return self.total
        if self.input is None and self.output is None:
            return None
        return (self.input or 0) + (self.output or 0)


NO_TOKENS = Tokens()


class Event(Struct, frozen=True):
    name: str
    time: int | None
    """ns since the epoch, or none."""
    attributes: Attributes = ()


class Link(Struct, frozen=True):
    trace_id: str
    span_id: str
    attributes: Attributes = ()


class Scope(Struct, frozen=True):
    name: str = ""
    version: str = ""
    attributes: Attributes = ()


NO_SCOPE = Scope()


class Annotation(Struct, frozen=True):
    """A judgement about a span or trace: an evaluation, feedback, a note."""

    name: str
    value: Value
    place: Place | None = None


class SideRecord(Struct, frozen=True):
    """Something stored with a trace that is no span: a log line, a preview, a dataset copy, an FTS row.

    `trace_id` is empty where the record belongs to no trace of the store.
    """

    kind: str
    trace_id: str
    value: Value
    place: Place


class Span(Struct, frozen=True):
    """One span as its store holds it. Times are ns since the epoch (UTC), or none."""

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    kind: Kind
    kind_written: str
    start: int | None
    end: int | None
    status: Status
    status_message: str
    attributes: Attributes
    place: Place
    events: tuple[Event, ...] = ()
    links: tuple[Link, ...] = ()
    resource: Attributes = ()
    scope: Scope = NO_SCOPE
    time_unit: str = "ns"
    """The unit the source writes: ns, us, ms, s, iso, naive-utc."""
    service: str | None = None
    project: str | None = None
    environment: str | None = None
    session: str | None = None
    user: str | None = None
    subjects: tuple[SubjectRef, ...] = ()
    input: Value = None
    output: Value = None
    model: str | None = None
    tokens: Tokens = NO_TOKENS
    cost: float | None = None
    """US dollars."""
    tags: tuple[str, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    raw: Value = None
    """The span's own object or row, as stored."""
    flags: tuple[str, ...] = ()
    """What is wrong with it: `no trace id`, `no span id`, `bad start`, `truncated`, ..."""


class TraceHead(Struct, frozen=True):
    """What a store says of a trace apart from its spans; every field but the id may be missing."""

    trace_id: str
    name: str | None = None
    start: int | None = None
    end: int | None = None
    status: Status | None = None
    session: str | None = None
    user: str | None = None
    project: str | None = None
    environment: str | None = None
    service: str | None = None
    model: str | None = None
    tokens: Tokens = NO_TOKENS
    cost: float | None = None
    tags: tuple[str, ...] = ()
    place: Place | None = None


class SpanHead(Struct, frozen=True):
    """The structure of a span, enough for the list: everything here may be raw text until redacted."""

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    kind: Kind
    kind_written: str
    start: int | None
    end: int | None
    status: Status
    place: Place
    service: str | None = None
    project: str | None = None
    environment: str | None = None
    session: str | None = None
    user: str | None = None
    model: str | None = None
    tokens: int | None = None
    cost: float | None = None
    tags: tuple[str, ...] = ()


class Trace(Struct, frozen=True):
    """One trace, whole: what its store says of it, its spans in stored order, and its side records."""

    head: TraceHead
    spans: tuple[Span, ...]
    attributes: Attributes = ()
    """Trace-level metadata that belongs to no span."""
    input: Value = None
    output: Value = None
    annotations: tuple[Annotation, ...] = ()
    side: tuple[SideRecord, ...] = ()
    raw: Value = None


class Problem(Struct, frozen=True):
    """Something unreadable: where (`line 7, byte 4113`, `table spans, row 12`) and what, never its content."""

    where: str
    what: str
    count: int = 1


class Batch(Struct):
    """One step of a scan: what was found since the last step."""

    spans: list[SpanHead] = []
    traces: list[TraceHead] = []
    side: int = 0
    """How many side records were passed."""
    problems: list[Problem] = []
    done: int = 0
    """Bytes read so far, of `StoreInfo.bytes`."""


def head_of(span: Span) -> SpanHead:
    """The list's view of a whole span."""
    return SpanHead(
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_id=span.parent_id,
        name=span.name,
        kind=span.kind,
        kind_written=span.kind_written,
        start=span.start,
        end=span.end,
        status=span.status,
        place=span.place,
        service=span.service,
        project=span.project,
        environment=span.environment,
        session=span.session,
        user=span.user,
        model=span.model,
        tokens=span.tokens.sum,
        cost=span.cost,
        tags=span.tags,
    )
