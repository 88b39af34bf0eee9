"""What is to change in a store, and what was changed: said by lifecycle, carried out by `edit_jsonl` and
`edit_sqlite`.

A cell is one stored text: a record of a JSON store, or one column of a row. Whoever looks for something looks
at cells; a format says to which trace, span or side record a hit in a cell belongs, and what else goes with it.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from inspector.intent import Intent
    from inspector.model import Place


class Cell(Struct, frozen=True):
    """`place` is a BytePlace of a whole record, or a RowPlace whose path is the column's name.

    `content` is as stored, with JSON still encoded; unpacked and transcoded for packed files.
    """

    place: Place
    content: bytes

    @property
    def digest(self) -> str:
        return digest(self.content)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Unit(StrEnum):
    TRACE = "trace"
    """Trace-level data that belongs to no one span: metadata, previews, tags."""
    SPAN = "span"
    RECORD = "record"
    """Anything else: a log line, a dataset's copy, a session's row."""


class Owner(Struct, frozen=True):
    """To what a place in a store belongs. `trace_id` and `span_id` are as stored, empty where there is none."""

    unit: Unit
    trace_id: str
    span_id: str
    label: str
    """For counts: a table, or the kind of record; never data."""
    place: Place
    """What would be dropped: the span's, trace's or record's own place."""
    start: int | None = None
    """When a span began, where that was known without loading it; ns since the epoch."""


class Orphans(StrEnum):
    """What becomes of the children of a dropped span."""

    REPARENT = "reparent"
    REMOVE = "remove"


class Rewrite(Struct, frozen=True):
    """Other content for a cell; refused if what is there no longer has the digest."""

    place: Place
    before: str
    after: bytes


class Edits(Struct, frozen=True):
    """A set of changes of one store, all carried out or none."""

    traces: frozenset[str] = frozenset()
    """Go whole: spans, trace rows, side records that name them, and what depends on them."""
    spans: frozenset[tuple[str, str]] = frozenset()
    """(trace id, span id)."""
    records: tuple[Place, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()
    every: Callable[[Cell], bytes | None] | None = None
    """For bulk: asked for each cell that stays; returns its new content, or none to leave it."""
    orphans: Orphans = Orphans.REPARENT
    in_place: bool = False
    """For JSON lines, on request: overwrite them with tombstones of the same length, while a program keeps the
    file open and appends to it."""
    past_readers: bool = False
    """Go on where a reader keeps old bytes in a database's log from being emptied: `Done.partial` then says
    so, and calling again with the same op id completes it. Without it, such a reader raises HeldBack."""
    foreseen: Foreseen | None = None
    """What a preview of these same edits found out, so that it needn't be found out again."""

    @property
    def empty(self) -> bool:
        return not (self.traces or self.spans or self.records or self.rewrites or self.every)


class Foreseen(Protocol):
    """Of use to the editor of the kind that made it, as long as the store is the same."""


def foreseeing(edits: Edits, foreseen: Foreseen | None) -> Edits:
    return edits if foreseen is None else replace(edits, foreseen=foreseen)


class Preview(Struct, frozen=True):
    """What edits would do: rows or elements by table or kind of record, and what is in the way."""

    counts: Mapping[str, int]
    disk_needed: int
    """Bytes that must be free while it runs."""
    refusals: Sequence[str] = ()
    """Sentences; with any the edits can't be carried out (a trigger of the user's, a hard link, a writer)."""
    uncovered: Sequence[str] = ()
    """Sentences: what is outside the store's reach (files elsewhere, siblings, backups beside it)."""
    foreseen: Foreseen | None = None


class FileState(Struct, frozen=True):
    """A file before or after. `sha256` is empty where it no longer exists."""

    path: Path
    size: int
    sha256: str


class Done(Struct):
    """What was done. `partial` is a sentence where it isn't all (a reader kept the log from being emptied)."""

    counts: dict[str, int] = {}
    before: list[FileState] = []
    after: list[FileState] = []
    method: str = ""
    """In words for the certificate, with the SQLite version where one was used."""
    checks: dict[str, str] = {}
    """integrity, foreign keys, each FTS table: what the check said before and after."""
    partial: str = ""


class Step(Struct, frozen=True):
    """Progress of an edit: `done` of `total` in bytes or rows of the phase."""

    phase: str
    done: int
    total: int


class Editor(Protocol):
    """Changes one store. Made for one snapshot: raises HeldBack where the store is another by now."""

    def cells(self, needles: Sequence[bytes] = ()) -> Iterator[Cell]:
        """Every cell, or at least those in whose content one of `needles` stands (ASCII case ignored)."""

    def owners(self, cell: Cell, paths: Sequence[tuple[str | int, ...]]) -> Sequence[Owner]:
        """All to which the paths within the cell's decoded content belong, each once; `()` is the cell as a
        whole. Shared content (a message of several turns) has several. Dropping a record's place drops what
        can't do without it too (a dataset example with its revisions)."""

    def preview(self, edits: Edits) -> Preview: ...

    def carry_out(
        self,
        edits: Edits,
        intent: Intent,
        report: Callable[[Step], None],
        stopped: Callable[[], bool],
    ) -> Done:
        """All or nothing, safe to be killed at any point and to be called again with the same op id.

        Temporary files lie beside the store, are named after the op id and swept at the next start. Stopping
        is heeded while nothing is changed yet. Raises HeldBack, StoreError.
        """

    def files(self) -> Sequence[Path]:
        """Every file that may hold bytes of the store: itself, -wal, -shm, -journal, temporary ones."""

    def close(self) -> None: ...


@runtime_checkable
class Editable(Protocol):
    """Optional: a store that can be changed in place."""

    def editor(self) -> Editor:
        """Opens it for writing when `carry_out` is called, not before. Raises StoreError where that can't be."""
