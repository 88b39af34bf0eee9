"""The text of a JSON store for editing: read whole or not at all, and written back as it was packed.

Unlike reading for the screen nothing is mended here: what can't be read to its end can't be rewritten. A
character set is undone so that it can be made again byte by byte, lone surrogates included.
"""

from __future__ import annotations

import codecs
import io
import os
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, cast

from inspector.errors import StoreError
from inspector.model import Problem
from inspector.stores.compression import Damaged, expanded
from inspector.stores.records import LONGEST, Piece, Shape, pieces
from inspector.stores.source import Reader, read_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from _typeshed import WriteableBuffer

    from inspector.stores.source import Source

BLOCK: Final = 4 << 20
_BOM: Final = b"\xef\xbb\xbf"
_SPACE: Final = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a text; the last of a text may have no end. `line` is the number of the first, 0 where
    they aren't counted."""

    data: bytes
    start: int
    line: int


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands between two values that span lines."""

    data: bytes
    start: int
    line: int = 0


class _Upto(Reader):
    """A file up to some size: what is added meanwhile isn't seen."""

    def __init__(self, fd: int, size: int) -> None:
        super().__init__(fd)
        self._size = size

    def readinto(self, buffer: WriteableBuffer) -> int:
        left = max(0, self._size - self.position)
        return super().readinto(memoryview(buffer)[:left])


class _Chunks(io.RawIOBase):
    """An iterator of bytes as a file."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        while not self._left:
            try:
                self._left = memoryview(next(self._chunks))
            except StopIteration:
                return 0
        view = memoryview(buffer)
        size = min(len(view), len(self._left))
        view[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


class Text:
    """The text in the first `size` bytes of a file."""

    def __init__(self, source: Source, shape: Shape, size: int | None = None) -> None:
        self._source = source
        self.shape = shape
        self.size = source.size if size is None else size
        self._listener: Callable[[bytes], None] | None = None

    def listen(self, listener: Callable[[bytes], None]) -> bool:
        """Whether the next reading tells all bytes of the file, once and in order, as they lie there."""
        if not self._source.plain or self.shape is not Shape.LINES:
            return False
        self._listener = listener
        return True

    def chunks(self) -> Iterator[bytes]:
        """UTF-8, without the mark of another character set. Raises StoreError where it isn't whole."""
        source = self._source
        if source.plain:
            at = 0
            while at < self.size and (data := read_all(source.fd, at, min(BLOCK, self.size - at))):
                at += len(data)
                yield data
            return
        raw = cast("BinaryIO", io.BufferedReader(_Upto(source.fd, self.size), 1 << 16))
        steps = expanded(raw, source.compression)
        try:
            yield from steps if source.encoding == "utf-8" else recoded(steps, source.encoding)
        except Damaged as damage:
            raise StoreError(
                f"The file can't be rewritten: {damage}.", "Repair it, or delete the file as a whole."
            ) from None
        except UnicodeDecodeError:
            raise StoreError(
                "The file can't be rewritten: its character set is broken off.", "Repair it first."
            ) from None

    def blocks(self, *, counted: bool = False) -> Iterator[Block]:
        """All of it, in whole lines, some megabytes at a time. To count them costs more than to read them."""
        line = int(counted)
        for data, start in self._plain_lines() if self._source.plain else self._unpacked_lines():
            yield Block(data, start, line)
            line += data.count(b"\n") if counted else 0

    def _plain_lines(self) -> Iterator[tuple[bytes, int]]:
        """What is left of a line at the end of a block is read again with the next: cheaper than to put it there."""
        at, size = 0, BLOCK
        while at < self.size:
            data = read_all(self._source.fd, at, min(size, self.size - at))
            if not data:
                return
            cut = data.rfind(b"\n") + 1 if at + len(data) < self.size else len(data)
            if not cut:
                if size > LONGEST:
                    raise _too_long()
                size *= 4
                continue
            whole = data[:cut]
            if self._listener is not None:
                self._listener(whole)
            yield whole, at
            at, size = at + cut, BLOCK

    def _unpacked_lines(self) -> Iterator[tuple[bytes, int]]:
        start = size = 0
        held: list[bytes] = []
        for chunk in self.chunks():
            cut = chunk.rfind(b"\n") + 1
            if not cut:
                held.append(chunk)
                size += len(chunk)
                if size > LONGEST:
                    raise _too_long()
                continue
            data = b"".join((*held, chunk[:cut]))
            yield data, start
            start += len(data)
            held, size = ([chunk[cut:]], len(chunk) - cut) if cut < len(chunk) else ([], 0)
        if held:
            yield b"".join(held), start

    def values(self) -> Iterator[Piece | Gap]:
        """Values that span lines, and everything between them, in order."""
        beside = cast("BinaryIO", io.BufferedReader(_Chunks(self.chunks()), 1 << 16))
        file = cast("BinaryIO", io.BufferedReader(_Chunks(self.chunks()), 1 << 20))
        at, line = 0, 1
        for piece in pieces(file, Shape.VALUES):
            if isinstance(piece, Problem):
                if "given up" in piece.what:
                    raise StoreError(
                        f"A value is longer than {LONGEST >> 20} MB: it can't be edited.", "Split the file."
                    )
                continue
            gap = beside.read(piece.start - at)
            yield Gap(gap, at, line)
            beside.read(len(piece.data))
            at = piece.end
            line = piece.line + piece.data.count(b"\n")
            yield piece
        yield Gap(beside.read(), at, line)


def _too_long() -> StoreError:
    return StoreError(f"A line is longer than {LONGEST >> 20} MB: it can't be edited.", "Split the file.")


def line_piece(block: Block, start: int, end: int, line: int) -> tuple[bytes, Piece | None, bytes]:
    """What a line of a block begins with (a mark), its value if there is one, and what it ends with."""
    data = block.data[start:end]
    mark = len(_BOM) if block.start + start == 0 and data.startswith(_BOM) else 0
    text = data.rstrip(_SPACE)
    if len(text) <= mark:
        return data, None, b""
    piece = Piece(text[mark:], block.start + start + mark, line, data.endswith(b"\n"))
    return data[:mark], piece, data[len(text) :]


def recoded(steps: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    first = True
    for step in steps:
        text = decoder.decode(step)
        if first and text:
            text, first = text.removeprefix("\ufeff"), False
        yield text.encode("utf-8", "surrogatepass")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


class Sink(Protocol):
    def write(self, data: bytes) -> None: ...

    def close(self) -> None:
        """Write what is held back. The file stays open and isn't synced."""


class PlainSink:
    """Bytes to a descriptor."""

    def __init__(self, fd: int, listener: Callable[[bytes], None] = lambda data: None) -> None:
        self._fd = fd
        self._listener = listener
        self.size = 0

    def write(self, data: bytes) -> None:
        self._listener(data)
        self.size += len(data)
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]

    def close(self) -> None:
        return


class _Packed:
    """Back into the character set and the packing it came from."""

    def __init__(self, out: Sink, source: Source) -> None:
        self._out = out
        self._encoding = source.encoding
        self._mark = self._encoding != "utf-8" and _has_mark(source)
        self._kind = source.compression
        self._gzip = zlib.compressobj(6, zlib.DEFLATED, 31)
        self._zstd = _zstd() if self._kind.startswith("zstd") else None
        self._line = b""

    def write(self, data: bytes) -> None:
        if self._encoding != "utf-8":
            text = data.decode("utf-8", "surrogatepass")
            data = (("\ufeff" if self._mark else "") + text).encode(self._encoding, "surrogatepass")
            self._mark = False
        self._pack(data)

    def _pack(self, data: bytes) -> None:
        if self._kind == "gzip":
            self._out.write(self._gzip.compress(data))
        elif self._kind == "zstd" and self._zstd is not None:
            self._out.write(self._zstd.compress(data))
        elif self._kind == "zstd frames":
            *lines, self._line = (self._line + data).split(b"\n")
            for line in lines:
                self._frame(line)
        else:
            self._out.write(data)

    def _frame(self, message: bytes) -> None:
        import zstandard

        frame = zstandard.ZstdCompressor().compress(message)
        self._out.write(len(frame).to_bytes(4, "big") + frame)

    def close(self) -> None:
        if self._kind == "gzip":
            self._out.write(self._gzip.flush())
        elif self._kind == "zstd" and self._zstd is not None:
            self._out.write(self._zstd.flush())
        elif self._line:
            self._frame(self._line)
        self._out.close()


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


def _zstd() -> _Compressor:
    import zstandard

    return cast("_Compressor", zstandard.ZstdCompressor().compressobj())


def _has_mark(source: Source) -> bool:
    """Whether the text began with a byte order mark: by its first bytes, unpacked."""
    raw = cast("BinaryIO", io.BufferedReader(Reader(source.fd), 8192))
    first = next(expanded(raw, source.compression), b"")
    return first.decode(source.encoding, "replace").startswith("\ufeff")


def sink(plain: PlainSink, source: Source) -> Sink:
    """Writes text as the source has it."""
    return plain if source.plain else _Packed(plain, source)
