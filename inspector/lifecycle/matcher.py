"""Finds a person's tokens in a cell's content, exactly, in whatever form they are written, and replaces them."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inspector.lifecycle.literals import Literal, literals
from inspector.lifecycle.needles import needles
from inspector.lifecycle.readings import Reading, readings, wrap, wrapped
from inspector.lifecycle.tokens import Token, TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CUT: Final = 10
"""Characters of an id that tell whose it is although the rest was cut off."""
_PREVIEW: Final = 90
"""A text that is shorter and doesn't end in dots was not cut off."""
_ROUNDS: Final = 4
"""A replacement may uncover what only then stands at a boundary."""
_BASE64: Final = re.compile(rb"[a-z0-9+/_-]+")
_BETWEEN: Final = rb"(?:[^0-9A-Za-z%]|%(?:25)*[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|&#?\w{1,6};){0,4}"


@dataclass(frozen=True, slots=True)
class Match:
    """A token in a cell: `start` and `end` are bytes of the content, those of the whole run in base64."""

    literal: Literal
    start: int
    end: int
    token: int
    form: str
    whole: bool
    """Whether the value is the token and nothing else."""
    content: bytes | None = None
    """What a run of base64 holds."""


class Matcher:
    """Made once for a person; holds no store."""

    __slots__ = ("_encoded", "_encoded_texts", "_patterns", "_phones", "needles", "tokens")

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tuple(tokens)
        self.needles = needles(self.tokens)
        self._patterns = [(token, token.pattern(), token.cores) for token in self.tokens]
        self._phones = [
            re.compile(_BETWEEN.join(re.escape(d.encode()) for d in token.digits))
            for token in self.tokens
            if token.kind is TokenKind.PHONE
        ]
        plain = [t for t in self.tokens if t.kind is not TokenKind.HASHED]
        self._encoded = [
            needle for needle in self.needles if _BASE64.fullmatch(needle) and not _stands_in(needle, plain)
        ]
        self._encoded_texts = [needle.decode() for needle in self._encoded]

    def find(self, content: bytes) -> list[Match]:
        """All matches in order of their place; the same bytes once for each token."""
        found: dict[tuple[int, int, int], Match] = {}
        for literal in literals(content, self._positions(content)):
            for match in self._in(content, literal):
                found.setdefault((match.start, match.end, match.token), match)
        return sorted(found.values(), key=lambda m: (m.start, m.end))

    def hits(self, text: str) -> bool:
        """Whether a decoded text holds a token in some form."""
        return bool(self._in_text(text.encode("utf-8", "surrogatepass"), literal=False))

    def replaced(self, content: bytes, name: Pseudonym) -> bytes | None:
        """The content with every token replaced and all else byte for byte the same; none if it has none."""
        first = content
        for _ in range(_ROUNDS):
            matches = self.find(content)
            if not matches:
                break
            content = self._replaced(content, matches, name)
        return None if content is first else content

    def _replaced(self, content: bytes, matches: Sequence[Match], name: Pseudonym) -> bytes:
        out = bytearray()
        last = 0
        for match in _outermost(matches):
            out += content[last : match.start]
            run = content[match.start : match.end]
            if match.content is not None:
                inner = self._inner(match.content, name)
                out += run if inner is None else wrap(run, inner)
            else:
                out += name.number if match.literal.kind == "n" else name.text
            last = match.end
        return bytes(out + content[last:])

    def _inner(self, content: bytes, name: Pseudonym) -> bytes | None:
        return self.replaced(content, name)

    def _positions(self, content: bytes) -> list[int]:
        lower = content.lower()
        found: set[int] = set()
        for needle in self.needles:
            at = lower.find(needle)
            while at >= 0:
                found.add(at)
                at = lower.find(needle, at + 1)
        for phone in self._phones:
            found.update(match.start() for match in phone.finditer(content))
        return sorted(found)

    def _in(self, content: bytes, literal: Literal) -> Iterator[Match]:
        data = content[literal.start : literal.end]
        for start, end, token, form, whole, inner in self._in_text(data, literal=literal.kind in "sk"):
            yield Match(literal, literal.start + start, literal.start + end, token, form, whole, inner)

    def _in_text(
        self, data: bytes, *, literal: bool, depth: int = 0
    ) -> list[tuple[int, int, int, str, bool, bytes | None]]:
        found: list[tuple[int, int, int, str, bool, bytes | None]] = []
        for reading in readings(data, literal=literal):
            text = reading.text
            lower = text.lower()
            length = len(text.strip())
            for number, (token, pattern, cores) in enumerate(self._patterns):
                if cores and not any(core in lower for core in cores):
                    continue
                for match in pattern.finditer(text):
                    place = token.bounded(text, *match.span())
                    if place is None:
                        continue
                    start, end = place
                    whole = end - start == length
                    found.append((*reading.back(start, end), number, reading.form, whole, None))
            found += self._cut_off(reading, lower)
            found += self._unwrapped(reading, lower, depth)
        return found

    def _cut_off(
        self, reading: Reading, lower: str
    ) -> Iterator[tuple[int, int, int, str, bool, bytes | None]]:
        """A long part of an id where a text was cut off, as previews and titles are."""
        end = len(lower.rstrip(" .…"))
        if end == len(lower) and end < _PREVIEW:
            return
        for number, (token, _, cores) in enumerate(self._patterns):
            if token.kind not in (TokenKind.ID, TokenKind.EMAIL) or not any(core in lower for core in cores):
                continue
            whole = token.text.lower()
            for length in range(len(whole) - 1, _CUT - 1, -1):
                if lower.endswith(whole[:length], 0, end):
                    if token.bounded(reading.text, end - length, end, whole=False) is not None:
                        yield (*reading.back(end - length, end), number, "cut off", False, None)
                    break

    def _unwrapped(
        self, reading: Reading, lower: str, depth: int
    ) -> Iterator[tuple[int, int, int, str, bool, bytes | None]]:
        if depth > 2 or not any(needle in lower for needle in self._encoded_texts):
            return
        for start, end, content in wrapped(reading, self._encoded):
            inner = self.find(content) if depth == 0 else []
            for match in inner:
                yield (*reading.back(start, end), match.token, "base64", False, content)


def _stands_in(needle: bytes, tokens: Sequence[Token]) -> bool:
    return any(needle.decode("utf-8", "replace") in token.text.lower() for token in tokens)


def _outermost(matches: Sequence[Match]) -> Iterator[Match]:
    """Those that no longer one contains; of two that overlap the first."""
    last = -1
    for match in sorted(matches, key=lambda m: (m.start, -m.end)):
        if match.start >= last:
            yield match
            last = match.end


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """One name for all tokens of a person. Letters and digits only: it needs no escaping anywhere."""

    text: bytes
    number: bytes
    """Where a number stood, so that it stays one."""

    @classmethod
    def of(cls, key: bytes, subject: str, op_id: str) -> Pseudonym:
        """Keyed: equal for the same person within one operation, of no use without the key."""
        tag = hmac.new(key, f"pseudonym:{op_id}:{subject}".encode(), hashlib.sha256)
        number = int.from_bytes(tag.digest()[:6], "big") % 9_000_000_000 + 1_000_000_000
        return cls(b"erased" + tag.hexdigest()[:16].encode(), str(number).encode())
