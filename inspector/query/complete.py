"""What could be written at the cursor: fields, words, and values that the caller knows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.query.fields import TRACES, Fields, Is
from inspector.query.printer import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    Values: TypeAlias = Callable[[str, str], Iterable[str]]

_TERM = re.compile(r'(attr\.(?:"(?:[^"\\]|\\.)*"|[^\s:<>=(),"])+|[A-Za-z_]+)(:|<=|>=|<|>|=)', re.DOTALL)
_SKIP = re.compile(r'\\.|"(?:[^"\\]|\\.)*"', re.DOTALL)
_REGEX = re.compile(r"/(?:[^/\\]|\\.)+/(?=[\s)]|$)", re.DOTALL)
_REST = re.compile(r'[^\s(),"]*')
_BARE = re.compile(r"[A-Za-z0-9_.@%+$#&!?;~^{}|'\[\]-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Completion:
    """`text` replaces what stands from `start` up to `end` (0-based)."""

    start: int
    end: int
    text: str
    help: str = ""


def complete(
    text: str, cursor: int, values: Values, *, fields: Fields = TRACES, limit: int = 50
) -> list[Completion]:
    """Offers, best first. `values(field, typed)` gives known values of a field, or attribute keys for `attr`.

    It must know them from the redacted index alone: what isn't shown isn't offered.
    """
    cursor = max(0, min(cursor, len(text)))
    start = _start(text, cursor)
    typed = text[start:cursor]
    term = _TERM.match(typed)
    if term is not None:
        return _values(text, start, cursor, term, values, fields)[:limit]
    if typed[:1] in ('"', "/"):
        return []
    end = _end(text, cursor)
    if typed.lower().startswith("attr.") and "attr" in fields:
        keys = _ranked(typed[5:], values("attr", typed[5:]))
        return [Completion(start, end, f"attr.{key}:") for key in keys][:limit]
    return _names(typed, start, end, fields)[:limit]


def _start(text: str, cursor: int) -> int:
    """Where the token under the cursor begins, after any minus."""
    start = at = 0
    while at < cursor:
        skip = _REGEX.match(text, at, cursor) if at == start and text[at] == "/" else _SKIP.match(text, at)
        if skip is not None:
            at = min(skip.end(), cursor)
        elif text[at] == '"':
            break
        elif text[at].isspace() or text[at] in "()" or (text[at] == "-" and at == start):
            start = at = at + 1
        else:
            at += 1
    return start


def _end(text: str, cursor: int) -> int:
    rest = _REST.match(text, cursor)
    return rest.end() if rest else cursor


def _names(typed: str, start: int, end: int, fields: Fields) -> list[Completion]:
    found = [
        Completion(start, end, "attr." if field.type is Is.ATTRIBUTE else f"{field.name}:", field.help)
        for field in fields.values()
        if field.name.startswith(typed.lower())
    ]
    words = {"OR": "Either side holds.", "NOT": "What follows doesn't hold."}
    if any(f.span for f in fields.values()):
        words["span("] = "All of it in one span."
    found += [Completion(start, end, word, help_) for word, help_ in words.items() if word.startswith(typed)]
    return found


def _values(
    text: str, start: int, cursor: int, term: re.Match[str], values: Values, fields: Fields
) -> list[Completion]:
    name = term[1] if term[1].startswith("attr.") else term[1].lower()
    field = fields.get(name.partition(".")[0])
    if field is None:
        return []
    at = _last_value(text, start + term.end(), cursor)
    typed = text[at:cursor].lstrip('"')
    open_quote = text[at:cursor].startswith('"')
    end = cursor if open_quote else _end(text, cursor)
    known = list(field.words)
    if field.type in (Is.TEXT, Is.TYPE, Is.ATTRIBUTE):
        known += [v for v in values(name, typed) if v not in field.words or not field.closed]
    return [
        Completion(at, end, v if _BARE.fullmatch(v) and ".." not in v else quote(v))
        for v in _ranked(typed, known)
    ]


def _last_value(text: str, at: int, cursor: int) -> int:
    """Where the value under the cursor begins in a list."""
    start = at
    while at < cursor:
        skip = _SKIP.match(text, at)
        if skip is not None:
            at = skip.end()
            continue
        if text[at] == '"':
            break
        at += 1
        if text[at - 1] == ",":
            start = at
    return start


def _ranked(typed: str, known: Iterable[str]) -> list[str]:
    """Those that begin with what is typed, then those that hold it; each once."""
    folded = typed.casefold()
    unique = list(dict.fromkeys(known))
    first = [k for k in unique if k.casefold().startswith(folded)]
    return first + [k for k in unique if folded in k.casefold() and not k.casefold().startswith(folded)]
