"""Which rows go: those asked for, those the format names with them, and those whose foreign key takes them along.

SQLite would delete the last itself; they are found beforehand so that the plan can count them, so that copies
which hang on them are found too, and so that it can be checked afterwards that they are gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.errors import HeldBack, StoreError
from inspector.model import RowPlace
from inspector.stores.edits import Unit
from inspector.stores.rows.catalog import Contents
from inspector.stores.sqlite_db import quoted

if TYPE_CHECKING:
    from inspector.model import Place
    from inspector.stores.edits import Edits
    from inspector.stores.rows.asking import Asking
    from inspector.stores.rows.catalog import FullText, Reference, Table
    from inspector.stores.rows.declared import RowEdits


def fill(asking: Asking, edits: Edits, declared: RowEdits) -> None:
    """Put the rows that go into `gone`."""
    asking.want(edits.traces, edits.spans)
    for place in edits.records:
        _add_record(asking, place)
    _follow_records(asking, declared)
    for gone in declared.gone(asking, edits.orphans):
        if not asking.has(gone.table):
            continue
        asking.connection.execute(
            f"INSERT OR IGNORE INTO temp.gone SELECT ?, * FROM ({gone.rowids}) WHERE true",
            (gone.table, *gone.values),
        )
        follow(asking, declared)
    for index in asking.catalog.indexes:
        if index.contents is Contents.OWN:
            _add_copies(asking, index)


def counts(asking: Asking) -> dict[str, int]:
    """Rows that go, by table; those of a full-text index under its own name."""
    found = asking.ask("SELECT tab, count(*) FROM temp.gone GROUP BY tab ORDER BY tab")
    named: dict[str, int] = {}
    for table, count in found:
        index = asking.catalog.content_of(str(table))
        named[index.name if index else str(table)] = int(str(count))
    return named


def follow(asking: Asking, declared: RowEdits) -> None:
    """Add rows that refer to rows that go by a foreign key which takes them along, and so on."""
    references = [
        r
        for r in asking.catalog.references
        if r.on_delete == "CASCADE" and (r.child, r.columns[0]) not in declared.loose
    ]
    fresh = set(asking.gone_tables())
    while fresh:
        reached: set[str] = set()
        for reference in references:
            parent = _named(asking, reference.parent)
            if parent is None or parent.name not in fresh or not _by_rowid(asking, reference.child):
                continue
            before = asking.gone(reference.child)
            asking.connection.execute(_takes(asking, reference, parent), (reference.child, parent.name))
            if asking.gone(reference.child) > before:
                reached.add(reference.child)
        fresh = reached


def loosen(asking: Asking, declared: RowEdits) -> None:
    """Let rows stay that a loose foreign key would take along."""
    for reference in asking.catalog.references:
        if (reference.child, reference.columns[0]) not in declared.loose:
            continue
        parent, child = asking.catalog.tables[reference.parent], asking.catalog.tables[reference.child]
        column = quoted(reference.columns[0])
        asking.connection.execute(
            f"UPDATE {quoted(child.name)} SET {column} = NULL WHERE {column} IN "
            f"(SELECT p.{quoted(reference.parent_columns[0])} FROM temp.gone g "
            f"JOIN {quoted(parent.name)} p ON p.{parent.key[0]} = g.key WHERE g.tab = ?) "
            f"AND {child.key[0]} NOT IN (SELECT key FROM temp.gone WHERE tab = ?)",
            (parent.name, child.name),
        )


def table_of(asking: Asking, place: Place) -> Table:
    """The table of a place; raises StoreError where there is none."""
    found = asking.catalog.tables.get(place.table) if isinstance(place, RowPlace) else None
    if found is None:
        raise StoreError("A place to change is not in this database.", "Make the plan again.")
    return found


def _add_record(asking: Asking, place: Place) -> None:
    table = table_of(asking, place)
    assert isinstance(place, RowPlace)
    if len(table.key) == 1 and isinstance(place.key, int):
        there = f"SELECT 1 FROM {quoted(table.name)} WHERE {table.key[0]} = ?"
        if asking.ask(there, (place.key,)):
            asking.connection.execute(
                "INSERT OR IGNORE INTO temp.gone VALUES (?, ?)", (table.name, place.key)
            )
        return
    raise StoreError(
        f"Rows of the table {table.name} have no rowid, so that they can't be dropped one by one.",
        "Drop the trace they belong to.",
    )


def _follow_records(asking: Asking, declared: RowEdits) -> None:
    """A side record takes along what hangs on it, but never traces or spans that nobody asked for."""
    main = [t for t, b in declared.belongs.items() if b.unit is not Unit.RECORD and asking.has(t)]
    roots = {table: asking.gone(table) for table in main}
    if any(roots.values()):
        follow(asking, declared)
        return
    follow(asking, declared)
    for table in main:
        if asking.gone(table):
            raise HeldBack(
                f"A record to be dropped would take rows of the table {table} along.",
                "Drop the traces themselves, or replace the value in the record.",
            )


def _by_rowid(asking: Asking, table: str) -> bool:
    found = asking.catalog.tables.get(table)
    return found is not None and len(found.key) == 1


def _named(asking: Asking, name: str) -> Table | None:
    """Foreign keys name tables in any case."""
    exact = asking.catalog.tables.get(name)
    if exact is not None:
        return exact
    return next((t for t in asking.catalog.tables.values() if t.name.lower() == name.lower()), None)


def _takes(asking: Asking, reference: Reference, parent: Table) -> str:
    child = asking.catalog.tables[reference.child]
    columns = ", ".join(quoted(column) for column in reference.columns)
    wanted = ", ".join(f"p.{quoted(column)}" for column in reference.parent_columns)
    return (
        f"INSERT OR IGNORE INTO temp.gone SELECT ?, {child.key[0]} FROM {quoted(child.name)} "
        f"WHERE ({columns}) IN (SELECT {wanted} FROM temp.gone g "
        f"JOIN {quoted(parent.name)} p ON p.{parent.key[0]} = g.key WHERE g.tab = ?)"
    )


def _add_copies(asking: Asking, index: FullText) -> None:
    """Rows of an index with a text of its own that stand under the rowid of a row that goes and say the same."""
    content = asking.catalog.tables.get(index.content_table)
    if content is None:
        return
    held = [column for column in content.columns if column.lower() not in ("id", "docid")]
    for name in asking.gone_tables():
        source = asking.catalog.tables.get(name)
        if source is None or name == content.name or len(source.key) != 1:
            continue
        same = " OR ".join(
            _copied(f"c.{quoted(held[at])}", f"s.{quoted(column)}")
            for at, column in _pairs(index, source)
            if at < len(held)
        )
        if same:
            asking.connection.execute(
                f"INSERT OR IGNORE INTO temp.gone SELECT ?, c.rowid FROM temp.gone g "
                f"JOIN {quoted(name)} s ON s.{source.key[0]} = g.key "
                f"JOIN {quoted(content.name)} c ON c.rowid = g.key WHERE g.tab = ? AND ({same})",
                (content.name, name),
            )


def _copied(copy: str, text: str) -> str:
    """Whether one is the other, or holds a longer text whole."""
    return f"({copy} = {text} AND {copy} <> '') OR (length({text}) > 15 AND instr({copy}, {text}) > 0)"


def _pairs(index: FullText, source: Table) -> list[tuple[int, str]]:
    """Columns of the index, and every column of the table it may be a copy of; the namesake first."""
    pairs = []
    for at, column in enumerate(index.columns):
        named = [each for each in source.columns if each.lower() == column.lower()]
        pairs += [(at, each) for each in (named or source.columns)]
    return pairs
