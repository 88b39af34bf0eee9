"""OTLP JSONL: one export request a line, a trace in each, as the Collector's file exporter writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.reports.json import to_json
from inspector.reports.otlp.spans import resource_json, scope_json, span_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from inspector.reports.chosen import Chosen, Exported
    from inspector.reports.json import Json
    from inspector.reports.manifest import About

MOST = 512
"""Spans in one request: receivers limit its size."""


def write(chosen: Chosen, about: About, out: BinaryIO, names: Sequence[str] = ()) -> None:
    for each in chosen.traces():
        for request in requests(each):
            out.write(to_json(request).encode() + b"\n")


def requests(each: Exported) -> Iterator[dict[str, Json]]:
    """The trace's spans, by resource and scope in the order of their first spans."""
    batch = _Batch()
    first = True
    for _, span in each.spans:
        batch.add(resource_json(span), scope_json(span), span_json(span, each.trace if first else None))
        first = False
        if batch.count == MOST:
            yield batch.request()
            batch = _Batch()
    if batch.count:
        yield batch.request()


class _Batch:
    def __init__(self) -> None:
        self.count = 0
        self._scopes: dict[str, dict[str, tuple[Json, list[Json]]]] = {}
        self._resources: dict[str, list[Json]] = {}

    def add(self, resource: list[Json], scope: dict[str, Json], span: dict[str, Json]) -> None:
        of, under = to_json(resource), to_json(scope)
        self._resources.setdefault(of, resource)
        self._scopes.setdefault(of, {}).setdefault(under, (scope, []))[1].append(span)
        self.count += 1

    def request(self) -> dict[str, Json]:
        return {
            "resourceSpans": [
                {
                    "resource": {"attributes": resource},
                    "scopeSpans": [
                        {"scope": scope, "spans": spans} for scope, spans in self._scopes[of].values()
                    ],
                }
                for of, resource in self._resources.items()
            ]
        }
