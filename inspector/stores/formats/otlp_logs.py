"""OTLP's log records one by one, each with what it takes to be a line of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import orjson

from inspector.stores.formats.base import LogRecord
from inspector.stores.formats.ids import normal_id
from inspector.stores.formats.otlp_values import time_of
from inspector.stores.formats.otlp_walk import side

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.model import Problem
    from inspector.stores.formats.base import Object, Record


def log_records(record: Record) -> Iterator[LogRecord]:
    """Those of one record. A log's time is when it happened, else when it was noticed."""
    problems: list[Problem] = []
    for kind, item, path in side(record, problems):
        if kind != "log":
            continue
        time = time_of(item, "timeUnixNano", "time_unix_nano")
        if time is None:
            time = time_of(item, "observedTimeUnixNano", "observed_time_unix_nano")
        trace = normal_id(item.get("traceId", item.get("trace_id")))
        yield LogRecord(path, trace, time, _alone(record.value, item, path))


def _alone(value: Object, item: Object, path: tuple[str | int, ...]) -> bytes:
    """A line with this record only, its resource and its scope."""
    key, number, scope_key, scope_number, records_key = cast("tuple[str, int, str, int, str]", path[:5])
    resource = cast("list[Object]", value[key])[number]
    scope = cast("list[Object]", resource[scope_key])[scope_number]
    inner = {**scope, records_key: [item]}
    return orjson.dumps({key: [{**resource, scope_key: [inner]}]}) + b"\n"
