"""What a SQLite format is: it knows the tables of one program and turns their rows into traces.

A format never opens files; it asks a `Database`, which guards against damage and hostile schemas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from msgspec import Struct

from inspector.model import Batch, Place, RowPlace, SideRecord, Trace
from inspector.stores.sqlite_formats import SHIPPED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.stores.base import FormatInfo
    from inspector.stores.sqlite_db import Database, Schema


class Match(Struct, frozen=True):
    """A format recognised its tables and columns."""

    variant: str = ""


class Revision(Struct, frozen=True):
    """Which schema a database has. One that isn't `known` is read, and never written."""

    schema: str
    known: bool
    banner: str = ""


class SqliteFormat(Protocol):
    """One file of `formats/` has one, as `FORMAT`; it holds no state."""

    @property
    def info(self) -> FormatInfo: ...

    def recognise(self, schema: Schema) -> Match | None:
        """By tables and columns, never by the file's name."""

    def revision(self, db: Database) -> Revision:
        """Cheap: no table is read whole."""

    def scan(self, db: Database) -> Iterator[Batch]:
        """The newest first, in small steps; `Batch.done` is in bytes of `db.bytes`."""

    def load(self, db: Database, trace_id: str, rows: Sequence[RowPlace]) -> Trace | None:
        """The trace whole; none where it is gone. `rows` are the places of its heads."""

    def side_records(self, db: Database) -> Iterator[SideRecord]: ...


@runtime_checkable
class HasTextSearch(Protocol):
    """Optional: a format that can ask its tables for a text."""

    def traces_with(self, db: Database, text: str, stopped: Callable[[], bool]) -> Iterator[str] | None:
        """See `inspector.stores.base.HasTexts`."""


def recognised(module: str, name: str, schema: Schema) -> Match | None:
    """A shipped format's answer: what its entry in the list of formats says."""
    fits = any((each.module, each.name) == (module, name) and each.fits(schema) for each in SHIPPED)
    return Match() if fits else None


def row_places(places: Sequence[Place]) -> list[RowPlace]:
    return [place for place in places if isinstance(place, RowPlace)]
