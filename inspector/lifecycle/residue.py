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
from inspector.lifecycle.forms import PLAIN, WINDOW, Key, Pattern, cut, patterns
from inspector.lifecycle.neighbours import joining, neighbours
from inspector.stores.compression import Compression, Damaged, compression_of, expanded
from inspector.stores.needle import module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

Bytes: TypeAlias = "bytes | bytearray"
Survivors: TypeAlias = "Callable[[Sequence[bytes]], Iterable[bytes]]"
BLOCK: Final = 4 << 20
_WIDE: Final = 12
_AROUND: Final = 64
"""Bytes beside a finding that are looked at for a boundary."""
_MAGIC: Final[dict[bytes, Compression]] = {b"\x1f\x8b\x08": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_ROUND: Final = 200
"""Survivors that are looked at before those are asked for that explain what is left."""
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
    survivors: Survivors | None = None,
    texts: Sequence[Path] = (),
    report: Callable[[int, int], None] = lambda done, total: None,
    windows: bool = True,
    prose: bool = False,
) -> Residue:
    """Looks through every file, and through what it unpacks to.

    `live` is the decoded content of surviving records; `survivors` gives that in which any of some bytes stand,
    and is asked only for what was found, until all of it is explained or nothing more explains it. `texts` are
    those of the files that are nothing but
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
    if survivors is not None:
        search.ask(survivors)
    search.settle(found)
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
                packed = search.look(data, before, found, text=text)
                if packed and not kind and not text:
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
    for magic, kind in _MAGIC.items():
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


_Context: TypeAlias = tuple[int, str, str]
"""A needle, and with what a longer word goes on before it or after it."""


@dataclass(frozen=True, slots=True)
class _Doubt:
    """Something that was found; `longer` are the words that it may be a part of."""

    path: Path
    key: Key
    form: str
    longer: frozenset[_Context]


class _Search:
    """Patterns, and which of their keys surviving content holds."""

    def __init__(self, needles: Sequence[str], *, windows: bool, prose: bool) -> None:
        if not all(needles):
            raise StoreError("There is nothing to look for.", "Give the subject's id.")
        self._needles = list(needles)
        self._prose = prose
        self._patterns = patterns(needles, windows=windows)
        self._find = _finder([(p.data, p.caseless) for p in self._patterns] + [(m, False) for m in _MAGIC])
        self._own = set(range(len(self._patterns)))
        self._live: set[Key] = set()
        self._contexts: set[_Context] = set()
        self._doubts: dict[_Doubt, int] = {}
        """What was found, until survivors explain it."""
        self.overlap = max(len(p.data) for p in self._patterns) + _AROUND

    def learn(self, data: Bytes) -> None:
        """Surviving content: what of the needles stands in it is shared."""
        block = _Block(data)
        for number in self._find(data) & self._own:
            pattern = self._patterns[number]
            if not pattern.key.whole or self._prose:
                self._live.add(pattern.key)
                continue
            for start in block.places(pattern, 0):
                around = neighbours(data, start, start + len(pattern.data), pattern)
                self._contexts |= self._longer(pattern.key.needle, around)

    def look(self, data: Bytes, before: int, found: FileResidue, *, text: bool) -> bool:
        """Notes what ends behind `before`; the boundary of what ends at the very end is looked at as it is.
        Returns whether something packed may begin in it."""
        block = _Block(data)
        numbers = self._find(data)
        for number in sorted(numbers & self._own):
            pattern = self._patterns[number]
            if pattern.key.whole and pattern.key in self._live:
                continue
            if pattern.key.whole:
                self._look_whole(block, before, pattern, found, text=text)
            elif text:
                self._live.add(pattern.key)
            elif pattern.key not in self._live and (not self._prose or self._among(pattern.key, block)):
                self._doubt(found, pattern, sum(1 for _ in block.places(pattern, before)))
        return not numbers <= self._own

    def _look_whole(
        self, block: _Block, before: int, pattern: Pattern, found: FileResidue, *, text: bool
    ) -> None:
        needle = pattern.key.needle
        for start in block.places(pattern, before):
            around = neighbours(block.data, start, start + len(pattern.data), pattern)
            longer = self._longer(needle, around)
            if not (longer and text):
                self._doubt(found, pattern, 1, frozenset(longer))

    def _doubt(
        self, found: FileResidue, pattern: Pattern, count: int, longer: frozenset[_Context] = frozenset()
    ) -> None:
        if not count:
            return
        doubt = _Doubt(found.path, pattern.key, pattern.form, longer)
        self._doubts[doubt] = self._doubts.get(doubt, 0) + count

    def _explained(self, doubt: _Doubt) -> bool:
        # Of a longer word one side is enough: in a row the byte before a text is a number that may look like a
        # letter.
        return doubt.key in self._live or not doubt.longer.isdisjoint(self._contexts)

    def ask(self, survivors: Survivors) -> None:
        """Learn from survivors until what was found is explained."""
        asked: set[Key] = set()
        while left := self._unexplained() - asked:
            needles = {p.data.lower() for p in self._patterns if p.key in left and p.form == PLAIN}
            for number, data in enumerate(survivors(sorted(needles)), 1):
                self.learn(data)
                if number % _ROUND == 0 and self._unexplained() < left:
                    break  # what is explained isn't asked for any more
            else:
                asked |= left

    def _unexplained(self) -> set[Key]:
        return {doubt.key for doubt in self._doubts if not self._explained(doubt)}

    def settle(self, files: Iterable[FileResidue]) -> None:
        """Counts what nothing explains."""
        by_path = {found.path: found for found in files}
        for doubt, count in self._doubts.items():
            if not self._explained(doubt):
                found = by_path[doubt.path]
                found.whole += count if doubt.key.whole else 0
                found.windows += 0 if doubt.key.whole else count
                found.forms[doubt.form] += count

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

    def _longer(self, needle: int, around: tuple[str, str]) -> set[_Context]:
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
            if p.key == key and p.form == PLAIN
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


def _finder(wanted: Sequence[tuple[bytes, bool]]) -> _Find:
    """Of bytes, each with whether ASCII case is ignored."""
    hyperscan = module("hyperscan")
    if hyperscan is None:
        return lambda data: _plainly(wanted, data)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    once, caseless = hyperscan.HS_FLAG_SINGLEMATCH, hyperscan.HS_FLAG_CASELESS
    database.compile(
        expressions=[b"".join(b"\\x%02x" % byte for byte in data) for data, _ in wanted],
        ids=list(range(len(wanted))),
        elements=len(wanted),
        flags=[once | (caseless if any_case else 0) for _, any_case in wanted],
    )
    scratch = hyperscan.Scratch(database)

    def find(data: Bytes) -> set[int]:
        found: set[int] = set()
        database.scan(data, match_event_handler=lambda number, *_: found.add(number), scratch=scratch)
        return found

    return find


def _plainly(wanted: Sequence[tuple[bytes, bool]], data: Bytes) -> set[int]:
    lower = data.lower()
    return {
        number
        for number, (one, any_case) in enumerate(wanted)
        if (one.lower() in lower if any_case else one in data)
    }
