"""Sets of types as small numbers. A set also says how confidential the highest of its findings is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.index.typebits import NOTHING, Types
from inspector.redaction.result import RedactedList, RedactedMap, RedactedText

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from inspector.redaction.result import RedactedValue

LEVELS: Final = ("public", "internal", "confidential", "restricted")
UNSCANNED: Final = 0
CLEAN: Final = 1
"""Nothing is hidden, and nothing there looks like it."""
JUDGED_CLEAN: Final = 2
"""Nothing is hidden, though something was worth a look."""


class Sets:
    """Every set met, each once; for one thread."""

    def __init__(self) -> None:
        self.all: list[Types] = [NOTHING, NOTHING, NOTHING]
        self._codes: dict[Types, int] = {}
        self._unions: dict[frozenset[int], int] = {}

    def code(self, types: Types) -> int:
        if not types.types:
            return JUDGED_CLEAN
        code = self._codes.get(types)
        if code is None:
            code = self._codes[types] = len(self.all)
            self.all.append(types)
        return code

    def union(self, codes: set[int]) -> int:
        """The set of all that is in some sets."""
        key = frozenset(codes)
        known = self._unions.get(key)
        if known is None:
            known = self._unions[key] = self._union(key)
        return known

    def _union(self, codes: Collection[int]) -> int:
        parts = [self.all[code] for code in codes]
        types = frozenset().union(*(part.types for part in parts))
        return self.code(Types(types, highest(part.level for part in parts))) if types else CLEAN


def highest(levels: Iterator[str]) -> str:
    return max((level for level in levels if level in LEVELS), key=LEVELS.index, default="public")


def types_of(*values: RedactedValue) -> Types:
    """What is hidden in redacted values."""
    found: set[str] = set()
    levels: set[str] = set()
    for value in values:
        _gather(value, found, levels)
    return Types(frozenset(found), highest(iter(levels))) if found else NOTHING


def united(one: Types, other: Types) -> Types:
    if not one.types or not other.types:
        return one if one.types else other
    return Types(one.types | other.types, highest(iter((one.level, other.level))))


def _gather(value: RedactedValue, found: set[str], levels: set[str]) -> None:
    if isinstance(value, RedactedText):
        for piece in value.pieces:
            if piece.finding is not None:
                found.add(piece.finding.type)
                levels.add(piece.finding.level)
            elif piece.failed:
                found.add("unredactable")
    elif isinstance(value, RedactedList):
        for item in value.items:
            _gather(item, found, levels)
    elif isinstance(value, RedactedMap):
        for key, below in value.pairs:
            _gather(key, found, levels)
            _gather(below, found, levels)
