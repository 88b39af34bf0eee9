"""Other readings of a text in which a value may hide, each with a way back to the text's own offsets.

All offsets count bytes of UTF-8. Every decoder is one pass over the text.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from bisect import bisect_right
from functools import cache, lru_cache
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from inspector.redaction import engines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Decode: TypeAlias = Callable[[re.Match[bytes]], bytes]


class Shadow(Struct, frozen=True):
    """A decoded text made of segments: copied ones (offsets run along) and decoded ones (one source each)."""

    text: bytes
    at: list[int]
    """Where each segment starts in the shadow."""
    source: list[tuple[int, int, bool]]
    """Its start and end in the text it was made of, and whether it is a copy."""
    parent: Shadow | None = None

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original that a range of the shadow came from."""
        i = bisect_right(self.at, start) - 1
        from_, to, copied = self.source[i]
        begin = from_ + (start - self.at[i] if copied else 0)
        j = bisect_right(self.at, end - 1) - 1
        from_, to, copied = self.source[j]
        stop = from_ + end - self.at[j] if copied else to
        return self.parent.back(begin, stop) if self.parent is not None else (begin, stop)


def _rewrite(
    text: bytes, parent: Shadow | None, found: Iterator[re.Match[bytes]], decode: Decode
) -> Shadow | None:
    out: list[bytes] = []
    at: list[int] = []
    source: list[tuple[int, int, bool]] = []
    length = last = 0
    for match in found:
        start, end = match.span()
        new = decode(match)
        if new == match[0]:
            continue
        if start > last:
            at.append(length)
            source.append((last, start, True))
            out.append(text[last:start])
            length += start - last
        if new:
            at.append(length)
            source.append((start, end, False))
            out.append(new)
            length += len(new)
        last = end
    if not last:
        return None
    if last < len(text):
        at.append(length)
        source.append((last, len(text), True))
        out.append(text[last:])
    return Shadow(b"".join(out), at, source, parent) if at else None


_ANSI = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])|\xc2\x9b[0-?]*[ -/]*[@-~]"
)
_ESCAPE = re.compile(
    rb"\\(?:u(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|[0-9a-fA-F]{4})|x[0-9a-fA-F]{2}"
    rb'|U000[0-9a-fA-F]{5}|["\\/bfnrt])'
)
_ENTITY = re.compile(rb"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,24});")
_PERCENT = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")
_HIGH = re.compile(rb"[\x80-\xff]+")
_SIMPLE = {
    b'"': b'"',
    b"\\": b"\\",
    b"/": b"/",
    b"b": b" ",
    b"f": b" ",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
}


def _unescape(match: re.Match[bytes]) -> bytes:
    body = match[0][1:]
    if body[:1] == b"x":
        return chr(int(body[1:], 16)).encode()
    if body[:1] == b"U":
        code = int(body[1:], 16)
        return chr(code).encode("utf-8", "replace") if code < 0x110000 else match[0]
    if body[:1] != b"u":
        return _SIMPLE[body]
    units = bytes.fromhex(body.replace(b"\\u", b"")[1:].decode())
    return units.decode("utf-16-be", "replace").encode()


def _unpercent(match: re.Match[bytes]) -> bytes:
    raw = bytes.fromhex(match[0].replace(b"%", b"").decode())
    return raw.decode("utf-8", "replace").encode()


def _entity(match: re.Match[bytes]) -> bytes:
    import html  # a start hardly ever meets one

    return html.unescape(match[0].decode()).encode("utf-8", "replace")


_HYPHENS = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u00ad\u2043")


@lru_cache(maxsize=65536)
def fold(char: str) -> str:
    """A character as a plain reader takes it: compatibility form, ASCII hyphen and digits, no formatting."""
    if char in _HYPHENS:
        return "" if char == "\u00ad" else "-"
    category = unicodedata.category(char)
    if (
        category == "Cf"
        or "\ufe00" <= char <= "\ufe0f"
        or char in "\u034f\u115f\u1160\u3164\uffa0\u180b\u180c\u180d"
    ):
        return ""
    if category in ("Zs", "Zl", "Zp"):
        return " "
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if char in "\u3002\uff0e\uff61":
        return "."
    plain = unicodedata.normalize("NFKC", char)
    return plain if plain.isascii() or len(plain) == 1 else char


def _folded(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def folds(text: bytes, parent: Shadow | None = None) -> Shadow | None:
    """Compatibility characters, foreign digits, hyphens and spaces as ASCII; invisible ones dropped."""
    if text.isascii():
        return None
    odd = {c for c in set(_folded(text)) if c > "\x7f" and fold(c) != c}
    if not odd:
        return None
    found = re.compile("|".join(sorted(re.escape(c) for c in odd)).encode("utf-8")).finditer(text)
    return _rewrite(text, parent, found, lambda m: fold(m[0].decode()).encode())


def ansi(text: bytes, parent: Shadow | None = None) -> Shadow | None:
    """Without terminal escapes."""
    if b"\x1b" not in text and b"\xc2\x9b" not in text:
        return None
    return _rewrite(text, parent, _ANSI.finditer(text), lambda m: b"")


def escapes(text: bytes, parent: Shadow | None = None) -> Shadow | None:
    """Backslash escapes of JSON and of source code, one level."""
    return _rewrite(text, parent, _ESCAPE.finditer(text), _unescape) if b"\\" in text else None


def entities(text: bytes, parent: Shadow | None = None) -> Shadow | None:
    return _rewrite(text, parent, _ENTITY.finditer(text), _entity) if b"&" in text else None


def percents(text: bytes, parent: Shadow | None = None) -> Shadow | None:
    return _rewrite(text, parent, _PERCENT.finditer(text), _unpercent) if b"%" in text else None


_CHAIN = (ansi, folds, escapes, escapes, escapes, entities, percents, percents, entities, ansi, folds)


_OTHERWISE = re.compile(rb"[&%\\\x1b\x80-\xff]")


def may_read_otherwise(text: bytes) -> bool:
    """Whether a text holds anything that a decoder would change."""
    return _OTHERWISE.search(text) is not None


def readings(text: bytes) -> Iterator[Shadow]:
    """Each further reading of `text`, one decoder after the other, where it differs from the one before."""
    current: Shadow | None = None
    for decoder in _CHAIN:
        made = decoder(current.text if current is not None else text, current)
        if made is not None:
            current = made
            yield made


_FIRST = b"I-Za-f"
_SECOND = b"C-HS-Xi-nyz0-3"
_THIRD = b"ABEFIJMNQRUVYZcdghklopstwx014589"
_FOUR = b"(?:[" + _FIRST + b"][" + _SECOND + b"][" + _THIRD + b"][A-Za-z0-9+/_-])"
BASE64_HINT = b"(?:" + _FOUR + b"{4}|" + _FOUR + b"{3}[A-Za-z0-9+/_-]{2,3}=)"
"""Ten characters or more of printable ASCII in base64: what the high bits of each octet leave possible."""
_OTHER = b"A-Za-z0-9+/_-"
_CAPITAL = (b"I-Z", b"C-HS-X", b"ABEFIJMNQRUVYZ", b"A-Z")
_BEHIND = 8


def _anchor() -> bytes:
    """A capital letter at each of the four places of a group, and what may follow it."""
    groups = (_FIRST, _SECOND, _THIRD, _OTHER)
    return b"|".join(
        b"[" + capital + b"]" + b"".join(b"[" + groups[(n + k) % 4] + b"]" for k in range(1, _BEHIND + 1))
        for n, capital in enumerate(_CAPITAL)
    )


BASE64_ANCHOR = b"(?:" + _anchor() + b")"
"""What a run must hold too. Prose has few capitals, so a scanner leaps from one to the next."""
_ANCHOR = re.compile(BASE64_ANCHOR)
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}|[A-Za-z0-9+/_-]{14,15}={1,2}")
_IMAGE = re.compile(rb"data:(?:image|audio|video|font)/[\w.+-]{1,40}(?:;[\w=.-]{1,40})*;base64,\Z")
_LARGEST = 1 << 16


_SHORTEST = 14


@cache
def _hint() -> engines.Search:
    return engines.search_raw(BASE64_HINT)


def base64_runs(text: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Plausible base64 of text: where the run stands and what it decodes to, one level, 64 KB at most."""
    if len(text) < _SHORTEST:
        return
    end = 0
    search = _hint()
    while (hint := search(text, end)) is not None:
        first, last = hint[0]
        start = first
        floor = max(end, start - _LARGEST)
        while start > floor and text[start - 1] in _ALPHABET:
            start -= 1
        run = _RUN.match(text, start)
        if run is None:
            end = last
            continue
        end = run.end()
        if _ANCHOR.search(text, start, end) is None:
            continue
        if _IMAGE.search(text, max(0, start - 120), start) is not None:
            continue
        begin = start + (first - start) % 4
        decoded = unbase64(text[begin : min(end, begin + _LARGEST)])
        if decoded is not None:
            yield start, end, decoded


_ALPHABET = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")


def unbase64(run: bytes) -> bytes | None:
    """The text that a run holds, or none where it isn't mostly printable."""
    body = run.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    if len(body) % 4 == 1:
        body = body[:-1]
    try:
        decoded = base64.b64decode(body + b"=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        return None
    sample = decoded[:4096]
    printable = sum(b >= 32 or b in (9, 10, 13) for b in sample)
    return decoded if sample and printable >= 0.9 * len(sample) else None
