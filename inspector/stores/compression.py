"""gzip (RFC 1952) and Zstandard (RFC 8878) files, known by content, read as a stream of pieces.

A file that is cut off or damaged gives what comes before the damage. A file that expands beyond all measure
is stopped: traces compress 5 to 50 times, a decompression bomb 1,000 times.
"""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

Compression: TypeAlias = Literal["", "gzip", "zstd", "zstd frames"]

_GZIP: Final = b"\x1f\x8b\x08"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_STEP: Final = 1 << 18
"""Compressed bytes taken at a time."""
_PIECE: Final = 1 << 20
"""Expanded bytes given at a time, so that one step can't fill the memory."""
MOST_RATIO: Final = 300
FREE: Final = 64 << 20
"""Expanded bytes that no ratio is asked of."""
_ZSTD_STEP: Final = 1 << 10
_WINDOW: Final = 128 << 20
"""The largest zstd window that is accepted: what `zstd --long=27` needs."""


class Damaged(Exception):
    """The stream ends here, though it shouldn't; the argument says why, in words for a Problem."""


def compression_of(head: bytes) -> Compression:
    """By the first bytes. The OpenTelemetry Collector's file exporter puts 4 bytes of length before each
    zstd frame of one message."""
    if head.startswith(_GZIP):
        return "gzip"
    if head.startswith(_ZSTD):
        return "zstd"
    return "zstd frames" if head[4:8] == _ZSTD and head[0] < 0x10 else ""


def expanded(file: BinaryIO, kind: Compression) -> Iterator[bytes]:
    """Pieces of the content. Raises Damaged after the last good one."""
    if kind == "gzip":
        yield from _measured(_gunzipped(file))
    elif kind == "zstd":
        yield from _measured(_unzstd(file))
    elif kind == "zstd frames":
        yield from _measured(_frames(file))
    else:
        while piece := file.read(_PIECE):
            yield piece


def _measured(steps: Iterator[tuple[int, bytes]]) -> Iterator[bytes]:
    """Pieces, for as long as they are in proportion to the compressed bytes they came from."""
    taken = given = 0
    for more, piece in steps:
        taken += more
        given += len(piece)
        if given > FREE and given > taken * MOST_RATIO:
            raise Damaged(f"expands more than {MOST_RATIO} times: stopped, it may be a decompression bomb")
        if piece:
            yield piece


def _gunzipped(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """One member after another. Zeros after the last are padding."""
    left = b""
    first = True
    while True:
        data = left or file.read(_STEP)
        if not first:
            while data and not data.lstrip(b"\0"):
                data = file.read(_STEP)
            data = data.lstrip(b"\0")
        if not data:
            return
        if not first and not data.startswith(_GZIP[: len(data)]):
            raise Damaged("the gzip data is followed by something else")
        member = zlib.decompressobj(wbits=31)
        first = False
        while True:
            taken = len(data)
            try:
                piece = member.decompress(data, _PIECE)
            except zlib.error as error:
                raise Damaged("the gzip data is damaged") from error
            data = member.unconsumed_tail
            yield taken - len(data) - len(member.unused_data), piece
            if member.eof:
                left = member.unused_data
                break
            if not data:
                data = file.read(_STEP)
                if not data:
                    yield 0, member.flush()
                    raise Damaged("the gzip data is cut off")


def _unzstd(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """One frame after another. What a frame object gives for some input is not bounded by the library: a
    block holds at most 128 KiB and takes 4 bytes or more, so that small steps bound it at 32 MiB."""
    import zstandard

    frame = None
    data = b""
    block = memoryview(b"")
    while True:
        if not data:
            if not block:
                block = memoryview(file.read(_STEP))
                if not block:
                    break
            data, block = bytes(block[:_ZSTD_STEP]), block[_ZSTD_STEP:]
        if frame is None:
            frame = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
        try:
            piece = frame.decompress(data)
        except zstandard.ZstdError as error:
            raise Damaged("the zstd data is damaged") from error
        taken = len(data)
        data = b""
        if frame.eof:
            data = frame.unused_data
            frame = None
        yield taken - len(data), piece
    if frame is not None:
        raise Damaged("the zstd data is cut off")


def _frames(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Length, frame, length, frame: each frame is one message, given as a line."""
    while header := file.read(4):
        size = int.from_bytes(header, "big")
        frame = file.read(size)
        if len(header) < 4 or len(frame) < size:
            raise Damaged("the zstd data is cut off")
        yield from _unzstd(io.BytesIO(frame))
        yield 4, b"\n"
