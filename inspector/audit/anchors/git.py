"""Checkpoints as commits in a git folder; pushed by whoever looks after that folder."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.audit.anchors import Strength
from inspector.errors import AuditError

if TYPE_CHECKING:
    from pathlib import Path

DEADLINE = 10.0
"""Seconds for one git command."""
NAME = "audit-checkpoint.txt"
_AUTHOR = ("-c", "user.name=inspector", "-c", "user.email=inspector@localhost", "-c", "commit.gpgsign=false")
# A folder's own hooks and helpers are programs that somebody else may have put there.
_BARE = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0")


@dataclass(frozen=True, slots=True)
class GitAnchor:
    """`folder` is a working tree; the note is one file in it, a checkpoint a commit."""

    folder: Path
    name: str = "git"
    strength: Strength = Strength.FOLDER

    def keep(self, note: str) -> None:
        try:
            (self.folder / NAME).write_text(note, encoding="utf-8")
        except OSError as error:
            raise self._problem(error.strerror or "I/O error") from None
        self._git("add", "--", NAME)
        if self._git("status", "--porcelain", "--", NAME).strip():
            self._git(*_AUTHOR, "commit", "-q", "-m", "Audit checkpoint", "--", NAME)

    def heads(self) -> list[str]:
        try:
            commits = self._git("log", "--reverse", "--format=%H", "--", NAME).split()
            return [self._git("show", f"{commit}:{NAME}") for commit in commits[-_MOST:]]
        except AuditError:
            return []

    def _git(self, *arguments: str) -> str:
        argv = ["git", "-C", str(self.folder), *_BARE, *arguments]
        try:
            done = subprocess.run(
                argv, capture_output=True, timeout=DEADLINE, check=False, stdin=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired:
            raise self._problem("git didn't answer in time") from None
        except OSError as error:
            raise self._problem(f"git can't be started ({error.strerror})") from None
        if done.returncode != 0:
            raise self._problem(f"git failed with exit {done.returncode}")
        return done.stdout.decode("utf-8", "replace")

    def _problem(self, what: str) -> AuditError:
        return AuditError(
            f"the anchor in the git folder {self.folder} can't be used: {what}",
            f"Try it by hand: git -C {self.folder} status",
        )


_MOST = 1_000
"""Commits that are read back, newest ones: each is one more process."""
