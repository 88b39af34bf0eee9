"""Pushing in batches that the receiver acknowledges one by one, so that a push that broke off goes on there."""

from __future__ import annotations

import logging
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import SpanExportResult

from inspector.reports.push.spans import sdk_span
from inspector.reports.push.transport import Adapter, PushError, session_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opentelemetry.sdk.trace import ReadableSpan

    from inspector.reports.chosen import Chosen
    from inspector.reports.push.endpoint import Endpoint

BATCH = 256
ATTEMPTS = 4
_PAUSE = 2.0
_LARGEST = 1_000_000
"""Characters of attributes in one batch, about: receivers refuse requests of more than some megabytes."""


class Push:
    """One connection to an endpoint."""

    def __init__(self, endpoint: Endpoint, sleep: Callable[[float], None] = time.sleep) -> None:
        self._endpoint = endpoint
        self._sleep = sleep
        self._exporter: OTLPSpanExporter | None = None
        self._adapter: Adapter | None = None
        self.rejected = 0
        logging.getLogger("opentelemetry.exporter").setLevel(logging.CRITICAL)

    def send(self, chosen: Chosen, done: Callable[[int], None] = lambda traces: None) -> int:
        """Push all traces; spans sent. `done` is called with the number of traces that are acknowledged.

        Raises PushError; what was acknowledged by then stays at the receiver.
        """
        sent = count = 0
        batch: list[ReadableSpan] = []
        size = 0
        for each in chosen.traces():
            first = True
            for _, span in each.spans:
                batch.append(sdk_span(span, each.trace if first else None))
                size += sum(len(str(v)) for v in (batch[-1].attributes or {}).values())
                first = False
                if len(batch) >= BATCH or size >= _LARGEST:
                    self._batch(batch)
                    sent, batch, size = sent + len(batch), [], 0
                    done(count)
            count += 1
            if not batch:
                done(count)
        if batch:
            self._batch(batch)
            sent += len(batch)
        done(count)
        return sent

    def _batch(self, spans: list[ReadableSpan]) -> None:
        pause = _PAUSE
        for attempt in range(1, ATTEMPTS + 1):
            exporter, adapter = self._connected()
            if exporter.export(spans) is SpanExportResult.SUCCESS:
                self.rejected += adapter.seen.rejected
                return
            if adapter.seen.final or attempt == ATTEMPTS:
                self.close()
                raise adapter.seen.problem or PushError(
                    "The receiver didn't take the spans.", "Push again to go on."
                )
            self._sleep(pause)
            pause *= 2

    def _connected(self) -> tuple[OTLPSpanExporter, Adapter]:
        if self._exporter is None or self._adapter is None:
            adapter = Adapter(self._endpoint, self._stop)
            with _own_environment():
                self._exporter = OTLPSpanExporter(
                    endpoint=self._endpoint.url,
                    headers=dict(self._endpoint.headers),
                    timeout=self._endpoint.timeout,
                    compression=Compression.Gzip,
                    session=session_of(adapter),
                )
            self._adapter = adapter
        return self._exporter, self._adapter

    def _stop(self) -> None:
        """Keep the exporter from repeating what can't get better."""
        if self._exporter is not None:
            self._exporter.shutdown()  # type: ignore[no-untyped-call]  # the exporter's

    def close(self) -> None:
        self._stop()
        self._exporter = self._adapter = None


@contextmanager
def _own_environment() -> Iterator[None]:
    """Without the OTEL_ variables: the exporter would send their headers to whatever endpoint was typed."""
    held = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("OTEL_")}
    try:
        yield
    finally:
        os.environ.update(held)
