"""The transaction of an edit: rows out, cells rewritten, sums and indexes put right; checked before it is
committed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from inspector.errors import HeldBack, StoreError
from inspector.model import RowPlace
from inspector.stores.edits import digest
from inspector.stores.rows import fulltext, leaving, triggers
from inspector.stores.rows.asking import text_or_bytes
from inspector.stores.rows.reading import cells
from inspector.stores.sqlite_db import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from inspector.stores.edits import Cell, Edits
    from inspector.stores.rows.asking import Asking
    from inspector.stores.rows.catalog import Table
    from inspector.stores.rows.declared import Put, RowEdits

_STALE = HeldBack("The store has changed since the plan was made.", "Make the plan again.")


@dataclass(slots=True)
class Changes:
    """What the transaction did. `witness` is a row by which to see later whether it was committed."""

    counts: dict[str, int] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    rewritten: dict[str, set[int]] = field(default_factory=dict)
    witness: list[str | int] = field(default_factory=list)


def change(
    asking: Asking,
    edits: Edits,
    declared: RowEdits,
    sound: Mapping[str, str],
    look: Callable[[], None],
) -> Changes:
    """`look` is called now and then and raises to stop. Raises HeldBack, StoreError; nothing is committed."""
    leaving.fill(asking, edits, declared)
    look()
    done = Changes(leaving.counts(asking), set(asking.gone_tables()))
    for rewrite in edits.rewrites:
        _rewrite(asking, rewrite.place, rewrite.before, rewrite.after, done)
    if edits.every is not None:
        _rewrite_every(asking, edits.every, done, look)
    look()
    _put(asking, declared.puts(asking, edits.orphans), done)
    refuse(asking, done.touched)
    leaving.loosen(asking, declared)
    _delete(asking, done)
    look()
    changed = {table: frozenset(keys) for table, keys in done.rewritten.items()}
    _put(asking, declared.settle(asking, changed), done)
    refuse(asking, done.touched)
    fulltext.catch_up(asking, done.touched, dict(sound))
    _check_gone(asking)
    look()
    return done


def refuse(asking: Asking, touched: Iterable[str]) -> None:
    found = triggers.refusals(asking.catalog, set(touched)) if touched else []
    found += fulltext.refusals(asking.catalog) if touched else []
    if found:
        raise HeldBack(found[0], "Remove it with `sqlite3`, then try again.")


def present(asking: Asking, witness: list[str | int]) -> bool:
    """Whether the store is as it was before the commit that left this witness."""
    table, key, *cell = witness
    known = asking.catalog.tables.get(str(table))
    if known is None:
        return False
    if not cell:
        return bool(asking.ask(f"SELECT 1 FROM {quoted(known.name)} WHERE {known.key[0]} = ?", (key,)))
    stored = _stored(asking, known, key, str(cell[0]))
    return stored is not None and digest(stored) != cell[1]


def _rewrite(asking: Asking, place: object, before: str, after: bytes, done: Changes) -> None:
    if not isinstance(place, RowPlace):
        raise StoreError("A place to change is not in a database.", "Make the plan again.")
    table = leaving.table_of(asking, place)
    column = str(place.path[0]) if place.path else ""
    if column not in table.columns:
        raise StoreError("A column to change is not in this database.", "Make the plan again.")
    if isinstance(place.key, int) and asking.is_gone(table.name, place.key):
        return
    now = _stored(asking, table, place.key, column)
    if now is None:
        raise _STALE
    found = digest(now)
    if found == digest(after):
        return
    if found != before:
        raise _STALE
    _write_cell(asking, table, place, column, after, done)


def _rewrite_every(
    asking: Asking, every: Callable[[Cell], bytes | None], done: Changes, look: Callable[[], None]
) -> None:
    """Pages are read whole before their cells are written, so that a walk never meets its own changes."""
    for cell in cells(asking.connection, asking.catalog, ()):
        place = cast(RowPlace, cell.place)
        after = every(cell)
        if after is None or after == cell.content:
            continue
        if isinstance(place.key, int) and asking.is_gone(place.table, place.key):
            continue
        look()
        table = asking.catalog.tables[place.table]
        _write_cell(asking, table, place, str(place.path[0]), after, done)


def _write_cell(
    asking: Asking, table: Table, place: RowPlace, column: str, after: bytes, done: Changes
) -> None:
    """Text stays text and bytes stay bytes. An index with a text of its own is written through the index."""
    keys = place.key if isinstance(place.key, tuple) else (place.key,)
    kind = asking.ask(
        f"SELECT typeof({quoted(column)}) FROM {quoted(table.name)} WHERE {_where(table)}", keys
    )
    value = text_or_bytes(after) if kind and kind[0][0] == "text" else after
    as_text = "CAST(? AS TEXT)" if kind and kind[0][0] == "text" and isinstance(value, bytes) else "?"
    index = asking.catalog.content_of(table.name)
    if index is not None:
        at = [c for c in table.columns if c.lower() not in ("id", "docid")].index(column)
        sql = f"UPDATE {quoted(index.name)} SET {quoted(index.columns[at])} = {as_text} WHERE rowid = ?"
    else:
        sql = f"UPDATE {quoted(table.name)} SET {quoted(column)} = {as_text} WHERE {_where(table)}"
    asking.connection.execute(sql, (value, *keys))
    done.touched.add(table.name)
    label = f"rewritten {index.name if index else table.name}"
    done.counts[label] = done.counts.get(label, 0) + 1
    if isinstance(place.key, int):
        done.rewritten.setdefault(table.name, set()).add(place.key)
        if not done.witness:
            done.witness = [table.name, place.key, column, digest(after)]


def _put(asking: Asking, puts: Iterable[Put], done: Changes) -> None:
    """Gathered first: a format reads rows while it says what to put."""
    counted: Counter[str] = Counter()
    for put in list(puts):
        if asking.is_gone(put.table, put.rowid):
            continue
        table = asking.catalog.tables[put.table]
        asking.connection.execute(
            f"UPDATE {quoted(table.name)} SET {quoted(put.column)} = ? WHERE {table.key[0]} = ?",
            (put.value, put.rowid),
        )
        done.touched.add(table.name)
        counted[f"updated {table.name}"] += 1
    for label, count in counted.items():
        done.counts[label] = done.counts.get(label, 0) + count


def _delete(asking: Asking, done: Changes) -> None:
    fulltext.drop_rows(asking)
    for name in asking.gone_tables():
        if asking.catalog.content_of(name) is not None:
            continue
        table = asking.catalog.tables[name]
        if not done.witness or len(done.witness) > 2:
            first = asking.ask("SELECT min(key) FROM temp.gone WHERE tab = ?", (name,))[0][0]
            done.witness = [name, cast(int, first)]
        asking.connection.execute(
            f"DELETE FROM {quoted(name)} WHERE {table.key[0]} IN (SELECT key FROM temp.gone WHERE tab = ?)",
            (name,),
        )


def _check_gone(asking: Asking) -> None:
    """What was to go by cascade or by hand is gone, whatever triggers did."""
    for name in asking.gone_tables():
        table = asking.catalog.tables[name]
        left = asking.count(
            f"SELECT count(*) FROM temp.gone g JOIN {quoted(name)} t ON t.{table.key[0]} = g.key "
            "WHERE g.tab = ?",
            (name,),
        )
        if left:
            raise StoreError(
                f"Rows of the table {name} are still there after they were deleted.",
                "Nothing was changed: report it with the schema of that table.",
            )


def _stored(asking: Asking, table: Table, key: object, column: str) -> bytes | None:
    before, asking.connection.text_factory = asking.connection.text_factory, bytes
    try:
        keys = key if isinstance(key, tuple) else (key,)
        found = asking.ask(f"SELECT {quoted(column)} FROM {quoted(table.name)} WHERE {_where(table)}", keys)
    finally:
        asking.connection.text_factory = before
    return found[0][0] if found and isinstance(found[0][0], bytes) else None


def _where(table: Table) -> str:
    names = (k if k in ("rowid", "_rowid_", "oid") else quoted(k) for k in table.key)
    return " AND ".join(f"{name} = ?" for name in names)
