"""What a JSON format is: it looks at decoded objects, says whether they are its own, turns each into spans.

A format never reads files. `records.py` cuts a file into records (lines, elements of a top-level list,
objects one after another) and `json_store.py` calls the format for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from msgspec import Struct

from inspector.model import BytePlace, Problem, SideRecord, Span, SpanHead, Trace, TraceHead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from inspector.model import Annotation, Attributes, Event, Link, Scope, Value
    from inspector.stores.base import FormatInfo

Object: TypeAlias = Mapping[str, object]
"""A decoded JSON object, not checked any further."""


class Record(Struct, frozen=True):
    """One JSON object of a file and where it stands. Lists at the top are given element by element."""

    value: Object
    start: int
    end: int
    line: int
    """1-based line of `start`."""
    path: tuple[str | int, ...] = ()
    """The way from the bytes `start:end` to `value`: empty, or the index in a line that holds a list."""

    def place(self, *path: str | int) -> BytePlace:
        """Where a part of this record stands: `record.place("spans", 3)`."""
        return BytePlace(self.start, self.end, self.path + path, self.line)

    def where(self, *path: str | int) -> str:
        """The same in words, for a Problem. Give keys of the format only, never keys out of the data."""
        steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path + path)
        return f"line {self.line}, byte {self.start}" + (f", {steps.lstrip('.')}" if steps else "")


class Parsed(Struct):
    """What one record holds."""

    spans: list[Span] = []
    """In stored order. A span without a trace id has `trace_id=""`: the store makes one up and flags it."""
    traces: list[Trace] = []
    """What the record says of a trace apart from its spans (`spans=()`); the head's place is the record's."""
    patches: list[Span] = []
    """Later parts of a span that another record holds. Not counted; `finish` gets them."""
    side: list[SideRecord] = []
    problems: list[Problem] = []


class Heads(Struct):
    """The cheap half of `Parsed`: what a list needs."""

    spans: list[SpanHead] = []
    traces: list[TraceHead] = []
    side: int = 0
    side_of: list[str] = []
    """The trace ids that the side records name, "" for none: so that a trace finds its own again."""
    problems: list[Problem] = []


class JsonFormat(Protocol):
    """One file of `formats/` has one, as `FORMAT`; it holds no state."""

    @property
    def info(self) -> FormatInfo: ...

    def score(self, samples: Sequence[Object]) -> int:
        """How surely these first objects of a file are this format's: 0 no, 100 certain.

        Anything above 0 needs at least two distinctive keys in one object (`scored` below helps). The
        highest score wins; samples are at most 20 objects, some may be none of the format's.
        """

    def parse(self, record: Record) -> Parsed:
        """Whole spans of one record. Never raises for any JSON object: what can't be read is a problem, what
        is odd in a span is a flag, and an object that is none of the format's own is a problem too."""


@runtime_checkable
class HasHeads(Protocol):
    """Optional: a format that can give heads without building whole spans."""

    def heads(self, record: Record) -> Heads:
        """The same spans in the same order as `parse`, as heads; equal to `head_of` of each."""


@runtime_checkable
class HasSome(Protocol):
    """Optional: a format whose records hold many spans, few of which are wanted at a time."""

    def some(self, record: Record, paths: frozenset[tuple[str | int, ...]]) -> Parsed:
        """Like `parse`, but with no spans other than those whose place has one of these paths."""


@dataclass(frozen=True, slots=True)
class LogRecord:
    """`path` leads from the record's value to it; `time` is ns since the epoch; `line` is itself as a line of its
    format, with its newline."""

    path: tuple[str | int, ...]
    trace_id: str
    time: int | None
    line: bytes


@runtime_checkable
class HasLogs(Protocol):
    """Optional: a format whose files hold log records beside spans."""

    def logs(self, record: Record) -> Iterable[LogRecord]: ...


@runtime_checkable
class HasFinish(Protocol):
    """Optional: a format whose trace is spread over records."""

    def finish(self, trace: Trace, patches: Sequence[Span]) -> Trace:
        """Called once a trace is loaded whole: carry facts from the trace to its spans, apply patches."""


class SpanTexts(Protocol):
    """What of a span a search looks at: a `Span`, or one that is decoded as far as it is asked for."""

    @property
    def trace_id(self) -> str: ...
    @property
    def span_id(self) -> str: ...
    @property
    def parent_id(self) -> str | None: ...
    @property
    def name(self) -> str: ...
    @property
    def status_message(self) -> str: ...
    @property
    def service(self) -> str | None: ...
    @property
    def project(self) -> str | None: ...
    @property
    def environment(self) -> str | None: ...
    @property
    def session(self) -> str | None: ...
    @property
    def user(self) -> str | None: ...
    @property
    def model(self) -> str | None: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def scope(self) -> Scope: ...
    @property
    def resource(self) -> Attributes: ...
    @property
    def attributes(self) -> Attributes: ...
    @property
    def events(self) -> tuple[Event, ...]: ...
    @property
    def links(self) -> tuple[Link, ...]: ...
    @property
    def input(self) -> Value: ...
    @property
    def output(self) -> Value: ...
    @property
    def annotations(self) -> tuple[Annotation, ...]: ...


@runtime_checkable
class HasNear(Protocol):
    """Optional: a format whose spans are whole in one record each, so that a search need not load traces."""

    def near(
        self, data: bytes, start: int, ends: Sequence[int], holds: Callable[[str], bool]
    ) -> Sequence[SpanTexts]:
        """The spans of a line that have anything to do with the bytes that end at `ends` (ascending, within
        the line), and perhaps others of it. `start` is where the line begins in its text. Of attributes only
        those need have their value in which some text `holds` what is sought."""


def scored(samples: Sequence[Object], needed: Sequence[frozenset[str]], helpful: frozenset[str]) -> int:
    """A score by keys: some sample has every key of one of the `needed` sets (each of two keys or more);
    50, and 5 more for each `helpful` key that sample has, up to 95. 0 when none fits."""
    best = 0
    for sample in samples:
        keys = sample.keys()
        if any(keys >= wanted for wanted in needed):
            best = max(best, min(95, 50 + 5 * len(keys & helpful)))
    return best
