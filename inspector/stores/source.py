"""The bytes of a JSON store as UTF-8, whatever they are packed in. Places count these bytes, not the file's.

A source holds the file open: if another file takes its name, what was opened stays what is read.
"""

from __future__ import annotations

import codecs
import io
import os
import stat
from typing import TYPE_CHECKING, Final, cast

from inspector.errors import StoreError
from inspector.stores.compression import Compression, Damaged, compression_of, expanded
from inspector.stores.expansion import Expansion

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from _typeshed import WriteableBuffer

_BUFFER: Final = 1 << 20
_MARKS: Final = ((b"\xff\xfe\0\0", "utf-32-le"), (b"\0\0\xfe\xff", "utf-32-be"), (b"\xff\xfe", "utf-16-le"),
                 (b"\xfe\xff", "utf-16-be"))  # fmt: skip


def open_regular(path: Path) -> int:
    """A descriptor of a regular file, read-only. Never waits: a FIFO or a device is refused, not opened."""
    try:
        found = path.stat()
        _demand_regular(found.st_mode)
        # Between the look and the open a FIFO may have come: non-blocking, and looked at again.
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError as error:
        raise StoreError(
            "There is no such file.", "Check the name; a glob pattern may need quotes."
        ) from error
    except PermissionError as error:
        raise StoreError("This file may not be read.", "Ask its owner for read permission.") from error
    except OSError as error:
        raise StoreError(f"This file can't be opened: {os.strerror(error.errno or 0)}.", "") from error
    except ValueError as error:
        raise StoreError("This is no file name.", "Check the name.") from error
    try:
        _demand_regular(os.fstat(fd).st_mode)
    except StoreError:
        os.close(fd)
        raise
    return fd


def _demand_regular(mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    if stat.S_ISDIR(mode):
        raise StoreError("This is a folder.", "Name a file in it, or give the folder to `inspector` itself.")
    if stat.S_ISFIFO(mode):
        raise StoreError("This is a pipe.", "Send it to standard input: inspector - < PIPE.")
    if stat.S_ISSOCK(mode):
        raise StoreError("This is a socket.", "Name a file.")
    raise StoreError("This is a device.", "Name a file.")


class Reader(io.RawIOBase):
    """A file from its beginning by positioned reads: any number of readers share one descriptor."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        data = _pread(self._fd, len(view), self.position)
        view[: len(data)] = data
        self.position += len(data)
        return len(data)


def _pread(fd: int, size: int, offset: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(fd, size, offset)
    os.lseek(fd, offset, os.SEEK_SET)
    return os.read(fd, size)


class _Pieces(io.RawIOBase):
    """An iterator of bytes as a file; a Damaged that ends it is kept and not raised."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")
        self.damage: Damaged | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        while not self._left:
            try:
                self._left = memoryview(next(self._pieces))
            except StopIteration:
                return 0
            except Damaged as damage:
                self.damage = damage
                self._pieces = iter(())
                return 0
        view = memoryview(buffer)
        size = min(len(view), len(self._left))
        view[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


class Stream:
    """One reading of a source from the beginning."""

    def __init__(self, file: BinaryIO, raw: Reader, pieces: _Pieces | None) -> None:
        self.file = file
        self._raw = raw
        self._pieces = pieces

    @property
    def done(self) -> int:
        """Bytes of the file on disk read so far."""
        return self._raw.position

    @property
    def damage(self) -> str:
        """Why the content ended before its end, or empty."""
        damage = self._pieces.damage if self._pieces else None
        return str(damage) if damage else ""


class Source:
    """A regular file and how it is packed."""

    def __init__(self, path: Path) -> None:
        self._fd = open_regular(path)
        try:
            found = os.fstat(self._fd)
            self.size = found.st_size
            self.stamp = (found.st_size, found.st_mtime_ns)
            self.writable = os.access(path, os.W_OK)
            self.head = _pread(self._fd, 4096, 0)
            self.compression: Compression = compression_of(self.head)
            first = next(self._expanded(), b"") if self.compression else self.head
        except OSError as error:
            os.close(self._fd)
            raise StoreError(f"This file can't be read: {os.strerror(error.errno or 0)}.", "") from error
        self.encoding = _encoding(first)
        self._expansion = Expansion()

    def _expanded(self) -> Iterator[bytes]:
        """The first piece, damage or not: only for a look."""
        try:
            yield from expanded(cast("BinaryIO", io.BufferedReader(Reader(self._fd), 8192)), self.compression)
        except Damaged:
            return

    @property
    def fd(self) -> int:
        """For reading by position; stays this source's to close."""
        return self._fd

    @property
    def plain(self) -> bool:
        """Whether places are also places in the file."""
        return not self.compression and self.encoding == "utf-8"

    @property
    def packing(self) -> str:
        """In words, for the schema column: `gzip`, `utf-16-le`, ``."""
        return ", ".join(word for word in (self.compression, self.encoding) if word and word != "utf-8")

    def stream(self) -> Stream:
        raw = Reader(self._fd)
        if self.plain:
            return Stream(io.BufferedReader(raw, _BUFFER), raw, None)
        pieces: Iterator[bytes] = expanded(
            cast("BinaryIO", io.BufferedReader(raw, 1 << 16)), self.compression
        )
        if self.encoding != "utf-8":
            pieces = _transcoded(pieces, self.encoding)
        if not self._expansion.complete:
            pieces = self._expansion.keep(pieces)
        joined = _Pieces(pieces)
        return Stream(io.BufferedReader(joined, _BUFFER), raw, joined)

    def read(self, start: int, end: int) -> bytes:
        """Some bytes of the text; fewer where it has become shorter."""
        if self.plain:
            return read_all(self._fd, start, end - start)
        if not self._expansion.complete:
            file = self.stream().file
            while file.read(_BUFFER):
                pass
        if self._expansion.fd is not None:
            return read_all(self._expansion.fd, start, end - start)
        return _skip_to(self.stream().file, start, end)

    @property
    def text_file(self) -> tuple[int, int] | None:
        """Descriptor and size of the text, if it lies in a file: this one, or what it was expanded to."""
        if self.plain:
            return self._fd, self.size
        fd = self._expansion.fd
        return None if fd is None else (fd, self._expansion.size)

    def grown(self) -> None:
        """Take the size anew: what was added is part of the text from now on."""
        found = os.fstat(self._fd)
        if found.st_size > self.size:
            self.size = found.st_size
            self.stamp = (found.st_size, found.st_mtime_ns)

    def changed(self) -> bool:
        """Whether the file was rewritten since it was opened. What only grew has not changed."""
        found = os.fstat(self._fd)
        return found.st_size < self.stamp[0] or (
            found.st_size == self.stamp[0] and found.st_mtime_ns != self.stamp[1]
        )

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        self._expansion.close()


def read_all(fd: int, start: int, size: int) -> bytes:
    parts: list[bytes] = []
    while size > 0 and (part := _pread(fd, size, start)):
        parts.append(part)
        start += len(part)
        size -= len(part)
    return b"".join(parts)


def _skip_to(file: BinaryIO, start: int, end: int) -> bytes:
    while start > 0 and (part := file.read(min(start, _BUFFER))):
        start -= len(part)
        end -= len(part)
    return file.read(end)


def _encoding(first: bytes) -> str:
    for mark, name in _MARKS:
        if first.startswith(mark):
            return name
    # Without a mark: JSON begins with two ASCII characters, which UTF-16 pads with zeros.
    if len(first) >= 4 and first[0] in b'[{"' and first[1] == first[3] == 0:
        return "utf-16-le"
    return "utf-16-be" if len(first) >= 4 and first[0] == first[2] == 0 and first[1] in b'[{"' else "utf-8"


def _transcoded(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """As UTF-8, without the mark; what is no character becomes U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    first = True
    try:
        for piece in pieces:
            text = decoder.decode(piece)
            if first and text:
                text, first = text.removeprefix("\ufeff"), False
            yield text.encode()
    finally:
        rest = decoder.decode(b"", final=True).encode()
    if rest:
        yield rest
