"""Which spans hide what: by the type bits of their contents, and by what their labels hide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from inspector.index.masks import all_of, by_table
from inspector.query.fields import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.index.column_index import ColumnIndex
    from inspector.query.facts import Scalar
    from inspector.redaction.result import RedactedText

_OF_SPAN: Final = ("name", "session", "user")
_OF_GROUP: Final = ("written", "service", "project", "environment", "model")
_ERASED: Final = re.compile(r"\[ERASED[ \]]")


class HiddenTypes:
    def __init__(self, index: ColumnIndex) -> None:
        self._index = index

    def of_types(self, test: Callable[[Scalar], bool]) -> int:
        """The spans in which some type satisfies the test."""
        sets = self._index.types.sets
        return self._where(
            [any(test(each) for each in types.types) for types in sets],
            lambda text: any(test(type_) for type_, _ in _findings(text)),
        )

    def of_level(self, test: Callable[[Scalar], bool]) -> int:
        """The spans whose highest level satisfies the test."""
        out, above = 0, 0
        for level in LEVELS[:0:-1]:
            reached = self._reach(LEVELS.index(level))
            if test(level):
                out |= reached & ~above
            above |= reached
        if test(LEVELS[0]):
            out |= all_of(self._index.span_count) & ~above
        return out

    def _reach(self, least: int) -> int:
        at_least = [bool(t.types) and LEVELS.index(t.level) >= least for t in self._index.types.sets]
        return self._where(
            at_least,
            lambda text: any(level in LEVELS[least:] for _, level in _findings(text)),
        )

    def _where(self, table: Sequence[int], of_text: Callable[[RedactedText], bool]) -> int:
        index = self._index
        mask = by_table(index.types.column, table) if any(table) else 0
        for field in _OF_SPAN:
            hits = self._hits(field, of_text)
            if hits is not None:
                mask |= by_table(getattr(index.spans, field), hits)
        groups = bytearray(len(index.groups))
        for field in _OF_GROUP:
            hits = self._hits("kind" if field == "written" else field, of_text)
            if hits is not None:
                for number, group in enumerate(index.groups):
                    groups[number] |= hits[getattr(group, field)]
        hits = self._hits("tag", of_text)
        if hits is not None:
            for number, group in enumerate(index.groups):
                groups[number] |= any(hits[tag] for tag in group.tags)
        return mask | by_table(index.spans.group, groups) if any(groups) else mask

    def _hits(self, field: str, of_text: Callable[[RedactedText], bool]) -> bytearray | None:
        """By the code of a label; none where there are no hits."""
        texts = self._index.judged(field)
        hits = bytearray(len(texts))
        for code in texts.strange():
            hits[code] = of_text(texts.shown(code))
        return hits if any(hits) else None


def _findings(text: RedactedText) -> Iterator[tuple[str, str]]:
    for piece in text.pieces:
        if piece.finding is not None:
            yield piece.finding.type, piece.finding.level
        elif piece.failed:
            yield "unredactable", ""
        elif _ERASED.search(piece.text):
            yield "erased", ""
