"""To what a cell of a row belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.model import RowPlace
from inspector.stores.edits import Owner, Unit
from inspector.stores.sqlite_db import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.stores.edits import Cell
    from inspector.stores.rows.asking import Asking
    from inspector.stores.rows.declared import Belongs, RowEdits


def owners(
    asking: Asking, declared: RowEdits, cell: Cell, paths: Sequence[tuple[str | int, ...]]
) -> Sequence[Owner]:
    place = cell.place
    assert isinstance(place, RowPlace)
    own = RowPlace(place.table, place.key)
    if isinstance(place.key, int):
        special = declared.owners(asking, place.table, place.key, cell, paths)
        if special is not None:
            return special
        found = declared.belongs.get(place.table)
        if found is not None and asking.has(place.table):
            return [_owner(asking, found, own, place.key)]
    index = asking.catalog.content_of(place.table)
    return [Owner(Unit.RECORD, "", "", index.name if index else place.table, own)]


def _owner(asking: Asking, found: Belongs, own: RowPlace, key: int) -> Owner:
    table = asking.catalog.tables[found.table]
    whole = found.whole[1] if found.whole else "NULL"
    rows = asking.ask(
        f"SELECT {found.trace}, {found.span}, {whole} FROM {quoted(found.table)} r "
        f"WHERE r.{table.key[0]} = ?",
        (key,),
    )
    trace, span, other = rows[0] if rows else (None, None, None)
    place = RowPlace(found.whole[0], other) if found.whole and isinstance(other, int) else own
    return Owner(found.unit, _text(trace), _text(span), found.label, place)


def _text(cell: object) -> str:
    if isinstance(cell, bytes):
        return cell.decode(errors="replace")
    return "" if cell is None else str(cell)
