"""Cells of SQLite rows as values of the model, and side tables as side records."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import orjson
from msgspec import Struct

from inspector.model import Annotation, RowPlace, SideRecord, Value
from inspector.stores.formats.times import from_iso
from inspector.stores.sqlite_db import Cell, Database, Record, quoted
from inspector.stores.sqlite_format import Revision
from inspector.stores.sqlite_pages import Source, key_of, pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_LONG_NUMBER = re.compile(r"[0-9]{20}")
_EPOCH = datetime(1970, 1, 1)
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_ISO_LENGTHS = frozenset(
    {len("2026-01-01 00:00:00"), len("2026-01-01 00:00:00.000000"), len("2026-01-01 00:00:00.000000+00:00")}
)


def text(cell: Cell) -> str:
    """A cell as text; bytes that aren't UTF-8 with their wrong parts replaced, null as nothing."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bytes):
        return cell.decode(errors="replace")
    return "" if cell is None else str(cell)


def text_or_none(cell: Cell) -> str | None:
    return text(cell) or None


def whole(cell: Cell) -> int | None:
    """A count or key; a float with nothing behind the point counts too."""
    if isinstance(cell, int):
        return cell
    return int(cell) if isinstance(cell, float) and cell.is_integer() else None


def number(cell: Cell) -> float | None:
    return float(cell) if isinstance(cell, (int, float)) else None


def time_in(cell: Cell) -> int | None:
    """An ISO time with or without an offset (then UTC), in ns; the same as `from_iso`, and ten times as fast
    for the forms that databases hold: a scan reads two a span."""
    if isinstance(cell, str) and len(cell) in _ISO_LENGTHS and cell[10:11] in (" ", "T"):
        try:
            moment = datetime.fromisoformat(cell)
        except ValueError:
            return from_iso(cell)
        since = moment - (_EPOCH if moment.tzinfo is None else _EPOCH_UTC)
        ns = (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1_000
        return ns if 0 < ns < 2**63 else None
    return from_iso(cell)


def decoded(cell: Cell) -> Value:
    """The JSON in a cell; a cell that holds none as it stands. NaN and integers beyond 64 bits stay exact."""
    if not isinstance(cell, str) or not cell:
        return cell
    # orjson makes floats of integers that long, and refuses NaN.
    if _LONG_NUMBER.search(cell) is None:
        try:
            return cast(Value, orjson.loads(cell))
        except orjson.JSONDecodeError:
            pass
    try:
        return cast(Value, json.loads(cell))
    except (ValueError, RecursionError):
        return cell


def is_json(cell: Cell) -> bool:
    """Whether a cell looks like a JSON object or list."""
    return isinstance(cell, str) and cell[:1] in ("{", "[")


def members(cell: Cell) -> tuple[dict[str, Value], bool]:
    """The object in a cell, and whether the cell is sound (an empty one is)."""
    value = decoded(cell)
    if isinstance(value, dict):
        return value, True
    return {}, value is None


def raw(record: Record) -> dict[str, Value]:
    """A row as an object, its JSON columns decoded."""
    return {name: decoded(cell) if is_json(cell) else cell for name, cell in record.items()}


def members_fast(cell: Cell) -> dict[str, Value]:
    """The object in a cell, for facts that are no long integers."""
    if not isinstance(cell, str):
        return {}
    try:
        value = cast(Value, orjson.loads(cell))
    except orjson.JSONDecodeError:
        value = decoded(cell)
    return value if isinstance(value, dict) else {}


def undecoded(*cells: Cell) -> tuple[str, ...]:
    """The flag for columns of text that came as bytes."""
    return ("not UTF-8",) if any(isinstance(cell, bytes) for cell in cells) else ()


def alembic(db: Database, known: frozenset[str], writer: str) -> Revision:
    """The revision that a migration tool has left in `alembic_version`."""
    result = db.attempt("SELECT version_num FROM alembic_version LIMIT 1")
    version = text(result.rows[0][0]) if result.rows else ""
    # It is shown as it stands, so it must be one: twelve hex digits, or thirteen by a slip of MLflow's.
    sound = len(version) in (12, 13) and set(version) <= set("0123456789abcdef")
    if version in known:
        return Revision(f"alembic {version}", True)
    return Revision(
        f"alembic {version}" if sound else "",
        False,
        f"This database has a {writer} schema that this version doesn't know: it is opened read-only, "
        "and newer tables may be missing from what is shown.",
    )


class SideTable(Struct, frozen=True):
    """A table that holds text beside spans. `trace` is SQL over its columns for its trace's id."""

    table: str
    kind: str
    trace: str = "NULL"
    columns: tuple[str, ...] = ()
    """Empty: all."""


def side_records(db: Database, tables: Iterable[SideTable]) -> Iterator[SideRecord]:
    """Every row of the side tables that this database has."""
    for side in tables:
        present = sorted(db.schema.get(side.table, ()))
        names = [name for name in side.columns or present if name in present]
        if not names:
            continue
        columns = ", ".join([side.trace if _fits(db, side) else "NULL", *map(quoted, names)])
        for page in pages(db, Source(side.table, columns)):
            for row in page.rows:
                value = raw(dict(zip(names, row[2:], strict=True)))
                yield SideRecord(side.kind, text(row[1]), value, RowPlace(side.table, key_of(row)))


def count_side(db: Database, tables: Iterable[SideTable]) -> int:
    """How many there are; a table that can't be read counts as none."""
    total = 0
    for side in tables:
        if side.table in db.schema:
            rows = db.attempt(f"SELECT count(*) FROM {quoted(side.table)}").rows
            total += whole(rows[0][0]) or 0 if rows else 0
    return total


def _fits(db: Database, side: SideTable) -> bool:
    """A plain column must be there; a subselect is the format's own care."""
    return side.trace == "NULL" or side.trace.startswith("(") or side.trace in db.schema[side.table]


def side_of(
    db: Database, table: str, kind: str, trace_id: str, key: str, keys: Sequence[Cell]
) -> Iterator[SideRecord]:
    """The rows of a side table that belong to one trace."""
    for record in db.lookup(table, "rowid AS _key, *", key, keys).records():
        place = RowPlace(table, whole(record.pop("_key")) or 0)
        yield SideRecord(kind, trace_id, raw(record), place)


def annotation(table: str, key: int, name: Cell, record: Mapping[str, Cell], *leave: str) -> Annotation:
    """A judgement stored as a row: its name, and what else the row says."""
    value = {
        k: decoded(v) if is_json(v) else v for k, v in record.items() if v is not None and k not in leave
    }
    return Annotation(text(name), value, RowPlace(table, key))
