"""The SQLite formats that ship, and the tables and columns by which each is recognised: the place to add one.

A format's own module is imported only when its tables are there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from inspector.stores.sqlite_db import Schema
    from inspector.stores.sqlite_format import SqliteFormat

Tables = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Shipped:
    """A module of `formats/`, the name of its format there, and what must and mustn't be in the schema."""

    module: str
    name: str
    needed: Tables = field(hash=False)
    absent: frozenset[str] = frozenset()

    def fits(self, schema: Schema) -> bool:
        return self.absent.isdisjoint(schema) and has(schema, self.needed)

    def load(self) -> SqliteFormat:
        module = import_module(f"inspector.stores.formats.{self.module}")
        return cast("SqliteFormat", getattr(module, self.name))


def has(schema: Schema, needed: Tables) -> bool:
    """Whether each table is there with all its columns."""
    return all(columns <= schema.get(table, frozenset()) for table, columns in needed.items())


def _columns(words: str) -> frozenset[str]:
    return frozenset(words.split())


_MLFLOW: Final = {
    "trace_info": _columns("request_id experiment_id timestamp_ms execution_time_ms status"),
    "trace_tags": _columns("key value request_id"),
    "trace_request_metadata": _columns("key value request_id"),
}
SHIPPED: Final = (
    Shipped(
        "phoenix",
        "FORMAT",
        {
            "spans": _columns("id trace_rowid span_id parent_id span_kind attributes events status_code"),
            "traces": _columns("id trace_id project_rowid start_time"),
            "projects": _columns("id name"),
        },
    ),
    Shipped(
        "mlflow",
        "FORMAT",
        {**_MLFLOW, "spans": _columns("trace_id span_id parent_span_id type status content")},
    ),
    Shipped("mlflow", "FORMAT_2", _MLFLOW, _columns("spans")),
    Shipped(
        "llm",
        "FORMAT",
        {
            "threads": _columns("id name tip_message_hash datetime_utc"),
            "turns": _columns("id thread_id parent_message_hash tip_message_hash model datetime_utc"),
            "messages": _columns("hash parent_hash role"),
            "parts": _columns("id message_hash position type text payload"),
        },
    ),
    Shipped(
        "llm_old",
        "FORMAT",
        {
            "responses": _columns("id model prompt system response conversation_id datetime_utc"),
            "conversations": _columns("id name model"),
        },
        _columns("turns"),
    ),
    Shipped(
        "tracecraft_sqlite",
        "FORMAT",
        {
            "traces": _columns("id name start_time total_cost_usd error_count data"),
            "steps": _columns("id trace_id parent_id type start_time cost_usd"),
        },
    ),
)


def shipped() -> tuple[SqliteFormat, ...]:
    """All of them, imported."""
    return tuple(each.load() for each in SHIPPED)
