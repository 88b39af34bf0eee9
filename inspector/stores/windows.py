"""All the text of a store as bytes, for what is looked for in it as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from inspector.errors import StoreError
from inspector.stores.sqlite_db import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.stores.sqlite_db import Database

_BYTES: Final = 2 << 20
_ROWS: Final = 200


def overlapping(file: BinaryIO, overlap: int) -> Iterator[bytes]:
    before = b""
    while data := file.read(_BYTES):
        window = before + data
        yield window
        before = window[-overlap:] if overlap else b""


def texts_of(db: Database) -> Iterator[bytes]:
    """Every text in every table, whole; rows that can't be read are left out."""
    for table, columns in sorted(db.schema.items()):
        if table.startswith("sqlite_") or not columns:
            continue
        chosen = ", ".join(
            f"CASE WHEN typeof({quoted(c)}) = 'text' THEN {quoted(c)} END" for c in sorted(columns)
        )
        last = -(1 << 63)
        sql = f"SELECT rowid, {chosen} FROM {quoted(table)} WHERE rowid > ? ORDER BY rowid LIMIT {_ROWS}"
        while True:
            try:
                found = db.attempt(sql, (last,))
            except StoreError:
                break  # a view, or a table that needs a module of its own
            yield "\n".join(cell for row in found.rows for cell in row[1:] if isinstance(cell, str)).encode(
                "utf-8", "surrogatepass"
            )
            if found.fault is not None or len(found.rows) < _ROWS:
                break
            last = int(str(found.rows[-1][0]))
