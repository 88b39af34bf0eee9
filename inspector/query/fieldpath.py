"""The path grammar: which field of a span is meant. Used by queries, field rules, sealing and retention.

`user.email` means an attribute with that key, `email` inside an object `user`, and either inside JSON that
a text holds, at any depth. Keys are compared segment by segment, without case, `-` and `_` alike. A list's
index needs no segment: `messages.content` finds the content of each message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from inspector.query.errors import QueryError
from inspector.query.pathmatch import (
    AnyMany,
    AnyOne,
    Bit,
    Glob,
    Index,
    Name,
    Segment,
    Step,
    bits_of,
    normal,
    run,
    segments,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Keys: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys as stored, list indexes as numbers. JSON in a text goes on in the same way."""

ATTRIBUTES, INPUT, OUTPUT = "attributes", "input", "output"
RESOURCE, EVENT, LINK, SPAN = "resource", "event", "link", "span"
SECTIONS = (ATTRIBUTES, INPUT, OUTPUT, RESOURCE, EVENT, LINK, SPAN)
_DEFAULT = frozenset({ATTRIBUTES, INPUT, OUTPUT})
_PREFIXES = frozenset({RESOURCE, EVENT, LINK, INPUT, OUTPUT})
_SPAN_FIELDS = frozenset({"name", "status_message"})
MAX_SEGMENTS = 100

_TOKEN = re.compile(
    r"""(?P<quoted>"(?:[^"\\]|\\.)*") | (?P<index>\[\d{0,9}\])
    | (?P<many>\*\*(?![^.\[])) | (?P<word>[^\s.\[\]"]+)""",
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A parsed path; `str` gives it back."""

    steps: tuple[Step, ...]
    anchored: bool = False
    section: str | None = None
    """The place that a prefix names. Attributes whose key is so written match too."""
    _plain: tuple[str, ...] | None = field(init=False, compare=False, repr=False)
    _bits: tuple[Bit, ...] = field(init=False, compare=False, repr=False)
    _inner: tuple[Bit, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        bits = bits_of(self.steps)
        simple = all(
            isinstance(s, Name) and len(s.parts) == 1 and not s.parts[0].isdigit() for s in self.steps
        )
        object.__setattr__(self, "_bits", bits)
        object.__setattr__(self, "_inner", bits[1:] if self.section else bits)
        object.__setattr__(self, "_plain", tuple(b.text for b in bits) if simple else None)

    def __str__(self) -> str:
        out = "^" if self.anchored else ""
        for n, step in enumerate(self.steps):
            text = str(step)
            if n == 0 and self.section is None and _section(list(self.steps), [True]) and text[0] != '"':
                text = f'"{text}"'
            out += ("." if n and not isinstance(step, Index) else "") + text
        return out

    @property
    def last(self) -> str | None:
        """The normalised text that a matching value's own key must have, if there is but one."""
        step = self.steps[-1]
        if isinstance(step, Name) and not step.parts[-1].isdigit():
            return step.parts[-1]
        return None

    def matches(self, keys: Sequence[str | int], section: str = ATTRIBUTES) -> bool:
        """Whether the value at `keys` of a section is meant: exactly it, not what lies beneath it."""
        return self.matches_segments(segments(keys), section)

    def covers(self, keys: Sequence[str | int], section: str = ATTRIBUTES) -> bool:
        """Whether the value at `keys`, or something around it, is meant: `user` covers `user.email`."""
        return self.covers_segments(segments(keys), section)

    def covers_segments(self, data: Sequence[Segment], section: str = ATTRIBUTES) -> bool:
        return any(self.matches_segments(data[:n], section) for n in range(len(data), -1, -1))

    def matches_segments(self, data: Sequence[Segment], section: str = ATTRIBUTES) -> bool:
        """As `matches`, on `segments(keys)`: for many paths against one place."""
        if section in _DEFAULT and self._run(self._bits, data, self._plain):
            return True
        if self.section == section:
            if not self._inner:
                return not data
            inner = None if self._plain is None else self._plain[1:]
            return self._run(self._inner, data, inner)
        return False

    def _run(self, bits: tuple[Bit, ...], data: Sequence[Segment], plain: tuple[str, ...] | None) -> bool:
        if plain is None:
            return run(bits, data, self.anchored)
        names = [text for text, _, index in data if not index]
        if self.anchored and len(names) != len(plain):
            return False
        return len(names) >= len(plain) and tuple(names[len(names) - len(plain) :]) == plain


class PathSet:
    """Many paths against one place: those that can't match aren't tried."""

    __slots__ = ("_by_last", "_others", "_paths")

    def __init__(self, paths: Iterable[FieldPath]) -> None:
        self._paths = tuple(paths)
        self._by_last: dict[str, list[int]] = {}
        self._others: list[int] = []
        for n, path in enumerate(self._paths):
            if path.last is None or (path.section in (INPUT, OUTPUT) and len(path.steps) == 1):
                self._others.append(n)
            else:
                self._by_last.setdefault(path.last, []).append(n)

    def matching(self, keys: Sequence[str | int], section: str = ATTRIBUTES) -> list[int]:
        """The positions of the paths that mean this place, in their order."""
        data = segments(keys)
        last = next((text for text, _, index in reversed(data) if not index), "")
        tried = self._by_last.get(last, [])
        numbers = sorted([*tried, *self._others]) if self._others else tried
        return [n for n in numbers if self._paths[n].matches_segments(data, section)]


def parse(text: str, *, whole: str | None = None, at: int = 0) -> FieldPath:
    """Raises QueryError with the column; `whole` and `at`: the query's text and the path's place in it."""
    shown = text if whole is None else whole
    noun = "path" if whole is None else "query"

    def wrong(position: int, reason: str, fix: str) -> QueryError:
        return QueryError(shown, at + position + 1, reason, fix, noun=noun)

    position = 1 if text.startswith("^") else 0
    steps: list[Step] = []
    bare: list[bool] = []
    while position < len(text) or not steps:
        found = _TOKEN.match(text, position)
        if found is None:
            unclosed = text[position : position + 1] in ('"', "[")
            why = "a quote or bracket isn't closed" if unclosed else "a segment is missing"
            raise wrong(position, why, 'Write it as `user.email`, `items[].name` or `"a.b".c`.')
        steps.append(_step(found))
        bare.append(found["word"] is not None)
        position = found.end()
        if position < len(text) and text[position] == ".":
            position += 1
            if position == len(text):
                raise wrong(
                    position, "a segment is missing after the dot", "Remove the dot, or write what follows."
                )
        elif position < len(text) and text[position] != "[":
            raise wrong(position, "a dot is missing between two segments", "Join segments by dots.")
    if len(steps) > MAX_SEGMENTS:
        raise wrong(
            0, f"it has more than {MAX_SEGMENTS} segments", "Write a shorter path; `**` stands for many."
        )
    return FieldPath(tuple(steps), text.startswith("^"), _section(steps, bare))


def _step(found: re.Match[str]) -> Step:
    if found["quoted"]:
        inner = re.sub(r"\\(.)", r"\1", found["quoted"][1:-1])
        return Name(tuple(normal(inner).split(".")))
    if found["index"]:
        return Index(int(found["index"][1:-1])) if found["index"] != "[]" else Index(None)
    if found["many"]:
        return AnyMany()
    word = normal(found["word"])
    if word == "*":
        return AnyOne()
    return Glob(tuple(word.split("*"))) if "*" in word else Name((word,))


def _section(steps: list[Step], bare: list[bool]) -> str | None:
    first = steps[0]
    if not isinstance(first, Name) or not bare[0] or len(first.parts) != 1:
        return None
    name = first.parts[0]
    if name in _PREFIXES and (len(steps) > 1 or name in (INPUT, OUTPUT)):
        return name
    second = steps[1] if len(steps) == 2 else None
    if name == SPAN and isinstance(second, Name) and second.parts[0] in _SPAN_FIELDS:
        return SPAN
    return None
