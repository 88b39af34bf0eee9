"""What of a JSON record can go by itself, and what has to follow when it does: a format's say in an edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.stores.edits import Unit
    from inspector.stores.formats.base import Object, Record

Path: TypeAlias = tuple[str | int, ...]


class Removed:
    """The value of a Change that takes something out."""


REMOVED: Final = Removed()
Fresh: TypeAlias = str | int | float | Removed | None
Change: TypeAlias = tuple[Path, Fresh]


@dataclass(frozen=True, slots=True)
class Part:
    """A span, a trace's own object, or another record, with the way to it from the record's value."""

    path: Path
    unit: Unit
    trace_id: str
    span_id: str
    label: str
    """What it is called in counts: `span`, `log`, `score`."""
    parent: str | None = None
    written: str = ""
    """The span id as its writer spells it, where the model's spelling is another."""


class Gone(Protocol):
    """What an edit takes away."""

    def trace(self, trace_id: str) -> bool: ...

    def span(self, trace_id: str, span_id: str) -> bool:
        """By itself, or with its trace."""

    def heir(self, trace_id: str, span_id: str) -> str | None:
        """The nearest ancestor that stays of a span that goes, as its writer spells it; none: a root."""


def nothing_mended(value: Object, part: Part, gone: Gone) -> Sequence[Change]:
    return ()


def nothing_counted(value: Object, gone: Sequence[Part]) -> Sequence[Change]:
    return ()


@dataclass(frozen=True, slots=True)
class FormatEdits:
    """How records of one format are edited."""

    parts: Callable[[Record], Sequence[Part]]
    """All of them, holders before what they hold. Empty for a record that is none of the format's own."""
    mended: Callable[[Object, Part, Gone], Sequence[Change]] = nothing_mended
    """What changes in a span that stays: its parent, its links. Paths begin at the span."""
    counted: Callable[[Object, Sequence[Part]], Sequence[Change]] = nothing_counted
    """What changes in a record's own totals when spans of it go. Paths begin at the record."""
    prunes: bool = False
    """Whether a list that becomes empty takes along what holds it."""
    nested: str = ""
    """The key of a span's list of children, where they stand inside it."""


@runtime_checkable
class HasEdits(Protocol):
    """Optional: a JSON format whose records can be edited."""

    @property
    def edits(self) -> FormatEdits: ...


def part_of(parts: Sequence[Part], path: Path) -> Sequence[Part]:
    """To which parts a place within a record belongs: the innermost that holds it; of something that several
    share, all of them."""
    holding = [part for part in parts if path[: len(part.path)] == part.path]
    deepest = max((len(part.path) for part in holding), default=-1)
    inner = [part for part in holding if len(part.path) == deepest]
    if deepest >= 0 and path:
        return inner
    for size in range(len(path), -1, -1):
        sharing = [part for part in parts if part.path[:size] == path[:size]]
        if sharing:
            return sharing
    return ()
