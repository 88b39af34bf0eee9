"""A trace's tree when some of its spans go: new parents, and sums along the way up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class Tree:
    """`parents` of every span, an empty text at a root; `gone` are those that go."""

    def __init__(self, parents: Mapping[str, str], gone: Collection[str]) -> None:
        self._parents = parents
        self._gone = frozenset(gone)

    def parent(self, span: str) -> str:
        """The nearest ancestor that stays; empty where none does. One that isn't in the trace counts as staying."""
        at = self._parents.get(span, "")
        seen = {span}
        while at in self._gone and at not in seen:
            seen.add(at)
            at = self._parents.get(at, "")
        return "" if at in seen else at

    def moved(self) -> list[str]:
        """Spans that stay under another parent."""
        return [s for s, parent in self._parents.items() if s not in self._gone and parent in self._gone]

    def above(self) -> set[str]:
        """Ancestors, in the trace, of spans that go, which stay."""
        found: set[str] = set()
        for span in self._gone:
            at = self.parent(span)
            while at in self._parents and at not in found:
                found.add(at)
                at = self.parent(at)
        return found

    def summed(
        self, own: Mapping[str, tuple[int, ...]], kept: Mapping[str, tuple[int, ...]]
    ) -> dict[str, tuple[int, ...]]:
        """New sums of each ancestor: its own and its children's, of whom those without change keep theirs."""
        above = self.above()
        children: dict[str, list[str]] = {}
        for span in self._parents:
            if span not in self._gone:
                children.setdefault(self.parent(span), []).append(span)
        sums: dict[str, tuple[int, ...]] = {}
        for span in self._upward(above):
            parts = [own[span], *(sums.get(child, kept[child]) for child in children.get(span, ()))]
            sums[span] = tuple(sum(column) for column in zip(*parts, strict=True))
        return sums

    def _upward(self, spans: Collection[str]) -> list[str]:
        """The deepest first."""
        depths: dict[str, int] = {}
        for span in spans:
            at, depth = span, 0
            while (at := self.parent(at)) in self._parents and depth <= len(self._parents):
                depth += 1
            depths[span] = depth
        return sorted(spans, key=lambda span: -depths[span])
