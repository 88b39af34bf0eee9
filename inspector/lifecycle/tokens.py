"""The ids by which a store may name a person, and the patterns that match each exactly and nothing longer."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from inspector.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LEAST: Final = 3
"""Characters; a shorter id would match everywhere."""
_DIGITS: Final = 7
"""Fewer digits are no phone number."""
_SEPARATORS: Final = "[\\s\u00a0()./\u2010-\u2015-]{0,3}"
_PHONE: Final = re.compile(r"\+?[\d\s().\-/\u00a0\u2010-\u2015]+")


class TokenKind(StrEnum):
    ID = "id"
    EMAIL = "email"
    PHONE = "phone"
    HASHED = "hashed id"
    """A hash of an id, or its mark in a blind index."""


@dataclass(frozen=True, slots=True)
class Token:
    """One id of the person. Its text form says nothing."""

    text: str
    kind: TokenKind

    def __repr__(self) -> str:
        return f"Token({self.kind})"

    @property
    def digits(self) -> str:
        return "".join(str(unicodedata.decimal(c)) for c in self.text if c.isdecimal())

    def pattern(self) -> re.Pattern[str]:
        """Matches the whole token in a decoded text: never a part of a longer one."""
        match self.kind:
            case TokenKind.PHONE:
                return re.compile(r"(?<![\w.])(?:\+|00)?" + _SEPARATORS.join(self.digits) + r"(?!\w)")
            case TokenKind.EMAIL:
                body = _either(self.text)
                return re.compile(r"(?<![\w.+%'-])" + body + r"(?![\w-]|\.\w)", re.IGNORECASE)
        mixed = self.text.upper() != self.text and self.text.lower() != self.text and self.text.isascii()
        flags = re.NOFLAG if mixed and " " not in self.text else re.IGNORECASE
        first, last = _edge(self.text[0], before=True), _edge(self.text[-1], before=False)
        return re.compile(first + _either(self.text) + last, flags)


def _either(text: str) -> str:
    """The composed and the decomposed form; any space between words."""
    forms = {unicodedata.normalize(form, text) for form in ("NFC", "NFD")} | {text}
    return "(?:" + "|".join(r"\s+".join(map(re.escape, f.split())) for f in sorted(forms)) + ")"


def _edge(character: str, *, before: bool) -> str:
    """Scripts that write without spaces have no boundary that could be asked for."""
    if not (character.isalnum() or character == "_") or _unspaced(character):
        return ""
    # A short id must not be found at the beginning or in the middle of a UUID.
    return r"(?<!\w)(?<![0-9a-fA-F]{4}-)" if before else r"(?!\w)(?!-[0-9a-fA-F]{4}-)"


def _unspaced(character: str) -> bool:
    return any(
        low <= ord(character) <= high
        for low, high in ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x3040, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF))
    )  # fmt: skip


def kind_of(text: str) -> TokenKind:
    name, at, domain = text.partition("@")
    if at and name and "." in domain and " " not in text:
        return TokenKind.EMAIL
    digits = sum(c.isdecimal() for c in text)
    plain = text.isdecimal()
    if digits >= _DIGITS and not plain and _PHONE.fullmatch(text):
        return TokenKind.PHONE
    return TokenKind.ID


def tokens_of(subject: str, aliases: Iterable[str] = (), marks: Iterable[str] = ()) -> tuple[Token, ...]:
    """The id first, then aliases, then their usual hashes and `marks`, which a blind index may hold.

    Raises UsageError for an id that is too short to be told from other text.
    """
    named: list[Token] = []
    for text in (subject, *aliases):
        text = unicodedata.normalize("NFC", text).strip()
        if len(text) < LEAST and not (len(text) == 2 and all(_unspaced(c) for c in text)):
            raise UsageError(
                f"An id of fewer than {LEAST} characters would match everywhere.",
                "Give the whole id, and what else the store knows the person by with --alias.",
            )
        token = Token(text, kind_of(text))
        if token not in named:
            named.append(token)
    return (*named, *hashed(named, marks))


def hashed(tokens: Sequence[Token], marks: Iterable[str] = ()) -> tuple[Token, ...]:
    found: dict[str, None] = dict.fromkeys(marks)
    for token in tokens:
        if token.kind not in (TokenKind.ID, TokenKind.EMAIL) or " " in token.text:
            continue
        for text in (token.text, token.text.lower()):
            found[hashlib.sha256(text.encode()).hexdigest()] = None
    return tuple(Token(text, TokenKind.HASHED) for text in found)
