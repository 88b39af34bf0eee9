"""Cutting a query into tokens. Positions are 0-based; errors carry the column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.query.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPACE = re.compile(r"\s*")
_BARE = re.compile(r'(?:\\.|[^\s()"\\])+\\?', re.DOTALL)
_BARE_VALUE = re.compile(r'(?:\\.|[^\s()",\\])+\\?', re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_REGEX = re.compile(r"/((?:[^/\\]|\\.)+)/", re.DOTALL)
_ATTRIBUTE = re.compile(r'attr\.((?:"(?:[^"\\]|\\.)*"|[^\s:<>=(),"])*)', re.DOTALL)
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*(?=[:<>=])", re.ASCII)
_OPERATOR = re.compile(r":|<=|>=|<|>|=")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_QUOTED_ESCAPE = re.compile(r'\\(["\\])')
_WILD = re.compile(r"\\(.)|\*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Raw:
    """A value as written: `bare`, `quoted` or `regex`; `pieces` are what stands between its stars."""

    form: str
    pieces: tuple[str, ...]
    start: int
    end: int

    @property
    def text(self) -> str:
        return "*".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is ( ) span( OR AND NOT word term end."""

    kind: str
    start: int
    end: int
    word: Raw | None = None
    field: str = ""
    path: str | None = None
    op: str = ""
    values: tuple[Raw, ...] = ()


def tokens(text: str) -> Iterator[Token]:
    """All tokens, the last of kind `end`."""
    at = 0
    while True:
        at = _after_space(text, at)
        token = _token(text, at)
        yield token
        if token.kind == "end":
            return
        at = token.end


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _token(text: str, at: int) -> Token:
    if at >= len(text):
        return Token("end", at, at)
    first = text[at]
    if first in "()":
        return Token(first, at, at + 1)
    if text.startswith("span(", at):
        return Token("span(", at, at + 5)
    if first == "-" and at + 1 < len(text) and not text[at + 1].isspace() and text[at + 1] != ")":
        return Token("NOT", at, at + 1)
    if first not in '"/':
        term = _term(text, at)
        if term is not None:
            return term
    word = _value(text, at, _BARE)
    if (
        word.form == "bare"
        and word.pieces in (("OR",), ("AND",), ("NOT",))
        and "\\" not in text[at : word.end]
    ):
        return Token(word.pieces[0], at, word.end)
    _ends(text, word.end)
    return Token("word", at, word.end, word)


def _term(text: str, at: int) -> Token | None:
    attribute = _ATTRIBUTE.match(text, at)
    named = attribute or _FIELD.match(text, at)
    operator = _OPERATOR.match(text, named.end()) if named else None
    if named is None or operator is None:
        return None
    values: list[Raw] = []
    end = operator.end()
    while True:
        if end >= len(text) or text[end].isspace() or text[end] in "(),":
            what = (
                "a value is missing after the comma" if values else f"a value is missing after `{named[0]}`"
            )
            raise QueryError(text, end + 1, what, "Write it at once, without a space: `field:value`.")
        values.append(_value(text, end, _BARE_VALUE))
        end = values[-1].end
        if end >= len(text) or text[end] != ",":
            break
        end += 1
    _ends(text, end)
    path = attribute[1] if attribute else None
    name = "attr" if attribute else named[0]
    return Token("term", at, end, None, name, path, operator[0], tuple(values))


def _value(text: str, at: int, bare: re.Pattern[str]) -> Raw:
    if text[at] == '"':
        quoted = _QUOTED.match(text, at)
        if quoted is None:
            raise QueryError(text, at + 1, "this quote isn't closed", 'Close it with `"`, or write `\\"`.')
        return Raw("quoted", (_QUOTED_ESCAPE.sub(r"\1", quoted[1]),), at, quoted.end())
    if text[at] == "/":
        regex = _REGEX.match(text, at)
        if regex is not None and _is_end(text, regex.end(), ","):
            return Raw("regex", (regex[1].replace("\\/", "/"),), at, regex.end())
    found = bare.match(text, at)
    if found is None:
        raise QueryError(text, at + 1, "this character can't stand here", "Put the text in quotes.")
    return Raw("bare", _pieces(found[0]), at, found.end())


def _pieces(written: str) -> tuple[str, ...]:
    """Cut at stars that no backslash precedes; a backslash gives the next character as it is."""
    if "\\" not in written:
        return tuple(written.split("*"))
    out, at, piece = [], 0, ""
    for found in _WILD.finditer(written):
        piece += written[at : found.start()]
        at = found.end()
        if found[1] is None:
            out.append(piece)
            piece = ""
        else:
            piece += found[1]
    return (*out, piece + written[at:])


def _is_end(text: str, at: int, more: str = "") -> bool:
    return at >= len(text) or text[at].isspace() or text[at] == ")" or text[at] in more


def _ends(text: str, at: int) -> None:
    if not _is_end(text, at):
        what = (
            f"`{text[at]}` touches what stands before it" if text[at].isprintable() else "a space is missing"
        )
        raise QueryError(text, at + 1, what, "Put a space between, or the whole text in quotes.")
