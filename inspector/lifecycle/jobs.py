"""Operations as they are carried out: one sealed file each, so that whatever is interrupted can be resumed.

A job names the person it is about until all of it is done; then only the mark stays.
"""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as dataclasses_field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inspector.errors import HeldBack, NotFound
from inspector.lifecycle import sealed
from inspector.lifecycle.person import Person
from inspector.lifecycle.plan import Mode, Terms
from inspector.lifecycle.wish import Wish
from inspector.paths import open_private
from inspector.session.store_names import store_name
from inspector.stores.edits import Orphans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.lifecycle.sealed import Json, Object

_SUFFIX: Final = ".job"
_SHARED: Final = 14
"""Hex digits that the operations of one job have in common; the last two number its stores."""


class JobState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    PARTIAL = "partial"
    COMPLETED = "completed"
    FAILED = "failed"
    CLOSED = "closed"
    """Given up by a person, with a reason."""


DONE: Final = (JobState.COMPLETED, JobState.CLOSED)


class JobKind(StrEnum):
    ERASURE = "erasure"
    BULK = "bulk erasure"
    RETENTION = "retention"
    RECTIFY = "rectification"
    SEAL = "sealing"
    UNSEAL = "unsealing"


_AGAIN: Final = {JobKind.SEAL: "inspector seal", JobKind.UNSEAL: "inspector unseal --reason WHY"}


@dataclass(slots=True)
class StoreJob:
    path: Path
    op_id: str
    state: JobState = JobState.PENDING
    error: str = ""
    counts: dict[str, int] = dataclasses_field(default_factory=dict)
    certificate: str = ""
    started: bool = False
    """Whether an intent was announced: only then may a resumption find it half done."""
    edits: Object | None = dataclasses_field(default=None, repr=False)
    """What was begun in a database, until it is done."""


@dataclass(slots=True)
class Job:
    """`id` is the op id of its first store. Times are ns since the epoch."""

    kind: JobKind
    created: int
    stores: list[StoreJob]
    terms: Terms = dataclasses_field(default_factory=Terms)
    person: Person | None = None
    mark: str = ""
    query: str = ""
    field: str = ""
    value: str = dataclasses_field(default="", repr=False)
    """What a rectification writes, and where."""
    wish: Wish | None = None
    values: tuple[str, ...] = dataclasses_field(default=(), repr=False)
    """What a sealing is about, and the plain values of which no byte may be left, until it is done."""
    request: str = ""
    basis: str = ""
    reason: str = ""
    now: int = 0
    """What ages counted from when it was planned."""

    @property
    def id(self) -> str:
        return self.stores[0].op_id

    @property
    def state(self) -> JobState:
        states = {each.state for each in self.stores}
        for state in (JobState.RUNNING, JobState.FAILED, JobState.PARTIAL, JobState.PENDING):
            if state in states:
                # Done in one store and not in another is done in part.
                mixed = state is not JobState.RUNNING and not states.isdisjoint(DONE) and len(states) > 1
                return JobState.PARTIAL if mixed else state
        return JobState.CLOSED if JobState.CLOSED in states else JobState.COMPLETED

    @property
    def open(self) -> bool:
        return self.state not in DONE

    @property
    def way_on(self) -> str:
        """The command that goes on with it: sealing takes the keys of whoever runs it again."""
        command = _AGAIN.get(self.kind)
        return (
            f"{command} {store_name(self.stores[0].path)}" if command else f"inspector erase resume {self.id}"
        )


def new_job(kind: JobKind, created: int, paths: list[Path]) -> Job:
    stem = secrets.token_hex(_SHARED // 2)
    return Job(kind, created, [StoreJob(path.resolve(), f"{stem}{n:02x}") for n, path in enumerate(paths)])


def folder() -> Path:
    return sealed.folder("jobs")


def save(job: Job) -> None:
    """Durable when it returns. Raises StoreError."""
    if not job.open:
        job.person, job.value, job.values = None, "", ()
    sealed.write(folder() / f"{job.id}{_SUFFIX}", _json(job))


def load(op_id: str) -> Job:
    """By its own id or that of one of its stores. Raises NotFound."""
    if len(op_id) == _SHARED + 2 and set(op_id) <= set("0123456789abcdef"):
        found = sealed.read(folder() / f"{op_id[:_SHARED]}00{_SUFFIX}")
        if found is not None:
            return _job(found)
    raise NotFound("There is no such operation.", "inspector erase list shows them.")


def all_jobs() -> list[Job]:
    """The oldest first."""
    read = (sealed.read(path) for path in folder().glob(f"*{_SUFFIX}"))
    return sorted((_job(value) for value in read if value is not None), key=lambda job: job.created)


def interrupted() -> Job | None:
    """An operation that was begun and neither ended nor given up."""
    for job in all_jobs():
        if any(each.started and each.state is JobState.RUNNING for each in job.stores):
            return job
    return None


def begun_on(path: Path, kind: JobKind) -> list[Job]:
    """Operations of a kind on one store that aren't finished, the oldest first."""
    real = path.resolve()
    return [
        job for job in all_jobs() if job.kind is kind and job.open and any(s.path == real for s in job.stores)
    ]


def refuse_while_open(beside: str = "") -> None:
    """Raises HeldBack: an act whose end nobody knows blocks new ones."""
    job = interrupted()
    if job is not None and job.id != beside:
        raise HeldBack(
            f"The operation {job.id} was interrupted and isn't finished.",
            f"Finish it: {job.way_on}, or give it up: inspector erase close {job.id} --reason.",
        )


@contextmanager
def alone() -> Iterator[None]:
    """No two operations at once. Raises HeldBack."""
    fd = open_private(folder() / "lock")
    try:
        _lock(fd)
        yield
    finally:
        os.close(fd)


def _lock(fd: int) -> None:
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise HeldBack("Another erasure or retention is running.", "Wait for its end.") from None


def _json(job: Job) -> Object:
    stores: list[Json] = [
        {
            "path": os.fsdecode(each.path),
            "op_id": each.op_id,
            "state": each.state.value,
            "error": each.error,
            "counts": dict(each.counts),
            "certificate": each.certificate,
            "started": each.started,
            "edits": None if each.state in DONE else each.edits,
        }
        for each in job.stores
    ]
    return {
        "kind": job.kind.value,
        "created": job.created,
        "stores": stores,
        "mode": job.terms.mode.value,
        "metadata": job.terms.metadata,
        "orphans": job.terms.orphans.value,
        "past_readers": job.terms.past_readers,
        "person": None if job.person is None else job.person.as_json(),
        "mark": job.mark,
        "query": job.query,
        "field": job.field,
        "value": job.value,
        "wish": None if job.wish is None else job.wish.as_json(),
        "values": list(job.values),
        "request": job.request,
        "basis": job.basis,
        "reason": job.reason,
        "now": job.now,
    }


def _edits(value: Object) -> Object | None:
    found = value.get("edits")
    return found if isinstance(found, dict) else None


def _job(value: Object) -> Job:
    person, wish = value.get("person"), value.get("wish")
    stores = [
        StoreJob(
            Path(sealed.text(each, "path")),
            sealed.text(each, "op_id"),
            JobState(sealed.text(each, "state")),
            sealed.text(each, "error"),
            sealed.counts(each, "counts"),
            sealed.text(each, "certificate"),
            each.get("started") is True,
            _edits(each),
        )
        for each in sealed.objects(value, "stores")
    ]
    terms = Terms(
        Mode(sealed.text(value, "mode")),
        value.get("metadata") is True,
        Orphans(sealed.text(value, "orphans")),
        value.get("past_readers") is True,
    )
    return Job(
        JobKind(sealed.text(value, "kind")),
        sealed.number(value, "created"),
        stores,
        terms,
        Person.from_json(person) if isinstance(person, dict) else None,
        sealed.text(value, "mark"),
        sealed.text(value, "query"),
        sealed.text(value, "field"),
        sealed.text(value, "value"),
        Wish.from_json(wish) if isinstance(wish, dict) else None,
        sealed.texts(value, "values"),
        sealed.text(value, "request"),
        sealed.text(value, "basis"),
        sealed.text(value, "reason"),
        sealed.number(value, "now"),
    )
