"""JSON with positions: values together with the bytes that each stands in, so that edits leave the rest alone."""

from __future__ import annotations

import json
import math
import re
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import TYPE_CHECKING

from msgspec import Struct

from inspector.model import Multimap
from inspector.redaction.result import Piece, RedactedList, RedactedMap, RedactedText

if TYPE_CHECKING:
    from inspector.model import Value
    from inspector.redaction.result import RedactedValue

DEEPEST = 400
"""Levels that are parsed; what nests deeper is judged as text."""


class Spot(Struct, gc=False):
    """Where a value stands; `keys` and `below` run along for objects, `below` alone for arrays."""

    start: int
    end: int
    keys: list[Spot] | None = None
    below: list[Spot] | None = None


class NotJSON(ValueError):
    """The bytes are no JSON document."""


_SPACES = b" \t\r\n"
_S = rb"[ \t\r\n]*"
_TEXT = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_OTHER = rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|-?Infinity"
_VALUE = rb"(?:(" + _TEXT + rb")|(" + _OTHER + rb")|([{\[]))"
_FIRST = re.compile(_S + _VALUE, re.DOTALL)
_MEMBER = re.compile(_S + rb"(" + _TEXT + rb")" + _S + rb":" + _S + _VALUE, re.DOTALL)
"""A key and what stands under it, or how that begins."""
_NEXT = re.compile(_S + rb"([,}\]])")
_EMPTY = re.compile(_S + rb"[}\]]")
_WORDS: dict[bytes, bool | float | None] = {
    b"true": True, b"false": False, b"null": None,
    b"NaN": math.nan, b"Infinity": math.inf, b"-Infinity": -math.inf,
}  # fmt: skip
_decode = json.JSONDecoder(strict=False).decode
_QUOTE = Piece('"')


def decode_string(token: bytes) -> str:
    """A string token with its quotes, decoded. Lone surrogates stay as they are."""
    if b"\\" not in token:
        return token[1:-1].decode("utf-8", "surrogateescape")
    try:
        value = _decode(token.decode("utf-8", "surrogateescape"))
    except ValueError:
        raise NotJSON("a string can't be decoded") from None
    if not isinstance(value, str):
        raise NotJSON("not a string")
    return value


def _other(token: bytes) -> bool | int | float | None:
    """A number or a word."""
    if token in _WORDS:
        return _WORDS[token]
    if b"." in token or b"e" in token or b"E" in token:
        return float(token)
    if len(token) > 4000:
        raise NotJSON("a number too long")
    return int(token)


def _value(text: bytes, match: re.Match[bytes], group: int, depth: int) -> tuple[Value, Spot]:
    """What a match has found in its groups from `group` on: a string, a number or word, or a bracket."""
    kind = match.lastindex
    assert kind is not None
    start, end = match.span(kind)
    if kind == group:
        return decode_string(text[start:end]), Spot(start, end)
    if kind == group + 1:
        return _other(text[start:end]), Spot(start, end)
    if depth > DEEPEST:
        raise NotJSON("too deep")
    return _object(text, start, depth) if text[start] == 123 else _array(text, start, depth)


def _object(text: bytes, at: int, depth: int) -> tuple[Value, Spot]:
    pairs: list[tuple[str, Value]] = []
    keys: list[Spot] = []
    below: list[Spot] = []
    end = at + 1
    empty = _EMPTY.match(text, end)
    if empty is not None and text[empty.end() - 1] == 125:
        return {}, Spot(at, empty.end(), keys, below)
    while True:
        match = _MEMBER.match(text, end)
        if match is None:
            raise NotJSON("no key, colon and value")
        start, stop = match.span(1)
        value, under = _value(text, match, 2, depth + 1)
        pairs.append((decode_string(text[start:stop]), value))
        keys.append(Spot(start, stop))
        below.append(under)
        after = _NEXT.match(text, under.end)
        if after is None:
            raise NotJSON("an object without end")
        end = after.end()
        sign = text[end - 1]
        if sign == 125:
            break
        if sign != 44:
            raise NotJSON("an object without end")
    made = dict(pairs)
    return made if len(made) == len(pairs) else Multimap(tuple(pairs)), Spot(at, end, keys, below)


def _array(text: bytes, at: int, depth: int) -> tuple[Value, Spot]:
    items: list[Value] = []
    below: list[Spot] = []
    end = at + 1
    empty = _EMPTY.match(text, end)
    if empty is not None and text[empty.end() - 1] == 93:
        return items, Spot(at, empty.end(), None, below)
    while True:
        match = _FIRST.match(text, end)
        if match is None:
            raise NotJSON("no value")
        value, under = _value(text, match, 1, depth + 1)
        items.append(value)
        below.append(under)
        after = _NEXT.match(text, under.end)
        if after is None:
            raise NotJSON("an array without end")
        end = after.end()
        sign = text[end - 1]
        if sign == 93:
            return items, Spot(at, end, None, below)
        if sign != 44:
            raise NotJSON("an array without end")


def read(text: bytes, at: int) -> tuple[Value, Spot]:
    """The value that starts at a byte. Raises NotJSON, or RecursionError where it nests too deep."""
    match = _FIRST.match(text, at)
    if match is None:
        raise NotJSON("no value")
    return _value(text, match, 1, 0)


def parse(text: bytes) -> tuple[Value, Spot]:
    """One JSON document with the place of each of its values. Raises NotJSON. NaN and infinities are read."""
    try:
        value, spot = read(text, 0)
    except (RecursionError, UnicodeError):
        raise NotJSON("too deep, or not text") from None
    if text[spot.end :].strip(_SPACES):
        raise NotJSON("something behind the document")
    return value, spot


def escaped(text: str, ascii_only: bool) -> str:
    """`text` as it stands between the quotes of a JSON string; lone surrogates as escapes."""
    if not ascii_only:
        made = encode_basestring(text)
        try:
            made.encode()
            return made[1:-1]
        except UnicodeEncodeError:
            pass
    return encode_basestring_ascii(text)[1:-1]


class Edit(Struct, frozen=True, gc=False):
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
    inner = [Piece(escaped(p.text, ascii_only), p.finding, p.failed) for p in text.pieces]
    return (_QUOTE, *inner, _QUOTE)


def edits(text: bytes, spot: Spot, value: Value, redacted: RedactedValue, out: list[Edit]) -> None:
    """The edits that turn the document into its redacted form, left to right."""
    if redacted is value:
        return
    if isinstance(redacted, RedactedText):
        if isinstance(value, str) and redacted.clean:
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
            shown = shown_key.pieces
            if (shown[0].text if len(shown) == 1 else str(shown_key)) != key:
                out.append(edit(key_spot.start, key_spot.end, _quoted(shown_key, True)))
            if item is not raw and not (
                isinstance(raw, str) and isinstance(item, RedactedText) and item.clean
            ):
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
