"""A text as bytes to be found in a store's file, in every form that JSON may give it.

A character of the text stands there as its UTF-8, behind backslashes, or as `\\uXXXX`; JSON within JSON
repeats the backslashes. ASCII letters and digits are written plainly by every known writer; where one escapes
them after all, a second pattern says so, and the line is looked at whole. The standard library's IGNORECASE
is only the last resort: over bytes it costs twenty times as much.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

LONGEST: Final = 80
"""Characters of a text that are looked for; what is found is held against the whole text anyway."""
ESCAPED: Final = rb"\\u00(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])"
"""A letter or digit of ASCII that somebody has escaped."""
_FOLDED: Final = {
    "k": "\u212a",
    "s": "ſ",
    "å": "\u212b",
    "ω": "\u2126",
    "μ": "µ",
    "ι": "\u0345\u1fbe",
    "σ": "ς",
    "β": "ϐ",
    "θ": "ϑϴ",
    "φ": "ϕ",
    "π": "ϖ",
    "κ": "ϰ",
    "ρ": "ϱ",
    "ε": "ϵ",
    "ṡ": "ẛ",
    "в": "ᲀ",
    "д": "ᲁ",
    "о": "ᲂ",
    "с": "ᲃ",
    "т": "ᲄᲅ",
    "ъ": "ᲆ",
    "ѣ": "ᲇ",
    "ꙋ": "ᲈ",
    "ss": "ßẞ",
    "i\u0307": "\u0130",
    "ff": "ﬀ",
    "fi": "ﬁ",
    "fl": "ﬂ",
    "st": "ﬅﬆ",
    "ʼn": "ŉ",
    "եւ": "և",
}
"""What else folds to these, besides upper case (Unicode's CaseFolding.txt; of its pairs the common ones)."""
_NAMED: Final = {"\n": "n", "\t": "t", "\r": "r", "\b": "b", "\f": "f"}


class Finder(Protocol):
    """Finds a needle in bytes; one for each thread."""

    escaped: bool
    """Whether letters or digits may be escaped in what was looked at last."""

    def ends(self, data: bytes, *, plain: bool = False) -> list[int]:
        """Where occurrences end, in order; one may be given several times. `plain` says that no letter or
        digit is escaped in there: nobody needs to look for such, which takes twice as long as the needle."""


def finder(text: str, *, case: bool) -> Callable[[], Finder]:
    """What makes finders of `text`; `case` says whether upper and lower case differ."""
    pattern = _pattern(text[:LONGEST], case)
    hyperscan = module("hyperscan")
    if hyperscan is not None:
        flag = 0 if case else hyperscan.HS_FLAG_CASELESS
        alone, both = (hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK) for _ in range(2))
        alone.compile(expressions=[pattern], ids=[0], elements=1, flags=[flag])
        both.compile(expressions=[pattern, ESCAPED], ids=[0, 1], elements=2, flags=[flag, 0])
        return lambda: _Hyperscan((both, hyperscan.Scratch(both)), (alone, hyperscan.Scratch(alone)))
    both = rb"(?:" + pattern + rb")|" + ESCAPED
    re2 = module("re2")
    if re2 is not None:
        options = re2.Options()
        options.case_sensitive = case
        options.encoding = re2.Options.Encoding.LATIN1
        options.log_errors = False
        compiled = re2.compile(both, options)
    else:
        compiled = re.compile(both, 0 if case else re.IGNORECASE)
    return lambda: _Pattern(compiled.finditer)


class _Hyperscan:
    def __init__(self, both: tuple[object, object], alone: tuple[object, object]) -> None:
        self._both = both
        self._alone = alone
        self.escaped = False

    def ends(self, data: bytes, *, plain: bool = False) -> list[int]:
        found: list[int] = []
        self.escaped = False

        def met(which: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append(end)
            if which:
                self.escaped = True

        database, scratch = self._alone if plain else self._both
        database.scan(data, match_event_handler=met, scratch=scratch)  # type: ignore[attr-defined]  # the wheel ships no types
        return found


class _Pattern:
    escaped = True

    def __init__(self, finditer: Callable[[bytes], Iterator[re.Match[bytes]]]) -> None:
        self._finditer = finditer

    def ends(self, data: bytes, *, plain: bool = False) -> list[int]:  # one pattern for both
        return [match.end() for match in self._finditer(data)]


@cache
def module(name: str) -> ModuleType | None:
    try:
        return import_module(name)
    except ImportError:
        return None


def _pattern(text: str, case: bool) -> bytes:
    out: list[bytes] = []
    at = 0
    while at < len(text):
        pair = text[at : at + 2].casefold()
        if not case and pair in _FOLDED and len(pair) == 2:
            single = b"".join(_one(c, case) for c in text[at : at + 2])
            others = b"|".join(form for c in _FOLDED[pair] for form in _forms(c))
            out.append(b"(?:" + single + b"|" + others + b")")
            at += 2
        else:
            out.append(_one(text[at], case))
            at += 1
    return b"".join(out)


def _one(character: str, case: bool) -> bytes:
    """Every form of one character as an alternation."""
    if character.isascii() and character.isalnum():
        others = "" if case else _FOLDED.get(character.casefold(), "")
        plain = character.encode()
        return (
            b"(?:" + b"|".join((plain, *(f for c in others for f in _forms(c)))) + b")" if others else plain
        )
    variants = {character} if case else _variants(character)
    forms = list(dict.fromkeys(form for c in sorted(variants) for form in _forms(c)))
    return b"(?:" + b"|".join(forms) + b")"


def _variants(character: str) -> set[str]:
    found = {character, character.lower(), character.upper(), character.casefold(), character.title()}
    return {c for c in found if len(c) == 1} | set(_FOLDED.get(character.casefold(), ""))


def _forms(character: str) -> list[bytes]:
    raw = character.encode("utf-8", "surrogatepass")
    literal = re.escape(raw) if character.isascii() else b"".join(b"\\x%02x" % byte for byte in raw)
    units = character.encode("utf-16-be", "surrogatepass")
    escaped = b"".join(rb"\\+u" + _hex(units[i : i + 2].hex()) for i in range(0, len(units), 2))
    if character == "\\":
        return [rb"\\+", escaped]
    if character == " ":
        return [b" "]
    if not character.isascii():
        return [literal, escaped]
    if character in _NAMED:
        return [literal, rb"\\+" + _NAMED[character].encode(), escaped]
    return [rb"\\*" + literal, escaped]


def _hex(digits: str) -> bytes:
    """Four hex digits in either case."""
    return b"".join(d.encode() if d.isdigit() else f"[{d}{d.upper()}]".encode() for d in digits)
