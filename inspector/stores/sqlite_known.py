"""What a database that is no trace store seems to be, so that the refusal can say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from inspector.stores.sqlite_db import Database

_BY_TABLES: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("a Firefox places database", frozenset({"moz_places", "moz_bookmarks"})),
    ("a Firefox cookie database", frozenset({"moz_cookies"})),
    ("a Chrome history database", frozenset({"urls", "visits", "keyword_search_terms"})),
    ("a Chrome login database", frozenset({"logins", "meta"})),
    ("an IPython history", frozenset({"sessions", "history", "output_history"})),
    ("a Visual Studio Code state database", frozenset({"ItemTable"})),
    ("an Anki collection", frozenset({"notes", "cards", "revlog"})),
    ("a Zotero library", frozenset({"items", "itemData", "itemTypes"})),
    ("an Apple Messages database", frozenset({"message", "handle", "chat"})),
    ("an Open WebUI database", frozenset({"chat", "auth", "model", "prompt"})),
    ("a LangGraph checkpoint database", frozenset({"checkpoints", "writes"})),
    ("a Chroma vector database", frozenset({"collections", "segments", "embeddings"})),
    ("an Optuna study database", frozenset({"studies", "trials"})),
    ("an MLflow database without traces", frozenset({"experiments", "runs", "latest_metrics"})),
    ("an Airflow database", frozenset({"dag", "dag_run", "task_instance"})),
    ("a Grafana database", frozenset({"dashboard", "data_source", "org"})),
    ("a Fossil repository", frozenset({"blob", "delta", "rcvfrom"})),
    ("an MBTiles map", frozenset({"tiles", "metadata"})),
    ("a Django database", frozenset({"django_migrations"})),
    ("a Rails database", frozenset({"schema_migrations", "ar_internal_metadata"})),
    ("a database managed by Alembic", frozenset({"alembic_version"})),
)
_BY_ID: Final = {
    0x47504B47: "a GeoPackage",
    0x47503130: "a GeoPackage",
    0x0F055112: "a Fossil repository",
    0x4D504258: "an MBTiles map",
    0x5F4D544E: "a Monotone repository",
}
"""`application_id` of the header, as listed in SQLite's magic.txt."""


def application_of(db: Database) -> str:
    """A phrase such as `a Django database`; empty where nothing tells."""
    identity = db.rows("PRAGMA application_id")[0][0]
    if isinstance(identity, int) and identity in _BY_ID:
        return _BY_ID[identity]
    tables = db.schema.keys()
    return next((name for name, signature in _BY_TABLES if signature <= tables), "")
