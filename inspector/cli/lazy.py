"""A view that opens its stores when they are first asked for, so that the screen is drawn before."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from inspector.errors import Denied, InspectorError
from inspector.view import NEWEST_FIRST, Sort, Unlocked, Unveils

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.cli.screen_export import ScreenExporter
    from inspector.view import (
        Badge,
        Hit,
        Progress,
        Rows,
        ShownAuditRecord,
        ShownSpan,
        ShownTrace,
        StoreSummary,
        TraceKey,
        View,
    )
    from inspector.view_exports import ExportPreview, ExportWish


class LazyView:
    """Implements `inspector.view.View`. `badge` alone doesn't wait; a failure to open meets every caller."""

    def __init__(
        self,
        open_view: Callable[[], View],
        badge: Badge,
        exporter: Callable[[], ScreenExporter] | None = None,
    ) -> None:
        self._open = open_view
        self._exporter = exporter
        self._made_exporter: ScreenExporter | None = None
        self._badge = badge
        self._lock = threading.Lock()
        self._view: View | None = None
        self.failure: InspectorError | None = None

    def badge(self) -> Badge:
        return self._badge if self._view is None else self._view.badge()

    def summaries(self) -> Sequence[StoreSummary]:
        return self._opened().summaries()

    def scan(self, report: Callable[[Progress], None], stopped: Callable[[], bool]) -> None:
        self._opened().scan(report, stopped)

    def deepen(self, stopped: Callable[[], bool]) -> None:
        self._opened().deepen(stopped)

    def follow(self, report: Callable[[Progress], None], stopped: Callable[[], bool]) -> None:
        self._opened().follow(report, stopped)

    def progress(self) -> Progress:
        return self._opened().progress()

    def rows(self, query: str = "", sort: Sort = NEWEST_FIRST) -> Rows:
        return self._opened().rows(query, sort)

    def find(self, trace_id: str) -> TraceKey | None:
        return self._opened().find(trace_id)

    def trace(self, key: TraceKey) -> ShownTrace:
        return self._opened().trace(key)

    def span(self, key: TraceKey, index: int, *, raw: bool = True) -> ShownSpan:
        return self._opened().span(key, index, raw=raw)

    def search(self, query: str, stopped: Callable[[], bool]) -> Iterator[Hit]:
        return self._opened().search(query, stopped)

    def count(self, query: str, stopped: Callable[[], bool]) -> int:
        return self._opened().count(query, stopped)

    def locate(self, hit: Hit) -> Hit:
        return self._opened().locate(hit)

    def viewed(self, key: TraceKey) -> None:
        self._opened().viewed(key)

    def filtered(self, query: str, traces: int) -> None:
        self._opened().filtered(query, traces)

    def audit_of(self, key: TraceKey) -> Sequence[ShownAuditRecord]:
        return self._opened().audit_of(key)

    def purposes(self) -> Sequence[str]:
        return self._unveils().purposes()

    def reveal(self, key: TraceKey, index: int, path: str, reason: str, purpose: str = "") -> Unlocked:
        return self._unveils().reveal(key, index, path, reason, purpose)

    def unlocked(self) -> Unlocked:
        """Doesn't wait: what isn't open yet has nothing open."""
        return Unlocked() if self._view is None else self._unveils().unlocked()

    def lock(self) -> None:
        if self._view is not None:
            self._unveils().lock()

    def plaintext(self, key: TraceKey, index: int, path: str) -> str:
        return self._unveils().plaintext(key, index, path)

    def export_kinds(self) -> Sequence[tuple[str, str]]:
        return self._exports().kinds()

    def preview(self, wish: ExportWish) -> ExportPreview:
        return self._exports().preview(self, wish)

    def export(self, wish: ExportWish, stopped: Callable[[], bool]) -> str:
        return self._exports().export(self, wish, stopped)

    def _exports(self) -> ScreenExporter:
        if self._exporter is None:
            raise Denied("Nothing can be exported here.", "Use inspector export STORE.")
        if self._made_exporter is None:
            self._made_exporter = self._exporter()
        return self._made_exporter

    def _unveils(self) -> Unveils:
        view = self._opened()
        if not isinstance(view, Unveils):
            raise Denied("Nothing can be opened here.", "Open the store with inspector STORE.")
        return view

    def close(self) -> None:
        if self._view is not None:
            self._view.close()

    def _opened(self) -> View:
        with self._lock:
            if self.failure is not None:
                raise self.failure
            if self._view is None:
                try:
                    self._view = self._open()
                except InspectorError as error:
                    self.failure = error
                    raise
            return self._view
