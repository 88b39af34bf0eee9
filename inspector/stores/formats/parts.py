"""What of a JSON record can go by itself, and what has to follow when it does: a format's say in an edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, runtime_checkable

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from inspector.stores.edits import Unit
    from inspector.stores.formats.base import Object, Record

Path: TypeAlias = tuple[str | int, ...]


class Removed:
    """The value of a Change that takes something out."""


REMOVED: Final = Removed()
Fresh: TypeAlias = str | int | float | Removed | None
Change: TypeAlias = tuple[Path, Fresh]


class Part(Struct, frozen=True):
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
    usage: Mapping[str, float] = field(default_factory=dict)
    """What of it counts in the totals of others: tokens, cost, errors, by names of the format's own."""
    start: int | None = None
    """When a span began, where a format tells it at no cost; else whoever asks loads the span."""


class Gone(Protocol):
    """What an edit takes away."""

    def trace(self, trace_id: str) -> bool: ...

    def span(self, trace_id: str, span_id: str) -> bool:
        """By itself, or with its trace."""

    def heir(self, trace_id: str, span_id: str) -> str | None:
        """The nearest ancestor that stays of a span that goes, as its writer spells it; none: a root."""

    def lost(self, trace_id: str, span_id: str) -> Mapping[str, float]:
        """The sum of `usage` over the spans that go below a span; with an empty id, of the whole trace."""


def nothing_mended(value: Object, part: Part, gone: Gone) -> Sequence[Change]:
    return ()


class FormatEdits(Struct, frozen=True):
    """How records of one format are edited."""

    parts: Callable[[Record], Sequence[Part]]
    """All of them, holders before what they hold. Empty for a record that is none of the format's own."""
    mended: Callable[[Object, Part, Gone], Sequence[Change]] = nothing_mended
    """What changes in a part that stays: its parent, its links, its totals. Paths begin at the part."""
    prunes: bool = False
    """Whether a list that becomes empty takes along what holds it, up to its trace."""
    loose: bool = False
    """Whether a record may name a span without naming its trace."""
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
    if deepest >= 0 and path:
        return [part for part in holding if len(part.path) == deepest]
    for size in range(len(path), -1, -1):
        sharing = [part for part in parts if part.path[:size] == path[:size]]
        if sharing:
            return sharing
    return ()


def reduced(
    value: Object, lost: Mapping[str, float], keys: Mapping[str, str], path: Path = ()
) -> list[Change]:
    """Totals of `value` less what was lost: `keys` says which of its keys adds up what. Never below zero: a
    writer that left a total at 0 had not added up."""
    changes: list[Change] = []
    for key, what in keys.items():
        total, less = value.get(key), lost.get(what, 0)
        if less and isinstance(total, (int, float)) and not isinstance(total, bool) and total > 0:
            rest = max(0, total - less)
            changes.append(((*path, key), int(rest) if isinstance(total, int) else round(rest, 12)))
    return changes


def numbers(**found: float | None) -> dict[str, float]:
    """What of these is there, for `usage`."""
    return {name: number for name, number in found.items() if number}
