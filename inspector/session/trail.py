"""What a session leaves in the audit log: stores opened, traces seen, searches run. Marks and counts only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from inspector.audit.batch import Batch
from inspector.audit.record import Entry, Outcome, Resource
from inspector.errors import AuditError
from inspector.view import ShownAuditRecord, sanitise

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from inspector.audit.log import AuditLog
    from inspector.audit.reading import Record

_PAGE = 4096
_MOST_PERSONS = 100
"""Marks in one record; how many there were is always counted."""
_MOST_SHOWN = 500
_FARTHEST = 100_000
"""Records that are looked through for the audit of a trace, newest first."""


@dataclass(slots=True)
class Trail:
    """`state` says how well the log is proved, as `signed` or `unsigned: no-bus`; asked after each change."""

    log: AuditLog
    state: Callable[[], str]
    batch: Batch = field(init=False)

    def __post_init__(self) -> None:
        self.batch = Batch(self.log)

    def opened(self, paths: Sequence[Path]) -> None:
        for path in paths:
            self._add(Entry("store.open", self.store(path, "store")))

    def assumed(self) -> None:
        """Somebody works in a role above viewer's."""
        self._add(Entry("role.assumed", Resource("role")))

    def viewed(self, path: Path, trace_id: str, subjects: Collection[str]) -> None:
        marks = tuple(sorted(self.log.mark(s) for s in subjects))
        where = self.store(path, "trace", trace_id)
        counts = {"persons": len(marks)} if marks else {}
        self._add(Entry("trace.view", where, counts=counts, subjects=marks[:_MOST_PERSONS]))

    def searched(self, query: str, counts: dict[str, int]) -> None:
        # Apart from the marks of ids: a search for a trace's id is no act on that trace.
        where = Resource("query", self.log.mark(f"query: {query}"))
        self._add(Entry("search.run", where, counts={"words": len(query.split()), **counts}))

    def refused(self, permission: str, why: str, query: str) -> None:
        """Somebody asked for what a role may not see; written at once."""
        where = Resource("query", self.log.mark(f"query: {query}"))
        self._denied(
            Entry("access.denied", where, Outcome.DENIED, new_state={"action": permission}, error=why)
        )

    def withheld(self, entry: Entry, permission: str, why: str) -> None:
        """Somebody asked to see what the role may not; `entry` is what would have been announced."""
        self._denied(
            replace(
                entry, action="access.denied", outcome=Outcome.DENIED, new_state={"action": permission}, error=why,
                redacted=True,
            )
        )  # fmt: skip

    def missed(self, trace_id: str) -> None:
        """A role that sees a part asked for a trace that isn't in it, whether there is one or not."""
        where = Resource("trace", self.log.mark(trace_id))
        state = {"action": "traces:read"}
        self._denied(
            Entry(
                "access.denied", where, Outcome.DENIED, new_state=state, error="not within the role's limits"
            )
        )

    def _denied(self, entry: Entry) -> None:
        self._add(entry)
        self.batch.flush()

    def store(self, path: Path, type: str, id: str = "") -> Resource:
        """A store, or what has `id` in it, as a resource."""
        absolute = str(path if str(path) == "-" else path.absolute())
        return Resource(
            type, self.log.mark(id) if id else "", fingerprint(path), self.log.mark(absolute)[:32]
        )

    def _add(self, entry: Entry) -> None:
        self.batch.add(entry)

    def of(self, trace_id: str) -> Sequence[ShownAuditRecord]:
        """Newest first, what is still waiting to be written included."""
        from itertools import islice

        from inspector.audit.reading import newest_first, text

        self.batch.flush()
        mark = self.log.mark(trace_id)
        found: list[ShownAuditRecord] = []
        for record in islice(newest_first(self.log.folder), _FARTHEST):
            if text(record, "resource", "id_hmac") == mark:
                found.append(shown(record))
                if len(found) == _MOST_SHOWN:
                    break
        return found

    @property
    def problem(self) -> AuditError | None:
        return self.log.refused or self.batch.problem

    def badge(self) -> tuple[str, bool]:
        """The header's words, and whether all is well."""
        if self.problem is not None:
            return "not written", False
        seq = self.log.last_seq
        return f"ok #{seq:,} · {self.state()}".replace(",", "") if seq >= 0 else f"ok · {self.state()}", True

    def close(self) -> None:
        """Write what waits and sign it. A log that can't be written is a `problem`, reading was done."""
        self.batch.flush()
        if self.batch.problem is None and self.log.dirty:
            try:
                self.log.checkpoint(anchored=False)
            except AuditError as error:
                self.batch.problem = error


def fingerprint(path: Path) -> str:
    """16 hex that stay the same while a store grows: of its first page, without SQLite's counters."""
    try:
        with path.open("rb") as file:
            page = bytearray(file.read(_PAGE))
    except OSError:
        return ""
    if page.startswith(b"SQLite format 3\0"):
        for begin, end in ((24, 32), (92, 100)):
            page[begin:end] = bytes(end - begin)
    return hashlib.sha256(page).hexdigest()[:16]


def shown(record: Record) -> ShownAuditRecord:
    """A record as the screen shows it."""
    from inspector.audit.reading import counts, moment, number, text

    return ShownAuditRecord(
        seq=number(record, "seq"),
        time=moment(record),
        who=sanitise(text(record, "actor", "user")),
        role=sanitise(text(record, "actor", "role")),
        action=sanitise(text(record, "action")),
        outcome="announced" if text(record, "phase") == "intent" else sanitise(text(record, "outcome")),
        counts=sanitise(", ".join(f"{name} {n:,}" for name, n in counts(record).items())),
        reason=sanitise(text(record, "reason") or text(record, "error")),
    )
