"""What the labels of spans hide, put to what their contents hide."""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING, Final

from inspector.index.typebits import Types
from inspector.query.fields import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inspector.index.column_index import ColumnIndex
    from inspector.redaction.result import RedactedText

_OF_SPAN: Final = ("name", "session", "user")
_OF_GROUP: Final = ("service", "project", "environment", "model")
_ERASED: Final = re.compile(r"\[ERASED[ \]]")


class LabelTypes:
    """Of the spans that an index holds by now. Judges their labels, which may take a while."""

    def __init__(self, index: ColumnIndex) -> None:
        self._index = index
        self._types = index.types
        tables = {field: self._table(field) for field in (*_OF_SPAN, *_OF_GROUP, "kind", "tag")}
        self._of = [(getattr(index.spans, field), tables[field]) for field in _OF_SPAN]
        groups = [
            self._united(
                tables["kind"][group.written],
                *(tables[field][getattr(group, field)] for field in _OF_GROUP),
                *(tables["tag"][tag] for tag in group.tags),
            )
            for group in index.groups
        ]
        self._of.append((index.spans.group, array("I", groups)))
        self._of = [(column, table) for column, table in self._of if any(table)]
        self._known: dict[tuple[int, ...], int] = {}

    def beside(self, part: slice, codes: Sequence[int]) -> array[int]:
        """The numbers of what is hidden in some spans and their labels, of those of what is in the spans."""
        labels = [map(table.__getitem__, column[part]) for column, table in self._of]
        if not labels:
            return array("I", codes)
        known, out = self._known, array("I")
        for key in zip(codes, *labels, strict=True):
            code = known.get(key)
            if code is None:
                code = known[key] = self._united(*key) if key[0] else 0
            out.append(code)
        return out

    def _united(self, *codes: int) -> int:
        """Of sets by their numbers, of which 0 is none."""
        sets = [self._types.sets[code] for code in codes if code]
        if not any(each.types for each in sets):
            return codes[0] if codes else 0
        return self._types.code(_union(sets))

    def _table(self, field: str) -> array[int]:
        """By the code of a label the number of what it hides."""
        texts = self._index.judged(field)
        out = array("I", bytes(4 * len(texts)))
        for code in texts.strange():
            found = _findings(texts.shown(code))
            if found.types:
                out[code] = self._types.code(found)
        return out


def _union(sets: Iterable[Types]) -> Types:
    found = list(sets)
    level = max((each.level for each in found), key=LEVELS.index)
    return Types(frozenset().union(*(each.types for each in found)), level)


def _findings(text: RedactedText) -> Types:
    types: set[str] = set()
    level = LEVELS[0]
    for piece in text.pieces:
        if piece.finding is not None:
            types.add(piece.finding.type)
            if piece.finding.level in LEVELS:
                level = max(level, piece.finding.level, key=LEVELS.index)
        elif piece.failed:
            types.add("unredactable")
        elif _ERASED.search(piece.text):
            types.add("erased")
    return Types(frozenset(types), level)
