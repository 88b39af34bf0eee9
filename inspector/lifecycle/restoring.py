"""What retention has put in quarantine, taken out again: into a file of its own, beside nobody's store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from inspector.errors import NotFound
from inspector.lifecycle import archive
from inspector.lifecycle.archive import Tier
from inspector.paths import note_written, written, written_of

if TYPE_CHECKING:
    from inspector.intent import Intent
    from inspector.lifecycle.archive import Archive

KIND: Final = "restored"
"""Files that were written here are covered by erasures of their store, and never removed as caches are."""


def in_quarantine(op_id: str) -> tuple[Archive, Path]:
    """What an operation has put there, and the store it comes from. Raises NotFound."""
    for kind, path, store in written():
        if kind == archive.KIND and path.name.split(".")[0] == op_id and path.is_file():
            found = next((each for each in archive.of_store(Path(store)) if each.path == path), None)
            if found is not None and found.tier is Tier.QUARANTINE:
                return found, Path(store)
    raise NotFound(
        "Nothing of this operation rests in quarantine.", "inspector retention status STORE lists archives."
    )


def restore_into(intent: Intent, found: Archive, store: Path, place: Path, target: Path) -> int:
    """Writes the traces to `place`, a private file that will be called `target`. Returns how many.
    Raises StoreError."""
    # Before the first byte: what a crash leaves is then known too.
    note_written(KIND, target, store)
    data = archive.opened(found)
    place.write_bytes(data)
    intent.counts = {"traces": data.count(b"\n")}
    return intent.counts["traces"]


def restored(store: Path) -> list[Path]:
    """Files of a store that are still where they were written."""
    return [path for kind, path in dict.fromkeys(written_of(store)) if kind == KIND and path.is_file()]
