"""What kind of finding a hit is: shown apart in the preview, and each may be dealt with in its own way."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from inspector.lifecycle.tokens import TokenKind
from inspector.stores.edits import Unit

if TYPE_CHECKING:
    from inspector.lifecycle.matcher import Match


class Class(StrEnum):
    ID = "id field"
    NESTED = "nested JSON"
    TEXT = "free text"
    NAME = "name"
    STATUS = "status message"
    EXCEPTION = "exception"
    LINK = "link"
    SIDE = "side record"
    BLIND = "blind index"
    ENCODED = "encoded"
    """In base64: a token of theirs that somebody else's trace may carry."""
    UNKNOWN = "undecryptable"


_PERSON: Final = re.compile(
    r"(?:^|[._])(?:(?:end_?)?user|customer|client|account|session|conversation|thread|group|sender|author|"
    r"member|patient|person|contact|principal)(?:[._]?(?:id|uuid|key|name|email|e_?mail|phone|uid))?$"
)
_STATUS: Final = re.compile(r"(?:^|[._])(?:status[._]?message|status|error)(?:$|[._])")
_NAMES: Final = frozenset("name operationname trace_name display_name".split())


def class_of(match: Match, hit: TokenKind, unit: Unit, column: str, content: bytes) -> Class:
    """`column` is empty where the content is a record of a JSON store."""
    if hit is TokenKind.HASHED:
        return Class.BLIND
    if match.form == "base64":
        return Class.ENCODED
    if unit is Unit.RECORD:
        return Class.SIDE
    where = _normal(".".join(part for part in (column, match.literal.where) if part))
    if match.whole and _PERSON.search(where):
        return Class.ID
    path = {step for step in match.literal.path if isinstance(step, str)} | {column}
    if path & {"links", "references"}:
        return Class.LINK
    if "exception" in where or "stacktrace" in where:
        return Class.EXCEPTION
    if _STATUS.search(where):
        return Class.STATUS
    if where in _NAMES:
        return Class.NAME
    inner = content[match.literal.start : match.literal.start + 64].lstrip(b" \\nt")
    nested = match.form == "escaped" or inner[:1] in (b"{", b"[")
    return Class.NESTED if nested else Class.TEXT


def _normal(where: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", where).replace("-", "_").lower()
