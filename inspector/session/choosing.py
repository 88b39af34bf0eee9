"""Which traces a query selects: columns say what they can, text is searched or read for the rest."""

from __future__ import annotations

import time
from array import array
from dataclasses import replace
from typing import TYPE_CHECKING

from inspector.errors import NotFound
from inspector.index.filtering import asks_types, choose
from inspector.query.evaluation import Matcher
from inspector.query.parser import parse
from inspector.query.plan import trace_only
from inspector.query.tree import ALL, And, Word
from inspector.session.search import Search
from inspector.session.show import show_span
from inspector.session.span_facts import SpanSeen, TraceSeen
from inspector.session.wanted import wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.index import TraceFacts
    from inspector.query.tree import Node
    from inspector.session.opened import Loaded, Opened
    from inspector.session.veil import Veil
    from inspector.session.wanted import Wanted
    from inspector.view import ShownText


class Chooser:
    """The rows of each store that one query selects. Raises UsageError for a query that can't be parsed."""

    def __init__(self, query: str) -> None:
        self._node: Node = parse(query)
        self._now = time.time_ns()
        self._matcher = Matcher(self._node, now=self._now)
        self._words = _words(query)
        self._types = asks_types(self._node)
        parts = self._node.nodes if isinstance(self._node, And) else (self._node,)
        self._rest_is_sure = all(isinstance(part, Word) or trace_only(part) for part in parts)

    def rows(self, opened: Opened, stopped: Callable[[], bool]) -> array[int] | None:
        """None for all. What text has to tell takes as long as a search for it."""
        if self._node == ALL:
            return None
        if self._types:
            opened.find_types(stopped)
        found = choose(opened.index, self._node, str(opened.name), self._now)
        if not len(found.open):
            return found.sure
        maybe: Sequence[int] = found.open
        if self._words is not None:
            hit = self._hit(opened, self._words, stopped)
            maybe = [row for row in maybe if row in hit]
            if self._rest_is_sure:
                return array("I", sorted({*found.sure, *maybe}))
        told = [row for row in maybe if not stopped() and self._selects(opened, row)]
        return array("I", sorted({*found.sure, *told}))

    def _hit(self, opened: Opened, words: Wanted, stopped: Callable[[], bool]) -> set[int]:
        """The rows of traces in which one span holds all the words."""
        rows: set[int] = set()
        for one in Search([opened], words, stopped).run():
            row = one.row if one.row >= 0 else opened.index.row_of(one.span.trace_id)
            if row is not None:
                rows.add(row)
        return rows

    def _selects(self, opened: Opened, row: int) -> bool:
        try:
            loaded = opened.load(row)
        except NotFound:
            return False
        return self._matcher.trace(_Whole(opened.index.facts(row), opened.name, loaded, opened.veil))


class _Whole(TraceSeen):
    """A trace with its spans as they are shown."""

    def __init__(self, facts: TraceFacts, store: ShownText, loaded: Loaded, veil: Veil) -> None:
        super().__init__(facts, store)
        self._loaded = loaded
        self._veil = veil

    def spans(self) -> Iterator[SpanSeen]:  # type: ignore[override]  # one by one
        for branch in self._loaded.branches:
            span = self._loaded.trace.spans[branch.index]
            yield SpanSeen(show_span(span, self._veil, branch.flags, lean=True))


def _words(query: str) -> Wanted | None:
    """The words that every span of an answer holds, if the query has some; case doesn't count in a list."""
    sought = wanted(query)
    if not sought.words:
        return None
    words = tuple(replace(word, text=word.text.casefold(), case=False) for word in sought.words)
    needle = sought.needle and replace(sought.needle, text=sought.needle.text.casefold(), case=False)
    return replace(sought, words=words, rest=ALL, needle=needle)
