"""JSON with positions: values together with the bytes that each stands in, so that edits leave the rest alone."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.model import Multimap
from inspector.redaction.result import Piece, RedactedList, RedactedMap, RedactedText

if TYPE_CHECKING:
    from inspector.model import Value
    from inspector.redaction.result import RedactedValue

DEEPEST = 400
"""Levels that are parsed; what nests deeper is judged as text."""


@dataclass(slots=True)
class Spot:
    """Where a value stands; `keys` and `below` run along for objects, `below` alone for arrays."""

    start: int
    end: int
    keys: list[Spot] | None = None
    below: list[Spot] | None = None


class NotJSON(ValueError):
    """The bytes are no JSON document."""


_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NUMBER = re.compile(rb"-?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|Infinity)|NaN")
_SPACE = re.compile(rb"[ \t\r\n]*")
_WORDS: tuple[tuple[bytes, bool | None], ...] = ((b"true", True), (b"false", False), (b"null", None))


def decode_string(token: bytes) -> str:
    """A string token with its quotes, decoded. Lone surrogates stay as they are."""
    if b"\\" not in token:
        return token[1:-1].decode("utf-8", "surrogateescape")
    try:
        value = json.loads(token.decode("utf-8", "surrogateescape"), strict=False)
    except ValueError:
        raise NotJSON("a string can't be decoded") from None
    if not isinstance(value, str):
        raise NotJSON("not a string")
    return value


def _number(token: bytes) -> int | float:
    if token in (b"NaN", b"Infinity", b"-Infinity"):
        return float(token)
    if any(c in token for c in b".eE"):
        return float(token)
    if len(token) > 4000:
        raise NotJSON("a number too long")
    return int(token)


class _Parser:
    def __init__(self, text: bytes) -> None:
        self.text = text

    def value(self, at: int, depth: int) -> tuple[Value, Spot]:
        text = self.text
        char = text[at : at + 1]
        if char == b'"':
            found = _STRING.match(text, at)
            if found is None:
                raise NotJSON("a string without end")
            return decode_string(found[0]), Spot(at, found.end())
        if char == b"{":
            return self.object(at, depth)
        if char == b"[":
            return self.array(at, depth)
        for word, meaning in _WORDS:
            if text.startswith(word, at):
                return meaning, Spot(at, at + len(word))
        number = _NUMBER.match(text, at)
        if number is None:
            raise NotJSON("no value")
        return _number(number[0]), Spot(at, number.end())

    def skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found is not None else at

    def object(self, at: int, depth: int) -> tuple[Value, Spot]:
        if depth > DEEPEST:
            raise NotJSON("too deep")
        text = self.text
        pairs: list[tuple[str, Value]] = []
        keys: list[Spot] = []
        below: list[Spot] = []
        here = self.skip(at + 1)
        if text[here : here + 1] != b"}":
            while True:
                if text[here : here + 1] != b'"':
                    raise NotJSON("no key")
                key, spot = self.value(here, depth + 1)
                here = self.skip(spot.end)
                if text[here : here + 1] != b":":
                    raise NotJSON("no colon")
                value, under = self.value(self.skip(here + 1), depth + 1)
                pairs.append((str(key), value))
                keys.append(spot)
                below.append(under)
                here = self.skip(under.end)
                if text[here : here + 1] == b",":
                    here = self.skip(here + 1)
                    continue
                if text[here : here + 1] == b"}":
                    break
                raise NotJSON("an object without end")
        made = dict(pairs)
        return (
            made if len(made) == len(pairs) else Multimap(tuple(pairs)),
            Spot(at, here + 1, keys, below),
        )

    def array(self, at: int, depth: int) -> tuple[Value, Spot]:
        if depth > DEEPEST:
            raise NotJSON("too deep")
        text = self.text
        items: list[Value] = []
        below: list[Spot] = []
        here = self.skip(at + 1)
        if text[here : here + 1] != b"]":
            while True:
                value, spot = self.value(here, depth + 1)
                items.append(value)
                below.append(spot)
                here = self.skip(spot.end)
                if text[here : here + 1] == b",":
                    here = self.skip(here + 1)
                    continue
                if text[here : here + 1] == b"]":
                    break
                raise NotJSON("an array without end")
        return items, Spot(at, here + 1, None, below)


def read(text: bytes, at: int) -> tuple[Value, Spot]:
    """The value that starts at a byte. Raises NotJSON, or RecursionError where it nests too deep."""
    return _Parser(text).value(at, 0)


def parse(text: bytes) -> tuple[Value, Spot]:
    """One JSON document with the place of each of its values. Raises NotJSON. NaN and infinities are read."""
    parser = _Parser(text)
    try:
        value, spot = parser.value(parser.skip(0), 0)
    except (RecursionError, UnicodeError):
        raise NotJSON("too deep, or not text") from None
    if parser.skip(spot.end) != len(text):
        raise NotJSON("something behind the document")
    return value, spot


def encode_string(text: str, ascii_only: bool) -> bytes:
    """`text` as a JSON string token; lone surrogates as escapes."""
    if not ascii_only:
        try:
            return json.dumps(text, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            pass
    return json.dumps(text).encode("ascii")


@dataclass(frozen=True, slots=True)
class Edit:
    """What to put in the place of some bytes: pieces of JSON text, quotes included, and the same as bytes."""

    start: int
    end: int
    pieces: tuple[Piece, ...]
    new: bytes

    def moved(self, by: int) -> Edit:
        return Edit(self.start + by, self.end + by, self.pieces, self.new)


def edit(start: int, end: int, pieces: tuple[Piece, ...]) -> Edit:
    new = "".join([p.text for p in pieces]).encode("utf-8", "surrogatepass")
    return Edit(start, end, pieces, new)


def _quoted(text: RedactedText, ascii_only: bool) -> tuple[Piece, ...]:
    """A redacted text as a JSON string, in pieces."""
    inner = (
        Piece(encode_string(p.text, ascii_only)[1:-1].decode("utf-8", "surrogatepass"), p.finding, p.failed)
        for p in text.pieces
    )
    return (Piece('"'), *inner, Piece('"'))


def edits(text: bytes, spot: Spot, value: Value, redacted: RedactedValue, out: list[Edit]) -> None:
    """The edits that turn the document into its redacted form, left to right."""
    if isinstance(redacted, RedactedText):
        if redacted.clean and isinstance(value, str):
            return
        made = edit(spot.start, spot.end, _quoted(redacted, text[spot.start : spot.end].isascii()))
        if made.new != text[spot.start : spot.end]:
            out.append(made)
        return
    if isinstance(redacted, RedactedList) and spot.below is not None and isinstance(value, list):
        for under, raw, item in zip(spot.below, value, redacted.items, strict=True):
            edits(text, under, raw, item, out)
        return
    if isinstance(redacted, RedactedMap) and spot.below is not None and spot.keys is not None:
        pairs = (
            value.pairs
            if isinstance(value, Multimap)
            else tuple(value.items())
            if isinstance(value, dict)
            else ()
        )
        for key_spot, under, (key, raw), (shown_key, item) in zip(
            spot.keys, spot.below, pairs, redacted.pairs, strict=True
        ):
            if str(shown_key) != key:
                out.append(edit(key_spot.start, key_spot.end, _quoted(shown_key, True)))
            edits(text, under, raw, item, out)


def splice(text: bytes, made: list[Edit]) -> bytes:
    """`text` with the edits carried out."""
    if not made:
        return text
    out: list[bytes] = []
    at = 0
    for one in made:
        out.append(text[at : one.start])
        out.append(one.new)
        at = one.end
    out.append(text[at:])
    return b"".join(out)
