"""Archives: where traces go that leave a store and aren't gone yet. Warm ones are zstd files that the inspector
opens; cold ones are the same without personal data; quarantined ones are sealed and only wait for their end."""

from __future__ import annotations

import io
import os
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import zstandard

from inspector.errors import StoreError
from inspector.keys.local import local_key
from inspector.lifecycle import sealed
from inspector.paths import note_written, open_private, written_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from inspector.redaction import Redactor

KIND: Final = "archive"
_SUFFIX: Final = ".jsonl.zst"
_LOGS: Final = "-logs"
_SEALED: Final = b"inspector-quarantine-1\n"
_PIECE: Final = 4 << 20


class Tier(StrEnum):
    QUARANTINE = "quarantine"
    WARM = "warm"
    COLD = "cold"


@dataclass(frozen=True, slots=True)
class Archive:
    """`newest` is the start of its newest trace or log record, `made` when it was written; ns since the epoch."""

    path: Path
    tier: Tier
    newest: int
    made: int
    logs: bool = False
    """Whether it holds log records instead of traces."""

    @property
    def kind(self) -> str:
        return f"{self.tier.value} logs" if self.logs else self.tier.value


def folder() -> Path:
    return sealed.folder("archives")


def write(
    store: Path, tier: Tier, op_id: str, lines: Iterable[bytes], newest: int, now: int, *, logs: bool = False
) -> Archive:
    """Of OTLP JSON lines. Durable when it returns, and whole or not there. Raises StoreError."""
    kind = f"{tier.value}{_LOGS if logs else ''}"
    place = folder() / f"{op_id}.{newest}.{now}.{kind}{_SUFFIX if tier is not Tier.QUARANTINE else ''}"
    # Before the first byte: what a crash leaves is then known too.
    note_written(KIND, place, store)
    draft = place.with_name(f".{place.name}")
    note_written(KIND, draft, store)
    try:
        fd = open_private(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        with os.fdopen(fd, "wb") as file:
            for piece in _sealed_pieces(lines) if tier is Tier.QUARANTINE else _packed(lines):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
        _sync(place.parent)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise StoreError(
            f"The archive can't be written: {error.strerror}.", "Check the state folder's disk and mode."
        ) from None
    return Archive(place, tier, newest, now, logs)


def _packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    packer = zstandard.ZstdCompressor().compressobj()
    for line in lines:
        yield packer.compress(line)
    yield packer.flush()


def _sealed_pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher = AESGCM(local_key(sealed.KEY))
    yield _SEALED
    buffer = b""
    for piece in _packed(lines):
        buffer += piece
        while len(buffer) >= _PIECE:
            yield _sealed(cipher.encrypt, buffer[:_PIECE])
            buffer = buffer[_PIECE:]
    yield _sealed(cipher.encrypt, buffer)


def _sealed(encrypt: object, data: bytes) -> bytes:
    nonce = secrets.token_bytes(12)
    assert callable(encrypt)
    body: bytes = encrypt(nonce, data, _SEALED)
    return len(body).to_bytes(4, "big") + nonce + body


def opened(archive: Archive) -> bytes:
    """What a quarantined archive holds: OTLP JSON lines. Raises StoreError."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    data = archive.path.read_bytes()
    cipher = AESGCM(local_key(sealed.KEY))
    at, out = len(_SEALED), b""
    try:
        while at < len(data):
            size = int.from_bytes(data[at : at + 4], "big")
            out += cipher.decrypt(data[at + 4 : at + 16], data[at + 16 : at + 16 + size], _SEALED)
            at += 16 + size
    except (InvalidTag, ValueError):
        raise StoreError(
            "The quarantined archive can't be opened.", "It was damaged, or another user's."
        ) from None
    return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(out)).read()


def of_store(store: Path) -> list[Archive]:
    """Those that are still there, the oldest first."""
    found = [
        _archive(path) for kind, path in dict.fromkeys(written_of(store)) if kind == KIND and path.is_file()
    ]
    return sorted((each for each in found if each is not None), key=lambda each: each.made)


def _archive(path: Path) -> Archive | None:
    parts = path.name.removesuffix(_SUFFIX).split(".")
    tier = parts[-1].removesuffix(_LOGS)
    if len(parts) != 4 or not parts[0] or tier not in list(Tier):
        return None
    return Archive(path, Tier(tier), int(parts[1]), int(parts[2]), parts[3] != tier)


def cool(archive: Archive, store: Path, engine: Redactor) -> Archive:
    """The archive again without personal data; the warm one goes. Raises StoreError."""
    from inspector.redaction.stream import redact_stream

    place = archive.path.with_name(archive.path.name.replace(".warm", ".cold", 1))
    note_written(KIND, place, store)
    draft = place.with_name(f".{place.name}")
    note_written(KIND, draft, store)
    with archive.path.open("rb") as warm:
        reader = zstandard.ZstdDecompressor().stream_reader(warm)
        fd = open_private(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        with os.fdopen(fd, "wb") as file:
            with zstandard.ZstdCompressor().stream_writer(file, closefd=False) as writer:
                redact_stream(reader, writer, engine)
            file.flush()
            os.fsync(file.fileno())
    draft.replace(place)
    remove(archive)
    return Archive(place, Tier.COLD, archive.newest, archive.made, archive.logs)


def remove(archive: Archive) -> None:
    archive.path.unlink(missing_ok=True)
    _sync(archive.path.parent)


def sweep(store: Path) -> int:
    """Remove what an interruption left half written."""
    left = [
        path
        for kind, path in written_of(store)
        if kind == KIND and path.name.startswith(".") and path.exists()
    ]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _sync(where: Path) -> None:
    fd = os.open(where, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
