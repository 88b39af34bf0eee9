"""Checkpoints in a file elsewhere: another disk, a network share, a folder that another user owns."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from inspector.audit.anchors import Strength
from inspector.audit.segments import sync
from inspector.errors import AuditError
from inspector.paths import open_private

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileAnchor:
    """One JSON line a checkpoint, appended and synced."""

    path: Path
    name: str = "file"
    strength: Strength = Strength.FOLDER

    def keep(self, note: str) -> None:
        try:
            fd = open_private(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            try:
                os.write(fd, orjson.dumps({"note": note}) + b"\n")
                sync(fd)
            finally:
                os.close(fd)
        except OSError as error:
            raise AuditError(
                f"the anchor {self.path} can't be written: {error.strerror}",
                "Mount it, or change [[audit.anchors]] in inspector.toml.",
            ) from None

    def heads(self) -> list[str]:
        try:
            lines = self.path.read_bytes().splitlines()
        except OSError:
            return []
        return [note for line in lines if (note := _note(line))]


def _note(line: bytes) -> str:
    try:
        note = orjson.loads(line)["note"]
    except (ValueError, KeyError, TypeError):
        return ""
    return note if isinstance(note, str) else ""
