"""The regex engines that are installed, loaded when first needed, and how patterns are handed to them.

google-re2 judges; hyperscan only says where to look. Where re2 is missing, the standard library's engine
runs the built-in rules (they are reviewed for it) with a warning, and custom patterns are refused.
"""

from __future__ import annotations

import re
import warnings
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import ModuleType


class Match(Protocol):
    def start(self, group: int = 0, /) -> int: ...

    def end(self, group: int = 0, /) -> int: ...


class Pattern(Protocol):
    """What the engine asks of a compiled pattern, whoever compiled it. `bytes` in, byte offsets out."""

    @property
    def groupindex(self) -> Mapping[str, int]: ...

    def search(self, text: bytes, pos: int = 0, /) -> Match | None: ...

    def finditer(self, text: bytes, pos: int = 0, /) -> Iterator[Match]: ...

    def fullmatch(self, text: bytes, /) -> Match | None: ...


class TextPattern(Protocol):
    def search(self, text: str, /) -> Match | None: ...

    def fullmatch(self, text: str, /) -> Match | None: ...


@cache
def re2() -> ModuleType | None:
    try:
        import re2 as module
    except ImportError:
        return None
    return module  # type: ignore[no-any-return]  # the wheel ships no types


@cache
def hyperscan() -> ModuleType | None:
    try:
        import hyperscan as module
    except ImportError:
        return None
    return module


@lru_cache(maxsize=8)
def options(max_mem: int = 64 << 20, latin: bool = False) -> object:
    module = re2()
    assert module is not None
    made = module.Options()
    made.log_errors = False
    made.max_mem = max_mem
    if latin:
        made.encoding = module.Options.Encoding.LATIN1
    return made


LETTERS = (
    r"\x{c0}-\x{1fff}\x{2c00}-\x{2fef}\x{3040}-\x{d7ff}\x{f900}-\x{fdff}\x{fe70}-\x{fefe}"
    r"\x{ff21}-\x{ffdc}\x{10000}-\x{1cfff}\x{20000}-\x{3ffff}"
)
_CLASSES = {"L": "A-Za-z" + LETTERS, "M": LETTERS, "N": "0-9" + LETTERS}


def widen(pattern: str) -> str:
    r"""`pattern` with `\p{L}`, `\p{M}`, `\p{N}` as a few wide ranges.

    The exact classes have hundreds of ranges, and under bounded repeats take re2 half a second to compile.
    The ranges hold every letter, mark and digit and little else; validators see the rest.
    """
    if "\\p{" not in pattern:
        return pattern
    out: list[str] = []
    at, inside = 0, False
    while at < len(pattern):
        if pattern[at] == "\\":
            name = pattern[at + 3 : at + 4] if pattern.startswith("\\p{", at) else ""
            if name in _CLASSES and pattern[at + 4 : at + 5] == "}":
                ranges = _CLASSES[name]
                out.append(ranges if inside else f"[{ranges}]")
                at += 5
                continue
            out.append(pattern[at : at + 2])
            at += 2
            continue
        if pattern[at] == "[" and not inside:
            inside = True
        elif pattern[at] == "]" and inside:
            inside = False
        out.append(pattern[at])
        at += 1
    return "".join(out)


_WIDE = re.compile(r"\\x\{([0-9a-f]+)\}")


def _stdlib(pattern: str) -> str:
    """A built-in pattern in the standard library's syntax."""
    return _WIDE.sub(lambda m: re.escape(chr(int(m[1], 16))), pattern)


class _Encoded:
    """A text pattern of the standard library behind the byte interface."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(_stdlib(pattern))
        self.groupindex: Mapping[str, int] = self._pattern.groupindex

    def finditer(self, text: bytes, pos: int = 0, /) -> Iterator[Match]:
        decoded = text.decode("utf-8", "replace")
        if decoded.isascii():
            yield from self._pattern.finditer(decoded, pos)
            return
        start = len(text[:pos].decode("utf-8", "replace"))
        for found in self._pattern.finditer(decoded, start):
            yield _Shifted(found, decoded)

    def search(self, text: bytes, pos: int = 0, /) -> Match | None:
        return next(self.finditer(text, pos), None)

    def fullmatch(self, text: bytes, /) -> Match | None:
        return self._pattern.fullmatch(text.decode("utf-8", "replace"))


class _Shifted:
    """A match whose offsets count bytes of UTF-8."""

    def __init__(self, found: re.Match[str], text: str) -> None:
        self._found, self._text = found, text

    def _byte(self, at: int) -> int:
        return -1 if at < 0 else len(self._text[:at].encode("utf-8", "replace"))

    def start(self, group: int = 0, /) -> int:
        return self._byte(self._found.start(group))

    def end(self, group: int = 0, /) -> int:
        return self._byte(self._found.end(group))


@cache
def _warn() -> None:
    warnings.warn(
        "google-re2 is not installed: redaction uses Python's own engine, slowly, and refuses custom patterns",
        RuntimeWarning,
        stacklevel=4,
    )


def compile_bytes(pattern: str) -> Pattern:
    """A pattern over UTF-8 bytes; offsets are byte offsets."""
    module = re2()
    wide = widen(pattern)
    if module is None:
        _warn()
        return _Encoded(wide)
    compiled: Pattern = module.compile(wide, options())
    return compiled


Spans: TypeAlias = "Sequence[tuple[int, int]]"
Search: TypeAlias = "Callable[[bytes, int], Spans | None]"


class _Raw(Protocol):
    """What lies under the wheel's Python layer, which costs more than most searches do."""

    def Match(self, anchor: object, text: bytes, start: int, end: int, /) -> Spans: ...


class _Set(Protocol):
    def Match(self, text: bytes, /) -> list[int] | None: ...


@lru_cache(maxsize=2048)
def compile_search(pattern: str) -> tuple[Search, int]:
    """A search from an offset that gives the spans of all groups, and the number of the group `value` or 0."""
    compiled = compile_bytes(pattern)
    group = compiled.groupindex.get("value", 0)
    return _search(compiled, group), group


def search_raw(pattern: bytes) -> Search:
    """The same over raw bytes, each byte a character."""
    return _search(compile_raw(pattern, False), 0)


def _search(compiled: Pattern | re.Pattern[bytes], group: int) -> Search:
    raw: _Raw | None = getattr(compiled, "_regexp", None)
    anchor = getattr(getattr(re2(), "_Anchor", None), "UNANCHORED", None)
    if raw is None or anchor is None:
        groups = range(group + 1)

        def plain(text: bytes, at: int) -> Spans | None:
            found = compiled.search(text, at)
            return None if found is None else [(found.start(n), found.end(n)) for n in groups]

        return plain
    match = raw.Match

    def direct(text: bytes, at: int) -> Spans | None:
        spans = match(anchor, text, at, len(text))
        return spans if spans[0][0] >= 0 else None

    return direct


def compile_text(pattern: str) -> TextPattern:
    """A pattern over text, for comparing single values."""
    module = re2()
    if module is None:
        _warn()
        return re.compile(_stdlib(widen(pattern)))
    compiled: TextPattern = module.compile(widen(pattern), options())
    return compiled


def compile_raw(pattern: bytes, caseless: bool) -> Pattern | re.Pattern[bytes]:
    """A pattern over raw bytes, each byte a character."""
    module = re2()
    if module is None:
        _warn()
        return re.compile(pattern, re.IGNORECASE if caseless else 0)
    compiled: Pattern = module.compile((b"(?i)" if caseless else b"") + pattern, options(256 << 20, True))
    return compiled


def _matched(made: _Set) -> Callable[[bytes], list[int]]:
    """The set's own method, without the wheel's Python layer where that is as known."""
    raw: _Set = getattr(made, "_set", made)
    match = raw.Match

    def matched(text: bytes) -> list[int]:
        return match(text) or []

    return matched


@lru_cache(maxsize=16)
def compile_words(words: tuple[str, ...]) -> Callable[[bytes], list[int]]:
    """Which of many literals (lower case) stand in a text, whatever their case; one pass."""
    module = re2()
    if module is None or not words:
        encoded = [w.encode() for w in words]

        def plain(text: bytes) -> list[int]:
            low = text.decode("utf-8", "replace").lower().encode()
            return [n for n, word in enumerate(encoded) if word in low]

        return plain
    made = module.Set.SearchSet(options())
    for word in words:
        made.Add("(?i)" + module.escape(word))
    made.Compile()
    return _matched(made)


@lru_cache(maxsize=16)
def compile_shapes(patterns: tuple[tuple[bytes, bool], ...]) -> Callable[[bytes], list[int]]:
    """Which of some raw patterns (with whether case doesn't matter) occur in a text; one pass."""
    module = re2()
    if module is None or not patterns:
        each = [re.compile(p, re.IGNORECASE if c else 0) for p, c in patterns]
        return lambda text: [n for n, p in enumerate(each) if p.search(text) is not None]
    made = module.Set.SearchSet(options(256 << 20, True))
    for pattern, caseless in patterns:
        made.Add((b"(?i)" if caseless else b"") + pattern)
    made.Compile()
    return _matched(made)
