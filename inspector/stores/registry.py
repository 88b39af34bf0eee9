"""Every format there is. A format's file is imported only when a store may be its own."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from msgspec import Struct

from inspector.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from importlib.metadata import EntryPoint

    from inspector.stores.base import FormatInfo
    from inspector.stores.formats.base import JsonFormat, Object
    from inspector.stores.sqlite_format import SqliteFormat

GROUP: Final = "inspector.formats"


class Entry(Struct, frozen=True):
    """A JSON format's module, and top-level keys one of which each of its files has in its first objects."""

    module: str
    keys: frozenset[str]


def _entry(module: str, keys: str) -> Entry:
    return Entry(f"inspector.stores.formats.{module}", frozenset(keys.split()))


JSON_FORMATS: Final = (
    _entry(
        "otlp",
        "resourceSpans resource_spans resourceLogs resource_logs resourceMetrics resource_metrics"
        " resourceProfiles resource_profiles result scopeSpans spanId span_id",
    ),
    _entry("console", "context"),
    _entry("openai_agents", "object"),
    _entry("langsmith", "run_type dotted_order post patch run_id"),
    _entry("langfuse_export", "trace_id traceId bookmarked observations trace data"),
    _entry("zipkin", "traceId"),
    _entry("jaeger", "traceID spanID data"),
    _entry("tracecraft_jsonl", "steps"),
)
"""The place to add a JSON format. SQLite formats are listed in `sqlite.py`."""

GENERIC: Final = "inspector.stores.formats.generic"


def json_formats(samples: Sequence[Object]) -> list[JsonFormat]:
    """The formats that these objects may be of."""
    keys = {key for sample in samples for key in sample}
    found = [_load(entry.module) for entry in JSON_FORMATS if not entry.keys.isdisjoint(keys)]
    return [*found, _load(GENERIC)]


def infos(plugins: Sequence[str] = ()) -> list[FormatInfo]:
    """All formats, as `inspector formats` lists them."""
    from inspector.stores.sqlite import formats

    json_plugins, sqlite_plugins = load_plugins(plugins)
    shipped = [_load(entry.module) for entry in JSON_FORMATS]
    return [
        *(chosen.info for chosen in (*formats(), *sqlite_plugins)),
        *(chosen.info for chosen in (*shipped, *json_plugins, _load(GENERIC))),
    ]


def load_plugins(names: Sequence[str]) -> tuple[list[JsonFormat], list[SqliteFormat]]:
    """The formats of other packages that config names, and no other: importing them runs their code."""
    if not names:
        return [], []
    offered = {point.name: point for point in _offered()}
    json_found: list[JsonFormat] = []
    sqlite_found: list[SqliteFormat] = []
    for name in names:
        if name not in offered:
            import difflib

            near = difflib.get_close_matches(name, offered, 1)
            fix = f"Did you mean `{near[0]}`?" if near else "Install its package, or take it out of config."
            raise UsageError(f"No installed package offers the format `{name}`.", fix)
        chosen: object = offered[name].load()
        if hasattr(chosen, "recognise"):
            sqlite_found.append(cast("SqliteFormat", chosen))
        elif hasattr(chosen, "score") and hasattr(chosen, "parse"):
            json_found.append(cast("JsonFormat", chosen))
        else:
            raise UsageError(f"The format `{name}` is no format.", "Report it to those who make its package.")
    return json_found, sqlite_found


def _offered() -> Iterable[EntryPoint]:
    from importlib.metadata import entry_points  # slow to import, and only needed here

    return entry_points(group=GROUP)


def _load(module: str) -> JsonFormat:
    return cast("JsonFormat", import_module(module).FORMAT)
