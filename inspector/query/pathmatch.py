"""How a path's steps are held against the way to a value: all alternatives at once, in linear time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Segment: TypeAlias = tuple[str, bool, bool]
"""Normalised text; whether it goes on within the same stored key; whether it is or looks like an index."""


PLAIN = re.compile(r"[^\s.\[\]\"*^:<>=(),\\]+")


@dataclass(frozen=True, slots=True)
class Name:
    """One key, or one dotted part of a key. `parts` has several where a quoted segment holds dots."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        text = ".".join(self.parts)
        return text if len(self.parts) == 1 and PLAIN.fullmatch(text) else '"' + escape(text) + '"'


@dataclass(frozen=True, slots=True)
class Glob:
    """A key with `*` inside: the pieces between the stars."""

    pieces: tuple[str, ...]

    def __str__(self) -> str:
        return "*".join(self.pieces)


@dataclass(frozen=True, slots=True)
class AnyOne:
    def __str__(self) -> str:
        return "*"


@dataclass(frozen=True, slots=True)
class AnyMany:
    def __str__(self) -> str:
        return "**"


@dataclass(frozen=True, slots=True)
class Index:
    """One element of a list, or each."""

    number: int | None

    def __str__(self) -> str:
        return "[]" if self.number is None else f"[{self.number}]"


Step: TypeAlias = Name | Glob | AnyOne | AnyMany | Index


@dataclass(frozen=True, slots=True)
class Bit:
    """One segment of the pattern. `glued`: it must lie in the same stored key as the one before."""

    kind: type[Step]
    text: str = ""
    glued: bool = False
    pieces: tuple[str, ...] = ()

    def takes(self, segment: Segment, *, first: bool) -> bool:
        text, inside, index = segment
        if self.glued and not first and not inside:
            return False
        if self.kind is Name:
            return self.text == text
        if self.kind is Glob:
            return wild(self.pieces, text)
        return self.kind is AnyOne or (index and (not self.text or self.text == text))


def bits_of(steps: tuple[Step, ...]) -> tuple[Bit, ...]:
    out: list[Bit] = []
    for step in steps:
        match step:
            case Name(parts):
                out += [Bit(Name, part, glued=n > 0) for n, part in enumerate(parts)]
            case Glob(pieces):
                out.append(Bit(Glob, pieces=pieces))
            case Index(number):
                out.append(Bit(Index, "" if number is None else str(number)))
            case _:
                out.append(Bit(type(step)))
    return tuple(out)


def run(bits: tuple[Bit, ...], data: Sequence[Segment], anchored: bool) -> bool:
    """All ways at once: `live` holds how many bits each way has used."""
    live = _through(bits, {0})
    for segment in data:
        after = set() if anchored else {0}
        for at in live:
            bit = bits[at] if at < len(bits) else None
            if segment[2] or (bit is not None and bit.kind is AnyMany):
                after.add(at)
            if bit is not None and bit.kind is not AnyMany and bit.takes(segment, first=at == 0):
                after.add(at + 1)
        live = _through(bits, after)
        if not live:
            return False
    return len(bits) in live


def _through(bits: tuple[Bit, ...], live: set[int]) -> set[int]:
    """`**` may stand for nothing."""
    out = set(live)
    for at in live:
        while at < len(bits) and bits[at].kind is AnyMany:
            at += 1
            out.add(at)
    return out


def wild(pieces: tuple[str, ...], text: str) -> bool:
    """Whether the whole text is these pieces in this order with anything between; linear."""
    if len(pieces) == 1:
        return text == pieces[0]
    first, *middle, last = pieces
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def normal(name: str) -> str:
    return name.casefold().replace("-", "_")


@lru_cache(maxsize=4096)
def _split(key: str) -> tuple[Segment, ...]:
    return tuple((part, n > 0, part.isdigit()) for n, part in enumerate(normal(key).split(".")))


def segments(keys: Iterable[str | int]) -> list[Segment]:
    """The way to a value, cut at the dots of its keys."""
    out: list[Segment] = []
    for key in keys:
        if isinstance(key, int):
            out.append((str(key), False, True))
        else:
            out += _split(key)
    return out


def escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
