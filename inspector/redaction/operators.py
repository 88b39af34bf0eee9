"""What becomes of a found value. Each operator returns the text to show and the tag of the finding."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING

from inspector.redaction.levels import NEVER_PARTIAL, families
from inspector.redaction.placeholders import MASK

if TYPE_CHECKING:
    from collections.abc import Callable

TAG_BYTES = 8
_DIGITS = frozenset(("card", "phone", "ssn"))
_NOT_DIGIT = re.compile(r"\D+")
_SHORTEST = 12
"""Characters a value needs before a hint of it may stay."""


def normal(type_: str, value: str) -> str:
    """The form of a value that decides whether two are the same: case and separators don't."""
    if type_ == "email":
        return value.strip().casefold()
    if type_ in _DIGITS:
        return _NOT_DIGIT.sub("", value) or value
    if type_ == "name":
        return " ".join(value.split()).casefold()
    return value


class Operators:
    """The operators of one policy under one key (32 random bytes, one a store or run)."""

    def __init__(
        self,
        key: bytes,
        hash_format: str = "",
        encrypt: Callable[[str, str, str], str] | None = None,
    ) -> None:
        self._key = key
        self._format = hash_format
        self._encrypt = encrypt

    @property
    def key_to_tell(self) -> bytes | None:
        """The key, if it is all that another process needs beside the policy."""
        return None if self._encrypt is not None else self._key

    def under(self, key: bytes) -> Operators:
        """The same under another key."""
        return Operators(key, self._format, self._encrypt)

    def tag(self, type_: str, value: str) -> str:
        """HMAC-SHA256 over type and normal form, cut to 64 bits, in hex."""
        message = f"{type_}\0{normal(type_, value)}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, message, "sha256")[:TAG_BYTES].hex()

    def apply(self, operator: str, type_: str, value: str, replacement: str = "") -> tuple[str, str, str]:
        """Text to show, tag, and the operator that was really applied."""
        if operator == "remove":
            return "", "", operator
        if operator == "mask":
            return MASK, "", operator
        if operator == "hash":
            tag = self.tag(type_, value)
            return self._hashed(type_, tag), tag, operator
        if operator == "partial":
            hint = partial(type_, value)
            return hint, ("" if hint == MASK else hint), operator
        if operator == "encrypt" and self._encrypt is not None:
            return self._encrypt(type_, "", value), "", operator
        return replacement or f"[REDACTED:{type_}]", "", "replace"

    def _hashed(self, type_: str, tag: str) -> str:
        if not self._format:
            return f"[{type_}:{tag}]"
        upper = type_.upper().replace(".", "_")
        return self._format.replace("{TYPE}", upper).replace("{type}", type_).replace("{tag}", tag)


def partial(type_: str, value: str) -> str:
    """A hint of fixed width, where the value is long enough to spare one; else the mask."""
    if any(f in NEVER_PARTIAL for f in families(type_)):
        return MASK
    local, at, host = value.rpartition("@")
    if at and local and "." in host and "\n" not in value and " " not in value.strip():
        return f"{local.strip()[0]}•••@•••.{host.rstrip().rsplit('.', 1)[1]}"
    digits = _NOT_DIGIT.sub("", value)
    if type_ == "phone" or (
        type_ == "field" and 7 <= len(digits) < _SHORTEST and len(digits) > len(value) / 2
    ):
        return f"{MASK}{digits[-2:]}" if len(digits) >= 7 else MASK
    if len(digits) >= _SHORTEST and len(digits) > len(value) / 2:
        return f"{MASK}{digits[-4:]}"
    return MASK
