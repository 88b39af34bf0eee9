"""Where checkpoints are kept out of the reach of who could rewrite the log, from strong to weak.

An anchor takes each checkpoint (`keep`) and gives back what it knows (`heads`), for the verifier. Some can
only be asked by people with other rights, and say so by giving back nothing.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Strength(IntEnum):
    """How far from the log's owner a head lies."""

    KEYRING = 1
    """The owner's own keyring: other programs of the same user can change it."""
    FOLDER = 2
    """A file or git folder elsewhere: as far away as its disk and its other clones are."""
    SYSTEM = 3
    """The system's journal, which root owns."""
    AUTHORITY = 4
    """A time stamp signed by somebody else."""


class Anchor(Protocol):
    @property
    def name(self) -> str:
        """For the screen: `file`, `git`, `journald`, `syslog`, `rfc3161`, `keyring`."""

    @property
    def strength(self) -> Strength: ...

    def keep(self, note: str) -> None:
        """Raises AuditError, or another InspectorError of the place; never waits longer than seconds."""

    def heads(self) -> Sequence[str]:
        """The notes it knows, oldest first; those that can't be had from here are left out."""


def strongest(anchors: Sequence[Anchor]) -> Anchor | None:
    return max(anchors, key=lambda anchor: anchor.strength, default=None)


def read_back(anchors: Sequence[Anchor]) -> tuple[str, ...]:
    """Every head that some anchor knows, for `verify`."""
    return tuple(dict.fromkeys(note for anchor in anchors for note in anchor.heads()))
