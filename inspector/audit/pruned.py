"""What a prune leaves of the records that it removed: enough to go on hashing, and to see that it was one.

`pruned.json` lies beside the log and is trusted by nobody: it counts only where a record in the log,
`audit.pruned`, announces the very same numbers, and where the checkpoints that follow fit.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from inspector.audit.merkle import Frontier
from inspector.audit.segments import refusal, sync_folder
from inspector.paths import open_private

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.audit.record import Json

FILE = "pruned.json"
ACTION = "audit.pruned"


@dataclass(frozen=True, slots=True)
class Base:
    """The log starts after `frontier.size` records; `prev` is the last one's leaf hash in hex."""

    frontier: Frontier
    prev: str
    segment: str
    """The first segment that stayed; older ones still there are a prune that was interrupted."""

    def state(self) -> dict[str, Json]:
        """As the record and the file both say it."""
        return {
            "size": self.frontier.size,
            "root": self.frontier.root().hex(),
            "hashes": [h.hex() for h in self.frontier.hashes],
            "prev": self.prev,
            "segment": self.segment,
        }


def parse_base(state: object) -> Base | None:
    """None for what is no base, or one whose hashes don't fit its size and root."""
    try:
        assert isinstance(state, dict)
        frontier = Frontier(int(state["size"]), [bytes.fromhex(h) for h in state["hashes"]])
        base = Base(frontier, str(state["prev"]), str(state["segment"]))
        fits = frontier.sound and base.state() == state
    except (AssertionError, KeyError, TypeError, ValueError):
        return None
    return base if fits else None


def read_base(folder: Path) -> Base | None:
    try:
        return parse_base(orjson.loads((folder / FILE).read_bytes()))
    except (OSError, ValueError):
        return None


def write_base(folder: Path, base: Base) -> None:
    """Put it in place at once and synced. Raises AuditError."""
    draft = folder / f".{FILE}"
    try:
        fd = open_private(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            os.write(fd, orjson.dumps(base.state()))
            os.fsync(fd)
        finally:
            os.close(fd)
        draft.replace(folder / FILE)
        sync_folder(folder)
    except OSError as error:
        raise refusal(error, folder) from None
