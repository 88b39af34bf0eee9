"""The way through an OTLP record to its spans, logs and metrics, in every variant that tools write.

`{"resourceSpans": [{"resource", "scopeSpans": [{"scope", "spans"}]}]}`; wrapped in `result` (Jaeger api
v3); in snake_case; with `instrumentationLibrarySpans` (before OTLP 0.19); a bare ResourceSpans; a bare span.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct

from inspector.model import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.stores.formats.base import Object, Record

Path: TypeAlias = tuple[str | int, ...]

_RESOURCES: Final = ("resourceSpans", "resource_spans")
_SCOPES: Final = (
    "scopeSpans",
    "scope_spans",
    "instrumentationLibrarySpans",
    "instrumentation_library_spans",
)
_SCOPE: Final = ("scope", "instrumentationLibrary", "instrumentation_library")
_SIDE: Final = (
    # kind, resource list, scope list, records
    ("log", ("resourceLogs", "resource_logs"), ("scopeLogs", "scope_logs"), ("logRecords", "log_records")),
    ("metric", ("resourceMetrics", "resource_metrics"), ("scopeMetrics", "scope_metrics"), ("metrics",)),
    (
        "profile",
        ("resourceProfiles", "resource_profiles"),
        ("scopeProfiles", "scope_profiles"),
        ("profiles",),
    ),
)
BATCH_KEYS: Final = frozenset((*_RESOURCES, *(key for _, keys, _, _ in _SIDE for key in keys)))


class Group(Struct, frozen=True):
    """Spans that share a resource and a scope; `path` leads to their list."""

    resource: object
    scope: object
    spans: list[object]
    path: Path


def is_bare_span(value: Object) -> bool:
    """A span on its own, as some tools write one a line."""
    return ("spanId" in value and "startTimeUnixNano" in value) or (
        "span_id" in value and "start_time_unix_nano" in value
    )


def groups(record: Record, problems: list[Problem]) -> Iterator[Group]:
    """All spans of a record, by resource and scope, in stored order."""
    value: Object = record.value
    path: Path = ()
    inner = value.get("result")
    if isinstance(inner, dict):
        value, path = inner, ("result",)
    key = _key(value, _RESOURCES)
    if key is not None:
        for index, resource in _objects(value, key, record, path, problems):
            yield from _scopes(resource, record, (*path, key, index), problems)
    elif _key(value, _SCOPES) is not None:
        yield from _scopes(value, record, path, problems)
    elif is_bare_span(value):
        yield Group(value.get("resource"), value.get("scope"), [value], path)
    elif BATCH_KEYS.isdisjoint(value):
        problems.append(Problem(record.where(), "JSON, but nothing of OTLP"))


def _scopes(resource: Object, record: Record, path: Path, problems: list[Problem]) -> Iterator[Group]:
    for key in _SCOPES:
        if key not in resource:
            continue
        for index, scope in _objects(resource, key, record, path, problems):
            spans = scope.get("spans")
            here = (*path, key, index, "spans")
            if isinstance(spans, list):
                name = _key(scope, _SCOPE)
                yield Group(resource.get("resource"), scope.get(name) if name else None, spans, here)
            elif spans is not None:
                problems.append(Problem(record.where(*here), "no list"))


def side(record: Record, problems: list[Problem]) -> Iterator[tuple[str, Object, Path]]:
    """Log records, metrics and profiles of a record: kind, object, way."""
    if BATCH_KEYS.isdisjoint(record.value):
        return
    for kind, resources, scopes, records in _SIDE:
        key = _key(record.value, resources)
        if key is None:
            continue
        for r, resource in _objects(record.value, key, record, (), problems):
            scope_key = _key(resource, scopes)
            if scope_key is None:
                continue
            for s, scope in _objects(resource, scope_key, record, (key, r), problems):
                records_key = _key(scope, records)
                if records_key is None:
                    continue
                way = (key, r, scope_key, s)
                for n, item in _objects(scope, records_key, record, way, problems):
                    yield kind, item, (*way, records_key, n)


def _key(value: Object, names: tuple[str, ...]) -> str | None:
    for name in names:
        if name in value:
            return name
    return None


def _objects(
    value: Object, key: str, record: Record, path: Path, problems: list[Problem]
) -> Iterator[tuple[int, Object]]:
    items = value[key]
    if not isinstance(items, list):
        if items is not None:
            problems.append(Problem(record.where(*path, key), "no list"))
        return
    for index, item in enumerate(items):
        if isinstance(item, dict):
            yield index, item
        else:
            problems.append(Problem(record.where(*path, key, index), "no object"))
