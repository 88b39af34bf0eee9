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

    @property
    def cores(self) -> tuple[str, ...]:
        """Lower-case texts one of which stands in whatever the pattern matches; none for a phone number."""
        if self.kind is TokenKind.PHONE:
            return ()
        run = max(_RUN.findall(self.text), key=len, default="")
        if len(run) >= 2:
            return (run.lower(),)
        word = max(self.text.split() or [self.text], key=len).lower()
        return tuple({unicodedata.normalize(form, word) for form in ("NFC", "NFD")})

    def pattern(self) -> re.Pattern[str]:
        """Matches the token in a decoded text; `bounded` says whether it is no part of a longer one."""
        if self.kind is TokenKind.PHONE:
            return re.compile(_SEPARATORS.join(self.digits))
        mixed = self.text.upper() != self.text and self.text.lower() != self.text and self.text.isascii()
        exact = mixed and " " not in self.text and self.kind is not TokenKind.EMAIL
        return re.compile(_either(self.text), re.NOFLAG if exact else re.IGNORECASE)

    def bounded(self, text: str, start: int, end: int, *, whole: bool = True) -> tuple[int, int] | None:
        """The whole token around a match of the pattern (a phone's plus belongs to it), if it is one. Of what isn't
        the whole token more is asked: two doubts are too many."""
        before, after = text[max(0, start - _LOCAL) : start], text[end : end + _BESIDE]
        match self.kind:
            case TokenKind.PHONE:
                sign = _SIGN.search(before)
                length = len(sign[0]) if sign else 0
                before = before[: len(before) - length]
                if _PHONE_BEFORE.search(before) or _WORD.match(after):
                    return None
                return start - length, end
            case TokenKind.EMAIL:
                longer = bool(_EMAIL_AFTER.match(after)) or self._continues(before, whole)
            case _:
                longer = _joins(self.text[0]) and bool(_ID_BEFORE.search(before))
                longer = longer or (_joins(self.text[-1]) and bool(_ID_AFTER.match(after)))
        return None if longer else (start, end)

    def _continues(self, before: str, whole: bool) -> bool:
        """Whether what stands before an address makes it another. A longer name than mail allows is none: there
        the address was put behind other text."""
        run = _LOCAL_RUN.search(before)
        length = len(run[0]) if run else 0
        return length > 0 and not (whole and length > _LOCAL - self.text.index("@"))


_RUN: Final = re.compile("[A-Za-z0-9]+")
_BESIDE: Final = 6
"""Characters beside a match that a boundary depends on."""
_SIGN: Final = re.compile(r"(?:\+|(?<!\d)00)\Z")
_WORD: Final = re.compile(r"\w")
_PHONE_BEFORE: Final = re.compile(r"[\w.]\Z")
_LOCAL: Final = 64
"""Characters before the @, by RFC 5321."""
_LOCAL_RUN: Final = re.compile(r"[\w.+%'-]+\Z")
_EMAIL_AFTER: Final = re.compile(r"[\w-]|\.\w")
# A short id must not be found at the beginning or in the middle of a UUID.
_ID_BEFORE: Final = re.compile(r"(?:\w|[0-9a-fA-F]{4}-)\Z")
_ID_AFTER: Final = re.compile(r"\w|-[0-9a-fA-F]{4}-")


def _joins(character: str) -> bool:
    """Scripts that write without spaces have no boundary that could be asked for."""
    return (character.isalnum() or character == "_") and not _unspaced(character)


def _either(text: str) -> str:
    """The composed and the decomposed form; any space between words."""
    forms = {unicodedata.normalize(form, text) for form in ("NFC", "NFD")} | {text}
    return "(?:" + "|".join(r"\s+".join(map(re.escape, f.split())) for f in sorted(forms)) + ")"


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
