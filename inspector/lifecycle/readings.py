"""All readings of a text in which an id may hide: as it stands, unescaped, and unwrapped from base64; each with
a way back to the bytes it came from."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inspector.redaction.shadows import Shadow, ansi, entities, escapes, folds, percents

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEPTH: Final = 12
"""JSON in a string in JSON in a string …: so many levels are opened."""
_RUN: Final = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}")
_PLUS: Final = re.compile(rb"\+")


@dataclass(frozen=True, slots=True)
class Reading:
    """`form` is how it is written: plain, escaped, html, url, base64."""

    text: str
    form: str
    shadow: Shadow | None

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The bytes of the text that were read that characters `start` to `end` came from."""
        if self.text.isascii():
            begin, stop = start, end
        else:
            begin = len(self.text[:start].encode("utf-8", "surrogatepass"))
            stop = begin + len(self.text[start:end].encode("utf-8", "surrogatepass"))
        return (begin, stop) if self.shadow is None else self.shadow.back(begin, stop)


def readings(data: bytes, *, literal: bool) -> Iterator[Reading]:
    """`literal`: the inside of a JSON string, which nobody reads as it stands."""
    current: Shadow | None = escapes(data) if literal else None
    yield _reading(data, current, "plain")
    chain = (
        (ansi, "plain"),
        (folds, "plain"),
        *((escapes, "escaped"),) * _DEPTH,
        (entities, "html"),
        (percents, "url"),
        (percents, "url"),
        (percents, "url"),
        (escapes, "escaped"),
        (folds, "plain"),
    )
    for decoder, form in chain:
        made = decoder(current.text if current is not None else data, current)
        if made is None:
            continue
        if form == "url":
            yield from _spaced(made)
        current = made
        yield _reading(data, current, form)


def _spaced(shadow: Shadow) -> Iterator[Reading]:
    """In a form's data a plus is a space."""
    if b"+" in shadow.text:
        text = _PLUS.sub(b" ", shadow.text)
        yield Reading(
            text.decode("utf-8", "replace"), "url", Shadow(text, [0], [(0, len(text), True)], shadow)
        )


def _reading(data: bytes, shadow: Shadow | None, form: str) -> Reading:
    text = data if shadow is None else shadow.text
    return Reading(_text(text), form, shadow)


def _text(data: bytes) -> str:
    """Characters whose UTF-8 is as long as the bytes they came from: offsets must fit."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return (
            data.decode("latin-1")
            if len(data.decode("utf-8", "replace").encode()) != len(data)
            else data.decode("utf-8", "replace")
        )


def wrapped(reading: Reading) -> Iterator[tuple[int, int, bytes]]:
    """Base64 in a reading: where the run stands, in characters, and what it holds."""
    text = reading.text
    if not text.isascii():
        # Runs are of ASCII: a character for each other byte keeps the offsets.
        text = re.sub(r"[^\x00-\x7f]", " ", text)
    data = text.encode()
    for run in _RUN.finditer(data):
        body = run[0].rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
        for skip in range(4 if len(body) < 4096 else 1):
            decoded = _unwrapped(body[skip:])
            if decoded is not None:
                yield run.start() + skip, run.end(), decoded


def _unwrapped(body: bytes) -> bytes | None:
    if len(body) % 4 == 1:
        body = body[:-1]
    try:
        return base64.b64decode(body + b"=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        return None


def wrap(run: bytes, content: bytes) -> bytes:
    """`content` in the dialect of base64 that `run` is written in."""
    made = base64.b64encode(content)
    if b"-" in run or b"_" in run:
        made = made.replace(b"+", b"-").replace(b"/", b"_")
    return made if run.endswith(b"=") or len(run.rstrip(b"=")) % 4 == 0 else made.rstrip(b"=")
