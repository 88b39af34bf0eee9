"""What every store is to the rest of the program: structure by `scan`, content by `load`, read-only."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from inspector.model import Batch, Place, SideRecord, Trace
    from inspector.stores.formats.base import JsonFormat
    from inspector.stores.generation import Generation
    from inspector.stores.sqlite_db import Database


class FormatInfo(Struct, frozen=True):
    """One entry of `inspector formats`."""

    id: str
    """Short and stable: `otlp`, `phoenix`, `tracecraft-jsonl`."""
    title: str
    container: Literal["json", "sqlite"]
    writers: str
    """Which tools write it."""
    editable: bool = False
    """Whether its file returns edits; false means read-only."""


class StoreInfo(Struct, frozen=True):
    path: Path
    """As the user named it; standard input is `-`."""
    format: FormatInfo
    schema: str
    """Schema or variant, as `alembic 4aad9107d196`, `gzip`, ``."""
    bytes: int
    writable: bool
    banner: str = ""
    """One sentence the screen shows on top (unknown schema revision, spans kept outside, ...), or empty."""


class Store(Protocol):
    """An open store. Not thread-safe: one thread scans or loads at a time unless the store says otherwise."""

    @property
    def info(self) -> StoreInfo: ...

    def scan(self) -> Iterator[Batch]:
        """The whole structure in stored order, in steps of a few hundred spans; raises StoreError only if
        nothing can be read. Unreadable places are `Batch.problems`."""

    def load(self, trace_id: str, places: Sequence[Place]) -> Trace:
        """One trace, whole. `places` are those of its heads from `scan`. Raises NotFound if it is gone."""

    def side_records(self) -> Iterator[SideRecord]:
        """Everything that is stored and is no span."""

    def close(self) -> None: ...


class Lines(Struct, frozen=True):
    """A text of lines, each a record of its own, whose places are places in the file: it can be read in
    ranges, by several at a time."""

    fd: int
    """Stays the store's: read it by position, don't close it."""
    size: int
    format: JsonFormat
    module: str | None
    """Where another process finds the format as `FORMAT`; none for a format that didn't come with us."""
    changed: Callable[[], bool]
    """Whether the file was rewritten since it was opened."""

    def ends_at(self, size: int) -> bool:
        """Whether a line ends with the byte before `size`."""
        return size == 0 or os.pread(self.fd, 1, size - 1) == b"\n"

    grows: bool = True
    """Whether it is the store's own file, to which more may come."""


@runtime_checkable
class HasLines(Protocol):
    """Optional: a store that may be a text of lines."""

    def lines(self) -> Lines | None: ...


@runtime_checkable
class HasWorkers(Protocol):
    """Optional: a store that says whether another process may open its path and see the same."""

    def can_be_opened_again(self) -> bool: ...


@runtime_checkable
class HasRows(Protocol):
    """Optional: a store in a database, for a reader that puts its rows into columns."""

    def database(self) -> Database: ...


@runtime_checkable
class Grows(Protocol):
    """Optional: a store that takes its size at opening, and may be told that there is more."""

    def grown(self) -> None: ...


@runtime_checkable
class HasWindows(Protocol):
    """Optional: a store that can give all its text as bytes, to look for something in."""

    def windows(self, overlap: int) -> Iterator[bytes]:
        """Runs of stored bytes, unpacked, some megabytes each. Where a text goes on, the next one begins with
        the last `overlap` bytes of the one before."""


class Text(Protocol):
    """One reading of a text from its beginning, unpacked, as UTF-8."""

    @property
    def file(self) -> BinaryIO: ...

    @property
    def damage(self) -> str:
        """Once it is read: why it ended before its end, or empty."""


@runtime_checkable
class HasText(Protocol):
    """Optional: a store that may be one text."""

    def text(self) -> Text | None: ...


@runtime_checkable
class HasTables(Protocol):
    """Optional: a store in a database."""

    def database(self) -> Database: ...


@runtime_checkable
class HasTexts(Protocol):
    """Optional: a store of rows that can say which of its traces hold a text."""

    def traces_with(self, text: str, stopped: Callable[[], bool]) -> Iterator[str] | None:
        """Ids, as stored, of all traces in whose rows `text` stands in either case, and perhaps of others;
        the newest first, one perhaps several times. None where that can't be told."""


class Log(Struct, frozen=True):
    """A log record that lies in a file of traces; `line` is itself as a line of its format."""

    place: Place
    trace_id: str
    time: int | None
    line: bytes


@runtime_checkable
class HasLogs(Protocol):
    """Optional: a store that may hold log records beside spans."""

    def logs(self) -> Iterator[Log]: ...


@runtime_checkable
class HasGeneration(Protocol):
    """Optional: a store that can say which state of it is open, so that what is kept of it can be trusted."""

    def generation(self) -> Generation: ...
