"""What a search looks for: words that all must stand in a span's redacted text, and further conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.query.parser import parse
from inspector.query.plan import needles
from inspector.query.tree import ALL, And, Literal, Word, all_of

if TYPE_CHECKING:
    from inspector.query.tree import Node

_MADE = {*map(chr, range(0x2400, 0x2440)), "\ufffd", "<", "\u2421"}
"""What the sanitiser may put into a text: not to be looked for in stored ones."""


@dataclass(frozen=True, slots=True)
class Sought:
    """One text. With a capital letter in it, case counts (smart case)."""

    text: str
    case: bool

    def where(self, text: str, folded: str) -> int:
        """Where it stands in a text that is given as it is and case-folded, or -1."""
        return text.find(self.text) if self.case else folded.find(self.text)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query as a search takes it. A span is hit if it holds all of `words` and satisfies `rest`."""

    words: tuple[Sought, ...]
    rest: Node
    needle: Sought | None
    """A text that the stored form of every hit holds, if there is one: candidates are found by it."""

    @property
    def plain(self) -> bool:
        """Whether words are all there is."""
        return self.rest == ALL


def wanted(query: str) -> Wanted:
    """Raises UsageError, with the column, for a query that can't be parsed."""
    node = parse(query)
    parts = node.nodes if isinstance(node, And) else (node,)
    words: list[Sought] = []
    rest: list[Node] = []
    for part in parts:
        text = part.pattern.plain if isinstance(part, Word) and isinstance(part.pattern, Literal) else None
        if text is None:
            rest.append(part)
        elif text:
            words.append(_sought(text))
    others = all_of(rest)
    return Wanted(tuple(words), others, _needle(words, others))


def _sought(text: str) -> Sought:
    case = text != text.lower()
    return Sought(text if case else text.casefold(), case)


def _needle(words: list[Sought], rest: Node) -> Sought | None:
    """The longest word, or else a text that every hit must hold by the other conditions."""
    usable = [w for w in words if _usable(w.text)]
    if usable:
        return max(usable, key=lambda w: len(w.text))
    sure = [next(iter(group)) for group in needles(rest) if len(group) == 1]
    sure = [text for text in sure if _usable(text)]
    return Sought(max(sure, key=len), False) if sure else None


def _usable(text: str) -> bool:
    return bool(text.strip()) and (text.isprintable() or set(text) <= {"\n", "\t"}) and not set(text) & _MADE
