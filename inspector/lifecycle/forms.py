"""The forms in which a text may stand in a file, as a whole and in windows of eight bytes.

Pages split values, and full-text indexes keep beginnings of words: who looks for whole values alone finds
nothing and has proved nothing.
"""

from __future__ import annotations

import base64
import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WINDOW: Final = 8
"""Bytes of UTF-8, rounded up to whole characters."""
PLAIN: Final = "plain"
_BASE64: Final = "base64"


@dataclass(frozen=True, slots=True)
class Key:
    """What was found: which needle, and where in it the window begins; -1 for the needle as a whole."""

    needle: int
    start: int

    @property
    def whole(self) -> bool:
        return self.start < 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """Bytes to look for. Of base64 `shift` is how many bytes of other text its first group begins with, and
    `size` how many bytes were packed."""

    data: bytes
    key: Key
    form: str
    caseless: bool = True
    shift: int = 0
    size: int = 0


def patterns(needles: Sequence[str], *, windows: bool = True) -> list[Pattern]:
    """Every form of every needle and its windows; the same bytes once for each key."""
    found: dict[tuple[bytes, Key, bool], Pattern] = {}
    for number, needle in enumerate(needles):
        for variant in _variants(needle):
            for key, text in _runs(number, variant) if windows else [(Key(number, -1), variant)]:
                for pattern in _forms(key, text):
                    data = pattern.data.lower() if pattern.caseless else pattern.data
                    found.setdefault((data, key, pattern.caseless), pattern)
    return list(found.values())


def cut(needle: str, key: Key, start: int, end: int) -> Iterator[Pattern]:
    """Every form of some of a needle's characters; none where it hasn't so many."""
    for variant in _variants(needle):
        if end <= len(variant):
            yield from _forms(key, variant[start:end])


def _variants(text: str) -> list[str]:
    """Cases that ASCII's own rule doesn't reach, and both ways to compose accents."""
    cased = (text, text.lower(), text.upper(), text.casefold())
    both = (unicodedata.normalize(form, one) for one in cased for form in ("NFC", "NFD"))
    # Of an ASCII text base64 alone needs them: everything else ignores ASCII case.
    return list(dict.fromkeys((*cased, *both)))


def _runs(number: int, text: str) -> Iterator[tuple[Key, str]]:
    yield Key(number, -1), text
    if len(text.encode("utf-8", "surrogatepass")) <= WINDOW:
        return
    for start in range(len(text)):
        end, size = start, 0
        while end < len(text) and size < WINDOW:
            size += len(text[end].encode("utf-8", "surrogatepass"))
            end += 1
        if size < WINDOW:
            return
        yield Key(number, start), text[start:end]


def _forms(key: Key, text: str) -> Iterator[Pattern]:
    raw = text.encode("utf-8", "surrogatepass")
    escaped = json.dumps(text)[1:-1].encode()
    yield Pattern(raw, key, PLAIN)
    quoted = json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass")
    if quoted != raw:
        yield Pattern(quoted, key, "json")
        yield Pattern(quoted.replace(b"\\", b"\\\\"), key, "json in json")
    if escaped != quoted:
        yield Pattern(escaped, key, "json")
        yield Pattern(escaped.replace(b"\\", b"\\\\"), key, "json in json")
    units = text.encode("utf-16-be", "surrogatepass")
    fully = b"".join(b"\\u" + units[at : at + 2].hex().encode() for at in range(0, len(units), 2))
    yield Pattern(fully, key, "json")
    for safe in ("", "@+:-._"):
        url = quote(text.encode("utf-8", "surrogatepass"), safe=safe).encode()
        if url != raw:
            yield Pattern(url, key, "url")
            yield Pattern(url.replace(b"%20", b"+"), key, "url")
    yield Pattern(text.encode("utf-16-le", "surrogatepass"), key, "utf-16")
    yield Pattern(units, key, "utf-16")
    for inner in dict.fromkeys((raw, escaped)):
        yield from _base64(key, inner)


def _base64(key: Key, data: bytes) -> Iterator[Pattern]:
    """What of the base64 of a longer text depends on these bytes alone, for each place they may have in it."""
    for shift in range(3):
        padded = base64.b64encode(b"\0" * shift + data)
        first = (0, 2, 3)[shift]
        last = (shift + len(data)) * 8 // 6
        middle = padded[first:last]
        yield Pattern(middle, key, _BASE64, caseless=False, shift=shift, size=len(data))
        url = middle.replace(b"+", b"-").replace(b"/", b"_")
        if url != middle:
            yield Pattern(url, key, _BASE64, caseless=False, shift=shift, size=len(data))
