"""What a packed text expands to, kept while it is read for the first time, so that it is expanded once.

A small one stays in memory. A larger one goes to a private file that has no name (where the platform allows),
so that it is gone with the process, however that ends.
"""

from __future__ import annotations

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
        self._text: bytes | None = None
        self._file: IO[bytes] | None = None
        self._size = 0

    @property
    def complete(self) -> bool:
        return self._text is not None or self._file is not None

    @property
    def fd(self) -> int | None:
        """A descriptor of the text, if it lies in a file."""
        return None if self._file is None else self._file.fileno()

    @property
    def size(self) -> int:
        return self._size

    @property
    def text(self) -> bytes | None:
        """The text, if it is in memory."""
        return self._text

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
        self._text = None

    def _adopt(self, taking: _Taking) -> None:
        if self.complete or taking.refused:
            return
        self._size = taking.size
        if taking.file is None:
            self._text = b"".join(taking.parts)
        else:
            taking.file.flush()
            self._file, taking.file = taking.file, None


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

    def drop(self) -> None:
        self.parts = []
        if self.file is not None:
            self.file.close()
            self.file = None


def _folder() -> str:
    return str(private_folder(private_folder(cache_folder()) / "spool"))
