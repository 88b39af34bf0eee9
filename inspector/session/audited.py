"""The view as it is handed out: what is seen through it leaves a trail."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from msgspec.structs import replace

from inspector.errors import Denied
from inspector.view import NEWEST_FIRST, Sort, Unlocked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.session.session import Session
    from inspector.session.trail import Trail
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
    )


SOON = 0.4
"""Seconds until the log is opened: after the first frame, and before the second that a record may take."""


class AuditedView:
    """Implements `inspector.view.View` over a session. The log is opened a moment later, or at the end."""

    def __init__(self, session: Session, open_trail: Callable[[], Trail], delay: float = SOON) -> None:
        self.session = session
        self._open_trail = open_trail
        self._made: Trail | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(delay, self.trail)
        self._timer.daemon = True
        self._timer.start()

    def trail(self) -> Trail:
        with self._lock:
            if self._made is None:
                made = self._open_trail()
                made.opened([store.info.path for store in self.session.stores()])
                self._made = made
            return self._made

    def badge(self) -> Badge:
        badge = self.session.badge()
        if self._made is None:
            return badge
        text, ok = self._made.badge()
        return replace(badge, audit=text, audit_ok=ok)

    def summaries(self) -> Sequence[StoreSummary]:
        return self.session.summaries()

    def scan(self, report: Callable[[Progress], None], stopped: Callable[[], bool]) -> None:
        self.session.scan(report, stopped)

    def deepen(self, stopped: Callable[[], bool]) -> None:
        self.session.deepen(stopped)

    def follow(self, report: Callable[[Progress], None], stopped: Callable[[], bool]) -> None:
        self.session.follow(report, stopped)

    def progress(self) -> Progress:
        return self.session.progress()

    def rows(self, query: str = "", sort: Sort = NEWEST_FIRST) -> Rows:
        self._permit(query)
        return self.session.rows(query, sort)

    def _permit(self, query: str) -> None:
        """Raises Denied, after recording it."""
        try:
            self.session.permits(query)
        except Denied as error:
            self.trail().refused("traces:search", error.what, query)
            raise

    def find(self, trace_id: str) -> TraceKey | None:
        found = self.session.find(trace_id)
        if found is None and self.session.limit is not None:
            self.trail().missed(trace_id)
        return found

    def trace(self, key: TraceKey) -> ShownTrace:
        return self.session.trace(key)

    def span(self, key: TraceKey, index: int, *, raw: bool = True) -> ShownSpan:
        return self.session.span(key, index, raw=raw)

    def search(self, query: str, stopped: Callable[[], bool]) -> Iterator[Hit]:
        self._permit(query)
        hits = 0
        try:
            for hit in self.session.search(query, stopped):
                hits += 1
                yield hit
        finally:
            self.trail().searched(query, {"hits": hits})

    def count(self, query: str, stopped: Callable[[], bool]) -> int:
        self._permit(query)
        hits = self.session.count(query, stopped)
        self.trail().searched(query, {"hits": hits})
        return hits

    def locate(self, hit: Hit) -> Hit:
        return self.session.locate(hit)

    def viewed(self, key: TraceKey) -> None:
        trace_id, subjects = self.session.identity(key)
        self.trail().viewed(self.session.stores()[key.store].info.path, trace_id, subjects)

    def filtered(self, query: str, traces: int) -> None:
        if query.strip():
            self.trail().searched(query, {"traces": traces})

    def audit_of(self, key: TraceKey) -> Sequence[ShownAuditRecord]:
        return self.trail().of(self.session.identity(key)[0])

    # opening what is hidden: `inspector.view.Unveils`

    def purposes(self) -> Sequence[str]:
        unveiling = self.session.unveiling
        return () if unveiling is None else unveiling.identity.role.purposes

    def reveal(
        self,
        key: TraceKey,
        index: int,
        path: str,
        reason: str,
        purpose: str = "",
        *,
        piped: bool = False,
        to_pipe: bool = False,
    ) -> Unlocked:
        """`piped`: it is printed into a pipe or file, which raises UsageError unless `to_pipe`."""
        from inspector.session.unveiling import Request

        trail = self.trail()
        trail.batch.flush()
        return self.session.reveal(Request(key, index, path, reason, purpose, piped, to_pipe), trail)

    def unlocked(self) -> Unlocked:
        unveiling = self.session.unveiling
        return Unlocked() if unveiling is None else unveiling.unlocked()

    def lock(self) -> None:
        if self.session.unveiling is not None:
            self.session.unveiling.lock()

    def plaintext(self, key: TraceKey, index: int, path: str) -> str:
        from inspector.session.plaintext import copied

        return copied(self.session, self.trail(), key, index, path)

    def close(self) -> None:
        self._timer.cancel()
        try:
            self.trail().close()
        finally:
            self.session.close()
