"""The plain-word filter: every word, or quoted run of words, must stand in the redacted text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspector.redaction.result import RedactedText


def split_words(query: str) -> tuple[str, ...]:
    """Words and `"exact words"` of a query, case-folded; raises UsageError for a quote left open."""
    words: list[str] = []
    rest, column = query, 1
    while rest:
        if rest[0].isspace():
            rest, column = rest[1:], column + 1
        elif rest[0] == '"':
            close = rest.find('"', 1)
            if close < 0:
                raise UsageError(
                    f"The quote at column {column} of the query is never closed.", 'Close it with a second ".'
                )
            if close > 1:
                words.append(rest[1:close].casefold())
            rest, column = rest[close + 1 :], column + close + 1
        else:
            stop = next((i for i, c in enumerate(rest) if c.isspace() or c == '"'), len(rest))
            words.append(rest[:stop].casefold())
            rest, column = rest[stop:], column + stop
    return tuple(words)


def visible(text: RedactedText) -> Iterable[str]:
    """The runs that stand as they were: a placeholder is nothing that a word can be found in."""
    return (p.text for p in text.pieces if p.finding is None and not p.failed)


def holds(labels: Iterable[RedactedText], words: tuple[str, ...]) -> bool:
    """Whether each word is found in one of the labels."""
    if not words:
        return True
    texts = [run.casefold() for label in labels for run in visible(label)]
    return all(any(word in text for text in texts) for word in words)
