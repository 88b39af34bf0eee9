"""What the screen and the reports may know: shown types, and the protocols behind which raw values stay.

A shown text is made of segments and is sanitised when it is made, so nothing that reaches a widget or a
report can hold a control byte, a bidi control or an unredacted value that the policy hides.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, runtime_checkable

from msgspec import Struct
from msgspec.structs import force_setattr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.view_stats import Findings, Stats, Times


class State(StrEnum):
    PLAIN = "plain"
    REDACTED = "redacted"
    LOCKED = "locked"
    REVEALED = "revealed"
    ERASED = "erased"
    UNREDACTABLE = "unredactable"


_PICTURES = {c: chr(0x2400 + c) for c in range(32) if chr(c) not in "\n\t"}
_VISIBLE: dict[int, str] = {
    **_PICTURES,
    0x7F: "\u2421",
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
    **{
        c: f"<U+{c:04X}>"
        for c in (
            0x061C,
            0x200E,
            0x200F,
            *range(0x2028, 0x202F),
            *range(0x2066, 0x206A),
            0xFEFF,
            0xFFF9,
            0xFFFA,
            0xFFFB,
        )
    },
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
    **dict.fromkeys(range(0xE0000, 0xE0080), "\ufffd"),
}
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def sanitise(text: str) -> str:
    """`text` with every character that a terminal could act on made visible; newline and tab stay."""
    if text.isprintable() or _UNSAFE.search(text) is None:
        return text
    return text.translate(_VISIBLE)


class Segment(Struct, frozen=True):
    """A run of text in one state. `text` is what a plain reader sees: for a hidden value its placeholder."""

    text: str
    state: State = State.PLAIN
    type: str = ""
    """What was hidden: `email`, `credential.openai`."""
    tag: str = ""
    """Keyed tag of a hashed value (16 hex), or the hint that a partial mask leaves."""
    operator: str = ""
    rule: str = ""
    level: str = ""
    note: str = ""
    """Who could open a locked value, until when a revealed one stays, when and why one was erased."""

    def __post_init__(self) -> None:
        for name in ("text", "tag", "note", "rule", "type"):
            value: str = getattr(self, name)
            clean = sanitise(value)
            if clean is not value:
                force_setattr(self, name, clean)


class ShownText(Struct, frozen=True):
    """Segments in reading order."""

    segments: tuple[Segment, ...]

    def __str__(self) -> str:
        return "".join(s.text for s in self.segments)

    def __bool__(self) -> bool:
        return any(s.text for s in self.segments)

    @property
    def hidden(self) -> int:
        """How many segments are not plain."""
        return sum(s.state is not State.PLAIN for s in self.segments)


EMPTY = ShownText(())


def plain(text: str) -> ShownText:
    """A text of the program's own, or one that was found clean by the engine."""
    return ShownText((Segment(text),)) if text else EMPTY


class ShownMap(Struct, frozen=True):
    pairs: tuple[tuple[ShownText, ShownValue], ...]


class ShownList(Struct, frozen=True):
    items: tuple[ShownValue, ...]


ShownValue: TypeAlias = "bool | int | float | ShownText | ShownList | ShownMap | None"


class ShownAttribute(Struct, frozen=True):
    key: ShownText
    value: ShownValue


class Redaction(Struct, frozen=True):
    """One hidden value of a span: where (dotted path), what and how; never the value."""

    path: str
    type: str
    operator: str


class ShownEvent(Struct, frozen=True):
    name: ShownText
    time: int | None
    attributes: tuple[ShownAttribute, ...]


class ShownLink(Struct, frozen=True):
    trace_id: ShownText
    span_id: ShownText
    attributes: tuple[ShownAttribute, ...]


class ShownPart(Struct, frozen=True):
    """One part of a message. Text, thinking and tool results are `text`; calls have a name and arguments."""

    kind: Literal["text", "thinking", "tool_call", "tool_result", "media"]
    text: ShownText = EMPTY
    name: ShownText = EMPTY
    arguments: ShownValue = None
    call_id: ShownText = EMPTY


class ShownMessage(Struct, frozen=True):
    role: ShownText
    parts: tuple[ShownPart, ...]
    direction: Literal["input", "output"]


class ShownSpan(Struct, frozen=True):
    """One span in full. Times are ns since the epoch; `duration` is ns."""

    trace_id: ShownText
    span_id: ShownText
    parent_id: ShownText | None
    name: ShownText
    kind: str
    kind_written: ShownText
    start: int | None
    end: int | None
    status: str
    status_message: ShownText
    attributes: tuple[ShownAttribute, ...]
    events: tuple[ShownEvent, ...]
    links: tuple[ShownLink, ...]
    resource: tuple[ShownAttribute, ...]
    scope_name: ShownText
    scope_version: ShownText
    scope_attributes: tuple[ShownAttribute, ...]
    service: ShownText | None
    project: ShownText | None
    environment: ShownText | None
    session: ShownText | None
    user: ShownText | None
    input: ShownValue
    output: ShownValue
    conversation: tuple[ShownMessage, ...]
    model: ShownText | None
    tokens_input: int | None
    tokens_output: int | None
    tokens: int | None
    cost: float | None
    tags: tuple[ShownText, ...]
    annotations: tuple[ShownAttribute, ...]
    raw: ShownText
    """The stored object, pretty JSON, redacted."""
    flags: tuple[str, ...]
    redactions: tuple[Redaction, ...]

    @property
    def duration(self) -> int | None:
        return None if self.start is None or self.end is None else self.end - self.start


class SpanIds(Protocol):
    """The ids of a trace's spans, each redacted when asked for."""

    def of(self, index: int) -> ShownText: ...


class SpanNode(Struct, frozen=True):
    """A span's row in the tree, in display order (depth first, children by start)."""

    index: int
    """Position in the trace; the handle for `View.span`."""
    depth: int
    last: bool
    """Whether it is its parent's last child."""
    children: int
    name: ShownText
    kind: str
    start: int | None
    end: int | None
    status: str
    note: ShownText
    """A short fact for the row: model and tokens, an HTTP status, the error's first words."""
    tokens_input: int | None = None
    tokens_output: int | None = None
    cost: float | None = None
    service: ShownText | None = None
    ids: SpanIds | None = None

    @property
    def span_id(self) -> ShownText:
        return EMPTY if self.ids is None else self.ids.of(self.index)


class TraceKey(Struct, frozen=True):
    """A handle of a trace in this view: stable while the view is open, meaningless outside."""

    store: int
    row: int


class TraceRow(Struct, frozen=True):
    """One line of the list. `start` is ns since the epoch, `duration` ns."""

    key: TraceKey
    trace_id: ShownText
    name: ShownText
    kind: str
    start: int | None
    duration: int | None
    spans: int
    errors: int
    status: str
    service: ShownText | None
    project: ShownText | None
    environment: ShownText | None
    session: ShownText | None
    user: ShownText | None
    model: ShownText | None
    tokens: int | None
    cost: float | None
    tags: tuple[ShownText, ...]
    store: ShownText


class ShownTrace(Struct, frozen=True):
    row: TraceRow
    nodes: tuple[SpanNode, ...]
    attributes: tuple[ShownAttribute, ...]
    input: ShownValue
    output: ShownValue
    annotations: tuple[ShownAttribute, ...]
    side: int
    raw: ShownText
    """What the store holds of the trace beside its spans: its own row or line, redacted; empty if nothing."""


class ShownProblem(Struct, frozen=True):
    where: str
    what: str
    count: int


class StoreSummary(Struct, frozen=True):
    """What `inspector info` prints of one store. `oldest` and `newest` are ns since the epoch."""

    name: ShownText
    format: str
    schema: str
    traces: int
    spans: int
    errors: int
    oldest: int | None
    newest: int | None
    bytes: int
    writable: bool
    side_records: int
    problems: tuple[ShownProblem, ...]
    banner: str


class Badge(Struct, frozen=True):
    """What the header says of the situation. Empty strings are not drawn."""

    role: str
    proved: bool
    audit: str = ""
    audit_ok: bool = True
    unsafe: str = ""
    """Why what is shown is less than fully redacted; paints the screen as unsafe."""


class Progress(Struct, frozen=True):
    """How far a scan is, in bytes; `total` 0 means unknown."""

    done: int
    total: int
    traces: int
    spans: int
    finished: bool = False


class Hit(Struct, frozen=True):
    """One span in which a search found something, with a redacted snippet around it."""

    key: TraceKey
    span: int
    trace_id: ShownText
    span_id: ShownText
    path: str
    snippet: ShownText
    store: ShownText


class ShownAuditRecord(Struct, frozen=True):
    """One line of the audit of a trace. `time` is ns since the epoch; texts are sanitised."""

    seq: int
    time: int | None
    who: str
    role: str
    action: str
    outcome: str
    """`announced` for an act that has not ended."""
    counts: str
    reason: str


class Unlocked(Struct, frozen=True):
    """What is open at the moment. `until`: ns since the epoch, 0 while nothing is; `records` of the audit."""

    values: int = 0
    until: int = 0
    reason: str = ""
    records: tuple[int, ...] = ()


class Sort(Struct, frozen=True):
    field: str = "start"
    """A trace field of the query language."""
    descending: bool = True


NEWEST_FIRST = Sort()


class Rows(Protocol):
    """An ordered, filtered list of traces: a snapshot that a page of can be had at any time."""

    @property
    def count(self) -> int: ...

    def page(self, start: int, n: int) -> Sequence[TraceRow]: ...

    def position(self, key: TraceKey) -> int | None:
        """Where a trace stands in this list, or none if it is filtered out."""

    def starts(self, hits: Sequence[Hit]) -> Sequence[int | None]:
        """When the traces began in which something was found, ns; from the index alone."""

    def times(self, parts: int, start: int | None = None, end: int | None = None) -> Times | None:
        """All traces of the list over time, or those that began from `start` up to `end` (ns); none where no
        trace has a time."""

    def stats(self, report: Callable[[float], None], stopped: Callable[[], bool]) -> Stats:
        """From the index alone. `report` gets the share done; once `stopped`, what is returned counts for
        nothing."""

    def findings(self, report: Callable[[Findings], None], stopped: Callable[[], bool]) -> None:
        """Read the traces in the list's order for what the policy hides in them; `report` now and then."""


class View(Protocol):
    """The redacted view of one or more open stores. Methods are safe to call from any thread."""

    def badge(self) -> Badge: ...

    def summaries(self) -> Sequence[StoreSummary]:
        """One a store, exact once the scan has finished."""

    def scan(self, report: Callable[[Progress], None], stopped: Callable[[], bool]) -> None:
        """Read the structure of all stores; call `report` after each step, leave when `stopped` says so."""

    def deepen(self, stopped: Callable[[], bool]) -> None:
        """Find out what no list waits for: which types of values each span hides. At low priority."""

    def progress(self) -> Progress: ...

    def follow(self, report: Callable[[Progress], None], stopped: Callable[[], bool]) -> None:
        """Take in what is added to the stores from now on, until `stopped`; `report` when there is more."""

    def rows(self, query: str = "", sort: Sort = NEWEST_FIRST) -> Rows:
        """Raises UsageError (with the column) for a query that can't be parsed."""

    def find(self, trace_id: str) -> TraceKey | None:
        """The trace with this id as printed, or none."""

    def trace(self, key: TraceKey) -> ShownTrace: ...

    def span(self, key: TraceKey, index: int, *, raw: bool = True) -> ShownSpan:
        """Without `raw` the stored object as a whole isn't in it, which costs a third of the work."""

    def search(self, query: str, stopped: Callable[[], bool]) -> Iterator[Hit]:
        """Spans that satisfy `query` in their redacted text, from the end of each store; audited at the end.

        A hit may come before its trace is in the list: then its key has row -1 and `span` is -1; `locate`
        completes it. Raises UsageError (with the column) for a query that can't be parsed.
        """

    def count(self, query: str, stopped: Callable[[], bool]) -> int:
        """How many hits `search` gives, for less work."""

    def locate(self, hit: Hit) -> Hit:
        """The hit with its trace's row and its span's index. Raises NotFound where the list lacks it."""

    def viewed(self, key: TraceKey) -> None:
        """Record that somebody saw the trace: its detail has been on screen for 1 s, or was printed."""

    def filtered(self, query: str, traces: int) -> None:
        """Record that a list was filtered, once per query that was really asked; never its words."""

    def audit_of(self, key: TraceKey) -> Sequence[ShownAuditRecord]:
        """What the audit log holds of this trace, newest first."""

    def close(self) -> None: ...


@runtime_checkable
class Unveils(Protocol):
    """What a view may also do: open hidden values of a span for a while. What is open is in `View.span` alone.

    An empty `path` is the whole span; what the role may not see of it stays hidden.
    """

    def purposes(self) -> Sequence[str]:
        """The purposes to choose from; where there are some, opening needs one."""

    def reveal(self, key: TraceKey, index: int, path: str, reason: str, purpose: str = "") -> Unlocked:
        """Raises Denied, NotFound where nothing is hidden, UsageError without reason, AuditError."""

    def unlocked(self) -> Unlocked: ...

    def lock(self) -> None:
        """Close everything now."""

    def plaintext(self, key: TraceKey, index: int, path: str) -> str:
        """A value that is open, to be copied; recorded. Raises Denied, or NotFound where it isn't open."""
