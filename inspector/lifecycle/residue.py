"""The proof by bytes: what of some texts is left in files, in whatever form, whole or in windows of 8 bytes.

A window that surviving records hold too, such as the domain of an email address, proves nothing: it is listed
as shared. So is a longer word that the text is a part of. Nothing here keeps or returns a value: findings are
numbers of needles and offsets in them.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol, TypeAlias, cast

from inspector.errors import StoreError
from inspector.lifecycle.forms import WINDOW, Key, Pattern, cut, patterns
from inspector.lifecycle.neighbours import joining, neighbours
from inspector.stores.compression import Compression, Damaged, compression_of, expanded
from inspector.stores.needle import module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

Bytes: TypeAlias = "bytes | bytearray"
BLOCK: Final = 4 << 20
_WIDE: Final = 12
_AROUND: Final = 64
"""Bytes beside a finding that are looked at for a boundary."""
_GZIP: Final = b"\x1f\x8b\x08"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_INNER: Final = 64 << 20
"""Bytes that something packed in the middle of a file may expand to."""


@dataclass(slots=True)
class FileResidue:
    """What is left in one file. `forms` counts what isn't shared by the form it stands in."""

    path: Path
    bytes: int = 0
    whole: int = 0
    windows: int = 0
    forms: Counter[str] = field(default_factory=Counter)
    unread: str = ""
    """Why the file, or what is packed in it, could not be looked at to its end."""

    @property
    def clean(self) -> bool:
        return self.whole == 0 and self.windows == 0 and not self.unread


@dataclass(frozen=True, slots=True)
class Shared:
    """Characters `start:end` of a needle that surviving records hold too."""

    needle: int
    start: int
    end: int


@dataclass(slots=True)
class Residue:
    files: list[FileResidue]
    shared: list[Shared]

    @property
    def count(self) -> int:
        return sum(found.whole + found.windows for found in self.files)

    @property
    def clean(self) -> bool:
        return all(found.clean for found in self.files)


def residue(
    files: Sequence[Path],
    needles: Sequence[str],
    *,
    live: Iterable[bytes] = (),
    texts: Sequence[Path] = (),
    report: Callable[[int, int], None] = lambda done, total: None,
    windows: bool = True,
    prose: bool = False,
) -> Residue:
    """Looks through every file, and through what it unpacks to.

    `live` is the decoded content of surviving records. `texts` are those of the files that are nothing but
    such content (a JSON store): a window found there is shared by that alone. `report` is told bytes done and
    in all. Without `windows` needles are looked for whole alone: less proof for many needles. `prose` needles
    are texts rather than ids: one that surviving records hold says nothing, and a window counts where it stands in
    twelve characters of which they hold no eight, for an index keeps words of theirs beside bytes of its own.
    """
    search = _Search(needles, windows=windows, prose=prose)
    for data in live:
        search.learn(data)
    total = sum(_size(path) for path in files)
    done = 0
    found: list[FileResidue] = []
    for path in files:
        one = FileResidue(path)
        found.append(one)
        for step in _scanned(search, one, text=path in texts):
            done += step
            report(done, total)
    return Residue(found, search.shared())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _scanned(search: _Search, found: FileResidue, *, text: bool) -> Iterator[int]:
    try:
        with found.path.open("rb", buffering=0) as file:
            kind = compression_of(file.read(16) or b"")
            file.seek(0)
            for data, fresh, before in _blocks(file, search.overlap):
                found.bytes += fresh
                search.look(data, before, found, text=text)
                if not kind and not text:
                    _look_inside(search, data, before, found)
                yield fresh
            if kind:
                file.seek(0)
                unpacked = _Unpacked(file, kind)
                for data, _, before in _blocks(unpacked, search.overlap):
                    search.look(data, before, found, text=text)
                found.unread = unpacked.damage
    except FileNotFoundError:
        return
    except OSError as error:
        found.unread = os.strerror(error.errno or 0)


class _Unpacked:
    """Just enough of a file for `_blocks`."""

    def __init__(self, file: _File, kind: Compression) -> None:
        self._pieces = expanded(cast("BinaryIO", file), kind)
        self._held = b""
        self.damage = ""
        """Why the content ended before its end; what came before it was read."""

    def readinto(self, buffer: memoryview, /) -> int:
        if not self._held:
            try:
                self._held = next(self._pieces, b"")
            except Damaged as damage:
                self.damage = str(damage)
        size = min(len(buffer), len(self._held))
        buffer[:size] = self._held[:size]
        self._held = self._held[size:]
        return size


def _blocks(file: _Source, overlap: int) -> Iterator[tuple[Bytes, int, int]]:
    """Data, how many bytes of it are new, and how many of the beginning were looked at before. It is the same
    buffer each time: to take new memory for every block costs as much as to read it."""
    buffer = bytearray(overlap + BLOCK)
    view = memoryview(buffer)
    known = 0
    while True:
        size = known
        while size < len(buffer) and (got := file.readinto(view[size:]) or 0):
            size += got
        if size == known:
            return
        yield buffer if size == len(buffer) else bytes(view[:size]), size - known, known
        tail = min(overlap, size)
        view[:tail] = view[size - tail : size]
        known = tail


def _look_inside(search: _Search, data: Bytes, before: int, found: FileResidue) -> None:
    """Things that were packed before they were put into a database."""
    kinds: tuple[tuple[bytes, Compression], ...] = ((_GZIP, "gzip"), (_ZSTD, "zstd"))
    for magic, kind in kinds:
        at = data.find(magic, max(0, before - len(magic) + 1))
        while at >= 0:
            unpacked = _Unpacked(_Bytes(data, at), kind)
            read = 0
            # That something else follows it is no damage here, nor that it was no beginning of anything.
            for inner, fresh, known in _blocks(unpacked, search.overlap):
                search.look(inner, known, found, text=False)
                read += fresh
                if read > _INNER:
                    break
            at = data.find(magic, at + 1)


class _Bytes:
    """Some bytes as a file."""

    def __init__(self, data: Bytes, at: int) -> None:
        self._data = data
        self._at = at

    def read(self, size: int, /) -> bytes:
        out = bytes(self._data[self._at : self._at + size])
        self._at += len(out)
        return out


class _Search:
    """Patterns, and which of their keys surviving content holds."""

    def __init__(self, needles: Sequence[str], *, windows: bool, prose: bool) -> None:
        if not all(needles):
            raise StoreError("There is nothing to look for.", "Give the subject's id.")
        self._needles = list(needles)
        self._prose = prose
        self._patterns = patterns(needles, windows=windows)
        self._find = _finder(self._patterns)
        self._live: set[Key] = set()
        self._contexts: set[tuple[int, str, str]] = set()
        self.overlap = max(len(p.data) for p in self._patterns) + _AROUND

    def learn(self, data: Bytes) -> None:
        """Surviving content: what of the needles stands in it is shared."""
        block = _Block(data)
        for number in self._find(data):
            pattern = self._patterns[number]
            if not pattern.key.whole or self._prose:
                self._live.add(pattern.key)
                continue
            for start in block.places(pattern, 0):
                around = neighbours(data, start, start + len(pattern.data), pattern)
                self._contexts |= self._longer(pattern.key.needle, around)

    def look(self, data: Bytes, before: int, found: FileResidue, *, text: bool) -> None:
        """Counts what ends behind `before`; the boundary of what ends at the very end is looked at as it is."""
        block = _Block(data)
        for number in self._find(data):
            pattern = self._patterns[number]
            if pattern.key.whole and pattern.key in self._live:
                continue
            if pattern.key.whole:
                self._look_whole(block, before, pattern, found, text=text)
            elif text:
                self._live.add(pattern.key)
            elif pattern.key not in self._live and (not self._prose or self._among(pattern.key, block)):
                count = sum(1 for _ in block.places(pattern, before))
                found.windows += count
                found.forms[pattern.form] += count

    def _look_whole(
        self, block: _Block, before: int, pattern: Pattern, found: FileResidue, *, text: bool
    ) -> None:
        needle = pattern.key.needle
        for start in block.places(pattern, before):
            around = neighbours(block.data, start, start + len(pattern.data), pattern)
            longer = self._longer(needle, around)
            # One side is enough: in a row the byte before a text is a number that may look like a letter.
            shared = bool(longer) and (text or not longer.isdisjoint(self._contexts))
            if not shared:
                found.whole += 1
                found.forms[pattern.form] += 1

    def _among(self, key: Key, block: _Block) -> bool:
        """Whether a window is there with what is around it in the needle, none of which survivors hold."""
        beyond = _WIDE - WINDOW
        for start in range(max(0, key.start - beyond), key.start + 1):
            if any(Key(key.needle, at) in self._live for at in range(start, start + beyond + 1)):
                continue
            for pattern in cut(self._needles[key.needle], key, start, start + _WIDE):
                if next(block.places(pattern, 0), None) is not None:
                    return True
        return False

    def _longer(self, needle: int, around: tuple[str, str]) -> set[tuple[int, str, str]]:
        """With what a longer word goes on, before the needle and after it."""
        before, after = joining(self._needles[needle], around)
        found = {(needle, before, ""), (needle, "", after)}
        return {each for each in found if each[1] or each[2]}

    def shared(self) -> list[Shared]:
        """Which characters of the needles surviving records hold, neighbouring windows put together."""
        out: list[Shared] = []
        for key in sorted(
            (key for key in self._live if not key.whole), key=lambda key: (key.needle, key.start)
        ):
            end = key.start + self._width(key)
            if out and out[-1].needle == key.needle and key.start <= out[-1].end:
                out[-1] = Shared(key.needle, out[-1].start, max(end, out[-1].end))
            else:
                out.append(Shared(key.needle, key.start, end))
        return out

    def _width(self, key: Key) -> int:
        return next(
            len(p.data.decode("utf-8", "surrogatepass"))
            for p in self._patterns
            if p.key == key and p.form == "plain"
        )


class _Block:
    """Data in which patterns are to be found one by one; lowered once, not for each of them."""

    def __init__(self, data: Bytes) -> None:
        self.data = data
        self._lower: Bytes | None = None

    def places(self, pattern: Pattern, before: int) -> Iterator[int]:
        """Where a pattern begins, for all that end behind `before`."""
        needle, text = pattern.data, self.data
        if pattern.caseless:
            if self._lower is None:
                self._lower = self.data.lower()
            needle, text = needle.lower(), self._lower
        at = text.find(needle, max(0, before - len(needle) + 1))
        while at >= 0:
            yield at
            at = text.find(needle, at + 1)


class _File(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Source(Protocol):
    def readinto(self, buffer: memoryview, /) -> int | None: ...


class _Find(Protocol):
    def __call__(self, data: Bytes) -> set[int]:
        """The numbers of all patterns that occur."""


def _finder(wanted: Sequence[Pattern]) -> _Find:
    hyperscan = module("hyperscan")
    if hyperscan is None:
        return lambda data: _plainly(wanted, data)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[b"".join(b"\\x%02x" % byte for byte in p.data) for p in wanted],
        ids=list(range(len(wanted))),
        elements=len(wanted),
        flags=[
            hyperscan.HS_FLAG_SINGLEMATCH | (hyperscan.HS_FLAG_CASELESS if p.caseless else 0) for p in wanted
        ],
    )
    scratch = hyperscan.Scratch(database)

    def find(data: Bytes) -> set[int]:
        found: set[int] = set()
        database.scan(data, match_event_handler=lambda number, *_: found.add(number), scratch=scratch)
        return found

    return find


def _plainly(wanted: Sequence[Pattern], data: Bytes) -> set[int]:
    lower = data.lower()
    return {
        number
        for number, pattern in enumerate(wanted)
        if (pattern.data.lower() in lower if pattern.caseless else pattern.data in data)
    }
