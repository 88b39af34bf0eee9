"""What a SQLite format says about changing its store: to what a row belongs, what goes with what, and what has
to be put right after. It says so in rows; the engine alone deletes and updates.

While a format is asked, three temporary tables stand beside its own: `wanted_traces(id)`,
`wanted_spans(trace, span)` and `gone(tab, key)`, the rows that go so far by their rowids.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.stores.edits import Cell, Orphans, Owner, Unit
    from inspector.stores.sqlite_db import Cell as Stored
    from inspector.stores.sqlite_db import Row

Changed: TypeAlias = Mapping[str, frozenset[int]]
"""Rowids of rows that were rewritten, by table."""


class Rows(Protocol):
    """The database, as a format may ask it. Text comes as str; what isn't UTF-8 as bytes."""

    def ask(self, sql: str, values: Sequence[Stored] = ()) -> list[Row]: ...

    def has(self, table: str, *columns: str) -> bool:
        """Whether this revision of the schema has them."""


class Belongs(Struct, frozen=True):
    """To what the rows of a table belong. `trace` and `span` are SQL for ids as stored, over the row `r`."""

    table: str
    unit: Unit
    label: str
    trace: str = "NULL"
    span: str = "NULL"
    whole: tuple[str, str] | None = None
    """The table, and SQL for the rowid, of what is dropped with the row; none where it is the row itself."""


class Gone(Struct, frozen=True):
    """Rows that go: `rowids` is a SELECT of one column, run at once, so that the next may look at `gone`."""

    table: str
    rowids: str
    values: tuple[Stored, ...] = ()


class Put(Struct, frozen=True):
    """Another value for one column of one row that stays."""

    table: str
    rowid: int
    column: str
    value: Stored


class RowEdits(Protocol):
    """One for each format that can be changed; it holds no state."""

    belongs: Mapping[str, Belongs]
    """By table. A table that isn't there is the user's own, and its rows are records of their own."""
    loose: frozenset[tuple[str, str]]
    """Tables and columns whose foreign key would take rows along that are to stay: it is set to null instead."""

    def owners(
        self, rows: Rows, table: str, rowid: int, cell: Cell, paths: Sequence[tuple[str | int, ...]]
    ) -> Sequence[Owner] | None:
        """Where the row alone doesn't tell; none where it does."""

    def gone(self, rows: Rows, orphans: Orphans) -> Iterator[Gone]:
        """What goes with the wanted traces and spans and with what is in `gone` already."""

    def puts(self, rows: Rows, orphans: Orphans) -> Iterator[Put]:
        """New parents and sums; asked before the rows of `gone` go and after cells were rewritten."""

    def settle(self, rows: Rows, changed: Changed) -> Iterator[Put]:
        """What depends on the content of rewritten rows: hashes."""

    def outside(self, rows: Rows) -> Sequence[str]:
        """A sentence for what belongs to rows of `gone` and lies elsewhere."""


@runtime_checkable
class HasRowEdits(Protocol):
    """Optional: a SQLite format that can be changed."""

    @property
    def edits(self) -> RowEdits: ...


def by_table(*entries: Belongs) -> Mapping[str, Belongs]:
    return {entry.table: entry for entry in entries}
