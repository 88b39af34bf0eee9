"""What an act would do to one store, before it is done: counts, samples, what is in the way, what it can't reach.

A plan is bound to the state of the store by its hash; whoever acts makes it anew and compares.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import orjson

from inspector.errors import HeldBack
from inspector.stores.edits import Edits, Orphans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from inspector.model import Place
    from inspector.stores.edits import Editor

ALWAYS: Final = (
    "Snapshots, SSD cells, copy-on-write blocks, backups and copies elsewhere: no tool can promise those."
)


_SINGULAR: Final = frozenset("span trace log metric exemplar score patch object record".split())


class Mode(StrEnum):
    DELETE = "delete"
    SPANS = "delete-spans"
    PSEUDONYMISE = "pseudonymise"


@dataclass(frozen=True, slots=True)
class Terms:
    """How it is to be done. `metadata`: whether records beside spans go as well, or only lose the person's
    words; `past_readers`: go on where a reader keeps old bytes in a log, and certify it as partial."""

    mode: Mode = Mode.DELETE
    metadata: bool = True
    orphans: Orphans = Orphans.REPARENT
    past_readers: bool = False


@dataclass(frozen=True, slots=True)
class ClassCount:
    """One line of the preview. `where` are field names, the commonest first."""

    name: str
    traces: int
    spans: int
    rows: int
    where: tuple[str, ...]
    samples: tuple[str, ...] = ()
    """Redacted, with the person's words blanked."""


@dataclass(frozen=True, slots=True)
class StorePlan:
    """Times are ns since the epoch. `counts` are rows or elements by table; `reasons` are traces by rule."""

    path: Path
    format: str
    state: str
    """Digest of the store's files as they were."""
    edits: Edits = field(repr=False)
    traces: int
    spans: int
    rows: int
    replaced: int
    """Cells in which only words are replaced."""
    counts: Mapping[str, int]
    classes: Sequence[ClassCount] = ()
    reasons: Mapping[str, int] = field(default_factory=dict)
    oldest: int | None = None
    newest: int | None = None
    unknown: int = 0
    holds: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    ours: Mapping[Path, str] = field(default_factory=dict)
    """Files of ours that hold something of the store and go with it, each with its kind."""
    disk_needed: int = 0
    disk_free: int = 0
    hash: str = ""
    cells: frozenset[Place] = field(default=frozenset(), repr=False)
    """Where `edits.every` may replace words."""

    @property
    def empty(self) -> bool:
        return self.edits.empty

    @property
    def goes(self) -> bool:
        """Whether anything goes as a whole, rather than has its content changed."""
        edits = self.edits
        return bool(edits.traces or edits.spans or edits.records) or edits.empty

    @property
    def fits_disk(self) -> bool:
        return self.disk_needed <= self.disk_free

    def check(self) -> None:
        """Raises HeldBack where it may not or can't be carried out."""
        if self.holds:
            raise HeldBack(
                f"{self.path}: a hold is in the way ({self.holds[0]}).",
                "An admin may release it: inspector hold release.",
            )
        if self.refusals:
            raise HeldBack(f"{self.path}: {self.refusals[0]}", "See the plan for all that is in the way.")
        if not self.fits_disk:
            raise HeldBack(
                f"{self.path}: it needs {self.disk_needed:,} bytes of disk, {self.disk_free:,} are free.",
                "Make room, then try again.",
            )


@dataclass(frozen=True, slots=True)
class Plan:
    """For one or more stores. `hash` covers all of it."""

    stores: tuple[StorePlan, ...]
    terms: Terms

    @property
    def hash(self) -> str:
        return hashlib.sha256("".join(each.hash for each in self.stores).encode()).hexdigest()

    @property
    def empty(self) -> bool:
        return all(each.empty for each in self.stores)

    @property
    def traces(self) -> int:
        return sum(each.traces for each in self.stores)

    def check(self) -> None:
        for each in self.stores:
            each.check()


def state_of(editor: Editor) -> str:
    """Changes whenever the store does. SQLite's -shm is left out: reading changes it."""
    seen = []
    for path in editor.files():
        if path.name.endswith("-shm"):
            continue
        try:
            found = path.stat()
        except FileNotFoundError:
            continue
        if found.st_size or not path.name.endswith(("-wal", "-journal")):
            seen.append((path.name, found.st_size, found.st_mtime_ns))
    return hashlib.sha256(repr(sorted(seen)).encode()).hexdigest()


def hashed(plan: StorePlan, terms: Terms) -> StorePlan:
    """With its hash: over the store's state, what is selected and how, not over how it is worded."""
    edits = plan.edits
    body = {
        "store": str(plan.path.resolve()),
        "state": plan.state,
        "terms": [terms.mode, terms.metadata, terms.orphans, terms.past_readers],
        "traces": sorted(edits.traces),
        "spans": sorted(edits.spans),
        "records": sorted(map(repr, edits.records)),
        "replaced": plan.replaced,
        "rewrites": sorted((repr(each.place), each.before) for each in edits.rewrites),
        "counts": dict(plan.counts),
        "holds": list(plan.holds),
    }
    made = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return replace(plan, hash=made)


def counts_text(counts: Mapping[str, int]) -> str:
    """`2 spans, 1 log, 3 updated traces`: kinds of records are singular, tables are called what they are."""
    return ", ".join(
        f"{n:,} {name}{'s' if n != 1 and name in _SINGULAR else ''}" for name, n in counts.items()
    )


def free_beside(path: Path) -> int:
    return shutil.disk_usage(path.resolve().parent).free
