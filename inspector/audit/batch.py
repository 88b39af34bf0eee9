"""Records of reading, written behind the reader's back: in batches, within a second, never in the way."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inspector.errors import AuditError

if TYPE_CHECKING:
    from inspector.audit.log import AuditLog
    from inspector.audit.record import Entry

DELAY = 0.5
"""Seconds between the first record of a batch and its sync; a second is promised."""
_MOST = 10_000
"""Records that wait at most while the log can't be written; what comes after is lost and counted."""


@dataclass(slots=True)
class Batch:
    """`add` returns at once, from any thread. When nothing can be written, reading goes on; see `problem`."""

    log: AuditLog
    delay: float = DELAY
    problem: AuditError | None = None
    lost: int = 0
    _waiting: list[Entry] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _writing: threading.Lock = field(default_factory=threading.Lock)
    _timer: threading.Timer | None = None

    def add(self, entry: Entry) -> None:
        with self._lock:
            if len(self._waiting) >= _MOST:
                self.lost += 1
                return
            self._waiting.append(entry)
            if self._timer is None:
                self._timer = threading.Timer(self.delay, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write what waits, synced. What can't be written waits for the next time."""
        with self._writing:
            with self._lock:
                timer, self._timer = self._timer, None
                entries, self._waiting = self._waiting, []
            if timer is not None:
                timer.cancel()
            if not entries:
                return
            try:
                self.log.events(entries)
            except AuditError as error:
                self.problem = error
                with self._lock:
                    self._waiting = entries + self._waiting
            else:
                self.problem = None
