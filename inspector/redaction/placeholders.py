"""What an earlier redaction left behind: it stays as it is, and no rule reads it."""

from __future__ import annotations

import re
from functools import cache

from inspector.redaction import engines

MASK = "••••"
UNREDACTABLE = "[UNREDACTABLE]"

_FORMS = (
    rb"\[REDACTED(?:[:_ -][A-Za-z_.]{1,40})?(?:#\d{1,4})?\]|\[(?:EXCLUDED|ENCRYPTED|UNREDACTABLE|PROFIT_MASKED)\]"
    rb"|\[ERASED[^\[\]\n]{0,100}\]"
    rb"|\[HASH:[0-9A-Za-z+/=_-]{6,64}\]|\[[A-Z][A-Z0-9_.]{0,30}_HASH:[0-9A-Fa-f]{6,64}\]"
    rb"|sha256:[0-9a-f]{16,64}|\[[a-z][a-z0-9_.]{0,40}:[0-9a-f]{16}\]"
    rb"|(?:\xe2\x80\xa2){3,}|\*{3}-\*\*-\*{4}|\*{3,}"
)
_TEXT = re.compile(_FORMS.decode("latin-1").encode("latin-1").decode("utf-8"))
_ONLY = re.compile(rf"(?:{_TEXT.pattern}|[\s,;]|.•••@•••\.[^\s@]{{1,24}}|[+•\d ]*••••[ \d]{{0,5}})+")


@cache
def _placeholder() -> engines.Pattern | re.Pattern[bytes]:
    return engines.compile_raw(_FORMS, False)


def protect(text: bytes) -> tuple[bytes, list[tuple[int, int]]]:
    """`text` with every placeholder blanked to NUL bytes (same length), and where they stood."""
    # One byte is found far faster than three.
    if not (
        b"[" in text
        or (b"*" in text and b"***" in text)
        or b"sha256:" in text
        or (not text.isascii() and b"\xe2\x80\xa2" in text)
    ):
        return text, []
    spans = [(found.start(), found.end()) for found in _placeholder().finditer(text)]
    if not spans:
        return text, spans
    out = bytearray(text)
    for start, end in spans:
        out[start:end] = bytes(end - start)
    return bytes(out), spans


def is_placeholder(text: str) -> bool:
    """Whether a whole value is nothing but what an operator leaves."""
    return bool(text) and _ONLY.fullmatch(text) is not None
