"""Bytes in and out of a filter: packed or not, atomically, never through a closed pipe with noise."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from inspector.cli.output import StdoutClosed
from inspector.errors import StoreError, UsageError
from inspector.paths import open_private

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator


class PieceReader:
    """`read` over pieces of any length. What comes after damage is an error once the good part is read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        from inspector.stores.compression import Damaged

        while not self._rest:
            try:
                piece = next(self._pieces, None)
            except Damaged as error:
                raise StoreError(
                    f"{error}; what came before was done.", "Fetch the file again, or unpack it by hand."
                ) from None
            if piece is None:
                return b""
            self._rest = piece
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


@contextlib.contextmanager
def reading(name: str) -> Iterator[PieceReader]:
    """A file or standard input (`-`), unpacked where its content is gzip or zstd."""
    from inspector.stores.compression import compression_of, expanded

    with contextlib.ExitStack() as stack:
        if name == "-":
            file = sys.stdin.buffer
        else:
            try:
                if not Path(name).is_file():
                    raise StoreError(f"{name}: This is no file.", "Name a file, or - for standard input.")
                file = stack.enter_context(Path(name).open("rb"))
            except OSError as error:
                raise StoreError(f"{name}: {error.strerror}.", "Check the name and permissions.") from None
        kind = compression_of(cast("io.BufferedReader", file).peek(8))
        yield PieceReader(expanded(file, kind))


class Sink(Protocol):
    """What bytes are written to."""

    def write(self, data: bytes, /) -> object: ...


class _Stdout:
    """Standard output as bytes; a reader that left ends the run quietly."""

    def write(self, data: bytes, /) -> object:
        try:
            return sys.stdout.buffer.write(data)
        except BrokenPipeError:
            raise StdoutClosed from None


@contextlib.contextmanager
def writing(name: str | None, *, force: bool) -> Iterator[Sink]:
    """Standard output, or a file that appears whole (0600) or not at all; gzip if its name ends in .gz."""
    if name is None or name == "-":
        yield _Stdout()
        try:
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            raise StdoutClosed from None
        return
    with placing(name, force=force) as beside, beside.open("wb") as file:
        yield from _packed(file, Path(name).suffix)


@contextlib.contextmanager
def placing(name: str, *, force: bool) -> Iterator[Path]:
    """An empty file (0600) to write to, which takes the name when all is well and goes when it isn't."""
    path = Path(name)
    if path.exists() and not path.is_file():
        # A rename would put a plain file in place of a device such as /dev/null.
        raise UsageError(f"{name} is no plain file.", "Name a file, or leave -o out and use the shell's >.")
    if path.exists() and not force:
        raise UsageError(f"{name} exists already.", "Choose another name, or add --force.")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        os.close(open_private(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    except OSError as error:
        raise StoreError(f"{name}: {error.strerror}.", "Choose a folder that you may write to.") from None
    try:
        yield beside
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _packed(file: BinaryIO, suffix: str) -> Iterator[BinaryIO]:
    if suffix == ".gz":
        import gzip

        with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
            yield cast("BinaryIO", packed)
    else:
        yield file
