"""Bytes by which the cells are chosen that may hold a token in any form: too many rather than too few.

Letters and digits of ASCII look the same in JSON, URLs and HTML at any depth, so a token's longest run of them
finds all those forms. What has none is spelt out form by form.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from inspector.lifecycle.tokens import Token, TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_RUN: Final = re.compile("[A-Za-z0-9]+")
_ENOUGH: Final = 4
_CORE: Final = 14
"""Characters of base64 that are looked for; the whole run is decoded anyway."""
_GAPS: Final = ("", " ", "-", ".", ") ", "\u00a0", "%20", "%2B", "%2520", "%252B", "+", "\\u00a0")
_BACKSLASHES: Final = (*("\\" * 2**depth for depth in range(6)), "%5C", "%5C%5C", "%255C", "&#92;")
"""What stands before `u` where JSON stands within JSON, or in a URL."""


def needles(tokens: Iterable[Token]) -> tuple[bytes, ...]:
    """For `Editor.cells`; ASCII case doesn't matter there."""
    found: dict[bytes, None] = {}
    for token in tokens:
        found.update(dict.fromkeys(_of(token)))
    return tuple(_without_longer(found))


def _without_longer(found: Iterable[bytes]) -> list[bytes]:
    """A needle that another one is part of finds nothing more."""
    unique = sorted({n.lower() for n in found if n}, key=len)
    kept: list[bytes] = []
    for needle in unique:
        if not any(short in needle for short in kept):
            kept.append(needle)
    return kept


def _of(token: Token) -> Iterator[bytes]:
    if token.kind is TokenKind.PHONE:
        yield from _phone(token)
    else:
        run = _telling(token)
        if len(run) >= _ENOUGH or run == token.text:
            yield run.encode()
        else:
            yield from _spelt(token.text)
    if token.kind is not TokenKind.HASHED:
        cased = (
            (token.text, token.text.lower())
            if token.text.isascii() and " " not in token.text
            else (token.text,)
        )
        for text in dict.fromkeys(cased):
            yield from in_base64(text.encode())
            if not text.isascii():
                yield from in_base64(_escaped(text, "\\").encode())


def _telling(token: Token) -> str:
    """The longest run; of an address rather one of its own than of a domain that many share."""
    name, _, _ = token.text.rpartition("@") if token.kind is TokenKind.EMAIL else ("", "", token.text)
    own = max(_RUN.findall(name), key=len, default="")
    return own if len(own) >= _ENOUGH else max(_RUN.findall(token.text), key=len, default="")


def _phone(token: Token) -> Iterator[bytes]:
    """Two neighbouring groups of digits with what may stand between, and the digits as one."""
    digits = token.digits
    yield digits.encode()
    groups = re.findall(r"\d+", token.text)
    long = max(groups, key=len, default="")
    if len(long) > _ENOUGH:
        yield long.encode()
        return
    at = max(range(len(groups) - 1), key=lambda n: len(groups[n] + groups[n + 1]), default=0)
    pair = groups[at : at + 2]
    if len(pair) == 2:
        yield from (gap.join(pair).encode() for gap in _GAPS)


def _spelt(text: str) -> Iterator[bytes]:
    """A name in a script of its own: UTF-8, escapes, percent, entities, in each case it may have."""
    word = max(text.split() or [text], key=len)
    for cased in {word, word.lower(), word.upper(), word.title()}:
        for form in {unicodedata.normalize(f, cased) for f in ("NFC", "NFD")}:
            yield form.encode()
            yield quote(form).encode()
            yield quote(quote(form)).encode()
            for entities in ("".join(f"&#{ord(c)};" for c in form), "".join(f"&#x{ord(c):x};" for c in form)):
                # By themselves, and written once more into a page or an address.
                yield from (text.encode() for text in (entities, escape(entities), quote(entities)))
            yield from (_escaped(form, sign).encode() for sign in _BACKSLASHES)


def _escaped(text: str, sign: str) -> str:
    units = text.encode("utf-16-be", "surrogatepass")
    out: list[str] = []
    for at in range(0, len(units), 2):
        code = int.from_bytes(units[at : at + 2], "big")
        out.append(chr(code) if code < 0x80 else f"{sign}u{code:04x}")
    return "".join(out)


def in_base64(data: bytes) -> Iterator[bytes]:
    """What is the same in the base64 of any text that holds `data`, for each of three alignments."""
    for before in range(3):
        body = b"\0" * before + data
        body = body[: len(body) // 3 * 3]
        core = base64.b64encode(body)[(before * 8 + 5) // 6 :]
        core = core[:_CORE]
        if len(core) >= 6:
            yield core
            if b"+" in core or b"/" in core:
                yield core.replace(b"+", b"-").replace(b"/", b"_")
