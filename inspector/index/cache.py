"""The index of a big store on disk, so that it is there at once the next time. Holds what the list may show.

One file a store in the user's cache folder, 0600, named after the store's path. It is good for one state of
the store, one version of the program, one policy under one key; anything else is rebuilt without a word. It
is read through the page cache, so that opening costs what is looked at.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import zlib
from array import array
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, cast

from msgspec import Struct, to_builtins

from inspector import __version__
from inspector.index.block import FIELDS
from inspector.index.frames import columns_of, group_of, joined, parted
from inspector.index.kept_labels import KeptLabels, packed
from inspector.index.typebits import Types
from inspector.paths import cache_folder, note_written, open_private, private_folder, written
from inspector.stores.generation import Generation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from inspector.index.column_index import ColumnIndex
    from inspector.index.columns import HeadColumns, SpanColumns, TraceColumns

_MAGIC: Final = b"inspector index 6\n"
_SUFFIX: Final = ".index"
_PIECE: Final = 4 << 20
_BAD: Final = (ValueError, KeyError, TypeError, IndexError, OSError, OverflowError, UnicodeDecodeError)
"""What reading a file that isn't ours, or isn't whole, may raise."""


class Stamp(Struct, frozen=True):
    """What a kept index is good for."""

    generation: Generation
    policy: str
    """Hash of the policy, its rules and the key of its tags."""
    version: str = __version__


def folder() -> Path:
    return cache_folder() / "index"


def file_of(store: Path) -> Path:
    name = hashlib.blake2b(os.fsencode(store.resolve()), digest_size=16).hexdigest()
    return folder() / f"{name}{_SUFFIX}"


def kept() -> list[tuple[Path, int, int]]:
    """Files of the cache: path, bytes, time of last use in ns; the latest first."""
    try:
        found = [(path, path.stat()) for path in folder().iterdir() if path.suffix in (_SUFFIX, ".part")]
    except OSError:
        return []
    out = [(path, info.st_size, info.st_mtime_ns) for path, info in found]
    return sorted(out, key=lambda each: -each[2])


def stores() -> dict[Path, str]:
    """Whose index each file is, as far as the registry knows."""
    return {path: store for kind, path, store in written() if kind == "index"}


def forget(store: Path) -> None:
    """Remove what is kept of a store."""
    file_of(store).unlink(missing_ok=True)


def clear() -> tuple[int, int]:
    """Remove all: how many files, how many bytes."""
    found = kept()
    for path, _, _ in found:
        path.unlink(missing_ok=True)
    return len(found), sum(size for _, size, _ in found)


def trim(most: int, spare: Path) -> None:
    """Bring the cache below `most` bytes: what was used longest ago goes first, `spare` last."""
    found = kept()
    total = sum(size for _, size, _ in found)
    for path, size, _ in sorted(found, key=lambda each: (each[0] == spare, each[2])):
        if total <= most:
            return
        path.unlink(missing_ok=True)
        total -= size


def save(index: ColumnIndex, store: Path, stamp: Stamp, most: int) -> bool:
    """Keep an index; false where it may not be kept, as ids would have to be hidden, or can't be."""
    for field in FIELDS:
        index.judged(field)
    if not index.shows_all_ids():
        return False
    with index.lock:
        parts = _parts(index, stamp)
    path = file_of(store)
    part = path.with_suffix(".part")
    if sum(map(len, parts)) > most:
        return False
    try:
        private_folder(private_folder(cache_folder()) / "index")
        part.unlink(missing_ok=True)
        fd = open_private(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        check = 0
        with os.fdopen(fd, "wb") as file:
            file.write(_MAGIC + bytes(4))
            for data in parts:
                file.write(data)
                check = zlib.crc32(data, check)
            file.seek(len(_MAGIC))
            file.write(check.to_bytes(4, "little"))
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        return False
    note_written("index", path, store)
    trim(most, path)
    return True


def stamp_of(store: Path) -> Stamp | None:
    """What the kept index of a store is good for, if there is one that can be read."""
    try:
        with file_of(store).open("rb") as file:
            head = file.read(len(_MAGIC) + 12)
            if not head.startswith(_MAGIC):
                return None
            size = int.from_bytes(head[-8:], "little")
            if size > 1 << 30:
                return None
            raw = file.read(size)
        header, _ = parted(memoryview(size.to_bytes(8, "little") + raw))
        return _stamp(cast("dict[str, object]", header)["stamp"])
    except _BAD:
        return None


def restore(index: ColumnIndex, store: Path, stamp: Stamp) -> bool:
    """Fill an empty index from what is kept for `stamp`; false, and untouched, where nothing fits."""
    path = file_of(store)
    try:
        fd = open_private(path, os.O_RDONLY)
        try:
            if not _whole(fd):
                return False
            data = mmap.mmap(fd, 0, access=mmap.ACCESS_READ)
        finally:
            os.close(fd)
        header, parts = parted(memoryview(data)[len(_MAGIC) + 4 :])
        fields = cast("dict[str, object]", header)
        if _stamp(fields["stamp"]) != stamp:
            return False
        with index.lock:
            _fill(index, fields, parts)
        os.utime(path)
    except _BAD:
        return False
    return True


def _whole(fd: int) -> bool:
    """By its checksum; read, not mapped, so that it doesn't count as memory in use."""
    head = os.pread(fd, len(_MAGIC) + 4, 0)
    at, check = len(head), 0
    while data := os.pread(fd, _PIECE, at):
        check = zlib.crc32(data, check)
        at += len(data)
    return head.startswith(_MAGIC) and head[len(_MAGIC) :] == check.to_bytes(4, "little")


def _stamp(value: object) -> Stamp:
    fields = cast("dict[str, object]", value)
    made = Generation(**cast("dict[str, object]", fields["generation"]))  # type: ignore[arg-type]  # compared
    return Stamp(made, str(fields["policy"]), str(fields["version"]))


def _parts(index: ColumnIndex, stamp: Stamp) -> list[bytes]:
    arrays: list[array[int] | array[float] | bytes] = [*columns_of(index.spans, index.traces, index.heads)]
    arrays += [index.starts, index.ends, index.lines]
    arrays.append(index.order("start", descending=True))
    index.types.grow(index.span_count)
    arrays.append(index.types.column)
    for field in FIELDS:
        blob, ends, found = index.judged(field).parts()
        arrays += [blob, ends, *packed(found)]
    header = {
        "stamp": to_builtins(stamp),
        "groups": [list(group) for group in index.groups],
        "ways": [[table, list(path)] for table, path in index.ways],
        "odd": index.odd,
        "keys": [list(key) if isinstance(key, tuple) else key for key in index.keys],
        "types": [[sorted(each.types), each.level] for each in index.types.sets],
        **index.small_parts(),
    }
    return joined(header, arrays)


def _fill(index: ColumnIndex, header: dict[str, object], parts: list[memoryview]) -> None:
    groups = [group_of(each) for each in cast("list[list[object]]", header["groups"])]
    rest = iter(parts)
    every: tuple[SpanColumns | TraceColumns | HeadColumns, ...] = (index.spans, index.traces, index.heads)
    views = [_views(columns.CODES, rest) for columns in every]
    records = [array("q", part.tobytes()) for part in islice(rest, 3)]
    order, bits = islice(rest, 2)
    newest_first, types = array("I", order.tobytes()), bits.cast("I")
    if len(types) != len(views[0][0]):
        raise ValueError("columns differ")
    sets = [Types(frozenset(t), level) for t, level in cast("list[tuple[list[str], str]]", header["types"])]
    texts = [(field, list(islice(rest, 5))) for field in FIELDS]
    hidden = [KeptLabels(codes.cast("I"), ends.cast("Q"), blob) for _, (_, _, codes, ends, blob) in texts]
    for (field, (blob, ends, *_)), found in zip(texts, hidden, strict=True):
        index.texts[field].restore(blob, ends.cast("Q"), found)
    for columns, found_views in zip(every, views, strict=True):
        for name, view in zip(columns.NAMES, found_views, strict=True):
            setattr(columns, name, view)
    index.starts, index.ends, index.lines = records
    index.types.restored(cast("array[int]", types), sets)
    index.groups = groups
    index.ways = [(t, tuple(p)) for t, p in cast("list[tuple[str, list[str | int]]]", header["ways"])]
    index.odd = cast("list[str]", header["odd"])
    keys = cast("list[int | str | list[int | str]]", header["keys"])
    index.keys = [tuple(key) if isinstance(key, list) else key for key in keys]
    index.mapped = True
    index.restored(header, newest_first)


def _views(codes: str, parts: Iterator[memoryview]) -> list[memoryview]:
    """Each column as it lies in the file; raises ValueError where they aren't of one length."""
    views = [
        part.cast(cast("Literal['B']", code))
        for code, part in zip(codes, islice(parts, len(codes)), strict=False)
    ]
    if len(views) != len(codes) or len({len(view) for view in views}) != 1:
        raise ValueError("columns differ")
    return views


__all__ = ["Stamp", "clear", "file_of", "forget", "kept", "restore", "save", "stamp_of", "stores", "trim"]
