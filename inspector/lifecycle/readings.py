"""All readings of a text in which an id may hide: as it stands, unescaped, and unwrapped from base64; each with
a way back to the bytes it came from."""

from __future__ import annotations

import base64
import binascii
import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inspector.redaction.shadows import Shadow, ansi, entities, escapes, folds, percents

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_MOST: Final = 64
"""Readings of one text; JSON in a string in JSON in a string … takes one a level."""
_RUN: Final = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}")
_DECODERS: Final = ((escapes, "escaped"), (entities, "html"), (percents, "url"), (ansi, ""), (folds, ""))


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
    """`literal`: the inside of a JSON string, which nobody reads as it stands.

    Whoever wrote it may have wrapped it in any order, so each reading is read again by every decoder.
    """
    waiting = deque([_Step(escapes(data) if literal else None, "plain")])
    seen = {data if waiting[0].shadow is None else waiting[0].shadow.text}
    given = 0
    while waiting and given < _MOST:
        step = waiting.popleft()
        given += 1
        yield _reading(data, step.shadow, step.form)
        text = data if step.shadow is None else step.shadow.text
        for decoder, form in _DECODERS:
            made = decoder(text, step.shadow)
            if made is None or made.text in seen:
                continue
            seen.add(made.text)
            waiting.append(_Step(made, form or step.form))
            if form == "url" and b"+" in made.text:
                spaced = _spaced(made)
                seen.add(spaced.text)
                waiting.append(_Step(spaced, form))


@dataclass(frozen=True, slots=True)
class _Step:
    shadow: Shadow | None
    form: str


def _spaced(shadow: Shadow) -> Shadow:
    """In a form's data a plus is a space."""
    text = shadow.text.replace(b"+", b" ")
    return Shadow(text, [0], [(0, len(text), True)], shadow)


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


def wrapped(reading: Reading, signs: Collection[bytes]) -> Iterator[tuple[int, int, bytes]]:
    """Base64 in a reading, as far as one of `signs` (lower case) is in it: where the run stands, in
    characters, and what it holds."""
    text = reading.text
    if not text.isascii():
        # Runs are of ASCII: a character for each other byte keeps the offsets.
        text = re.sub(r"[^\x00-\x7f]", " ", text)
    data = text.encode()
    for run in _RUN.finditer(data):
        lower = run[0].lower()
        if not any(sign in lower for sign in signs):
            continue
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
