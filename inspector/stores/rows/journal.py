"""What an edit leaves in the state folder while it runs, so that it can be killed anywhere and called again:
how far it got, what it counted, and a row by which to see whether it was committed. Digests and places, never
content."""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from inspector.errors import StoreError
from inspector.paths import open_private, private_folder, state_folder

FRESH: Final = ""
CHANGING: Final = "changing"
"""About to commit: whether it was, the store says."""
CHANGED: Final = "changed"
"""Committed; what was deleted may still stand in free pages and logs."""
DONE: Final = "done"
_KEPT_SECONDS: Final = 90 * 86_400


@dataclass(slots=True)
class Entry:
    """One edit of one store. JSON as it lies on disk."""

    op: str
    store: str
    edits: str
    """Digest of what was asked for: an op id is good for that alone."""
    phase: str = FRESH
    counts: dict[str, int] = field(default_factory=dict)
    checks: dict[str, str] = field(default_factory=dict)
    settings: dict[str, int | str] = field(default_factory=dict)
    before: list[tuple[str, int, str]] = field(default_factory=list)
    after: list[tuple[str, int, str]] = field(default_factory=list)
    witness: list[str | int] = field(default_factory=list)
    """Table, rowid, and for a rewritten cell its column and the digest that it gets."""
    method: str = ""


def folder() -> Path:
    return state_folder() / "edits"


def load(op_id: str, store: Path, edits: str) -> Entry:
    """The entry of an edit begun before, or a fresh one. Raises StoreError for another edit's op id."""
    try:
        found = json.loads(_file(op_id, store).read_text())
    except FileNotFoundError:
        return Entry(op_id, str(store), edits)
    except (OSError, ValueError) as error:
        raise StoreError(
            "The notes of an edit that was cut off can't be read.", f"Look at the folder {folder()}."
        ) from error
    entry = Entry(**found)
    if entry.edits != edits:
        raise StoreError(
            "This operation was begun with another set of changes.",
            "Resume it with the changes it was begun with.",
        )
    return entry


def begun(op_id: str, store: Path) -> bool:
    """Whether the edit was about to change the store, or has."""
    return _file(op_id, store).exists()


def save(entry: Entry) -> None:
    """Durable before it returns: beside the old one, then in its place."""
    path = _file(entry.op, Path(entry.store))
    private_folder(state_folder())
    place = private_folder(folder())
    beside = path.with_suffix(".new")
    body = json.dumps({name: getattr(entry, name) for name in Entry.__slots__}).encode()
    with os.fdopen(open_private(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(place)


def sweep() -> None:
    """Remove the notes of edits that ended long ago."""
    try:
        names = list(folder().iterdir())
    except OSError:
        return
    for path in names:
        if path.suffix == ".json" and path.stat().st_mtime < time.time() - _KEPT_SECONDS:
            path.unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    """Make a new or renamed name in a folder durable, where the platform can."""
    if os.name == "nt":
        return
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _file(op_id: str, store: Path) -> Path:
    name = hashlib.sha256(f"{op_id}\n{store}".encode()).hexdigest()[:32]
    return folder() / f"{name}.json"
