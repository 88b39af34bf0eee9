"""STORE… [QUERY] as the contract reads them: with several stores the query is an option."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspector.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    F = TypeVar("F", bound=Callable[..., object])

_SUFFIXES = (".json", ".jsonl", ".ndjson", ".db", ".sqlite", ".sqlite3", ".gz", ".zst")


def stores_argument(metavar: str = "STORE…") -> Callable[[F], F]:
    """All words that are no options: stores, and perhaps a query or an id behind them."""
    return click.argument("words", nargs=-1, metavar=metavar, type=click.Path(path_type=str))


def query_option() -> Callable[[F], F]:
    return click.option(
        "-q", "--query", metavar="QUERY", help="Words that a trace must hold; where several stores are given."
    )


def stores_and_query(words: Sequence[str], query: str | None) -> tuple[list[str], str]:
    """A second word that names nothing on disk is the query of the first."""
    if not words:
        raise UsageError("No store is named.", "Name a file, a folder, or - for standard input.")
    if query is not None or len(words) == 1 or is_there(words[-1]) or looks_like_path(words[-1]):
        return list(words), query or ""
    if len(words) > 2:
        raise UsageError(
            "The last word names nothing on disk.",
            "Give the query by -q QUERY, and in quotes if it has several words.",
        )
    return [words[0]], words[1]


def is_there(word: str) -> bool:
    if word == "-":
        return True
    try:
        return Path(word).exists() or (glob.has_magic(word) and _matches(word))
    except (OSError, ValueError):
        return False


def looks_like_path(word: str) -> bool:
    return word.casefold().endswith(_SUFFIXES) and not any(c.isspace() or c == ":" for c in word)


def _matches(pattern: str) -> bool:
    return next(glob.iglob(pattern, recursive=True), None) is not None  # noqa: PTH207  it may be absolute
