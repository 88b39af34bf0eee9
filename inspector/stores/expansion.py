"""What a packed text expands to, kept while it is read for the first time, so that it is expanded once.

A small one goes to a file in memory, where the platform has such; a larger one to a private file that has no
name (where the platform allows), so that it is gone with the process, however that ends. Either is read by
position like a text that isn't packed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import TYPE_CHECKING, Final

from inspector.paths import cache_folder, private_folder
from inspector.stores.compression import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

IN_MEMORY: Final = 64 << 20
"""Bytes of expanded text that are kept in memory."""
_SPARE: Final = 1 << 30
"""Bytes of disk that are left free; where they are not, the text is expanded again each time."""
_LOOK: Final = 64 << 20


class Expansion:
    """The expanded text once it was read to its end; nothing before."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._size = 0

    @property
    def complete(self) -> bool:
        return self._file is not None

    @property
    def fd(self) -> int | None:
        """A descriptor of the text."""
        return None if self._file is None else self._file.fileno()

    @property
    def size(self) -> int:
        return self._size

    def keep(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The same pieces; after the last one, damage or not, they are kept."""
        taking = _Taking()
        try:
            for piece in pieces:
                taking.add(piece)
                yield piece
        except Damaged:
            self._adopt(taking)
            raise
        else:
            self._adopt(taking)
        finally:
            taking.drop()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _adopt(self, taking: _Taking) -> None:
        if self.complete or taking.refused:
            return
        file = taking.whole()
        if file is not None:
            self._file, self._size, taking.file = file, taking.size, None


class _Taking:
    """One reading in progress."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.file: IO[bytes] | None = None
        self.refused = False
        self._look = 0

    def add(self, piece: bytes) -> None:
        if self.refused:
            return
        self.size += len(piece)
        self.parts.append(piece)
        if self.size <= IN_MEMORY:
            return
        try:
            if self.file is None:
                self.file = tempfile.TemporaryFile(dir=_folder())  # noqa: SIM115 (it outlives this call)
            if self.size >= self._look:
                if shutil.disk_usage(_folder()).free < _SPARE:
                    raise OSError
                self._look = self.size + _LOOK
            self.file.writelines(self.parts)
            self.parts = []
        except OSError:
            self.refused = True
            self.drop()

    def whole(self) -> IO[bytes] | None:
        """A file of all that was added."""
        try:
            file = _in_memory() if self.file is None else self.file
            file.writelines(self.parts)
            file.flush()
        except OSError:
            return None
        return file

    def drop(self) -> None:
        self.parts = []
        if self.file is not None:
            self.file.close()
            self.file = None


def _in_memory() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("expanded"), "w+b")
    return tempfile.TemporaryFile(dir=_folder())


def _folder() -> str:
    return str(private_folder(private_folder(cache_folder()) / "spool"))
