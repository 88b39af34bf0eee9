"""Regular expressions in linear time, by RE2; nothing else is let in."""

from __future__ import annotations

import importlib
from functools import lru_cache
from typing import Protocol, cast

from inspector.errors import UsageError

MAX_LENGTH = 1_000
_MEMORY = 8 << 20


class Pattern(Protocol):
    def search(self, text: str, /) -> object | None: ...


class BadRegex(Exception):
    """Why an expression is refused."""


@lru_cache(maxsize=256)
def compiled(source: str) -> Pattern:
    """Case-insensitive unless the expression itself says `(?-i)`. Raises BadRegex."""
    try:
        re2 = importlib.import_module("re2")
    except ImportError:
        raise UsageError(
            "Regular expressions need google-re2, which isn't installed.", "Install it, or use words and `*`."
        ) from None
    if len(source) > MAX_LENGTH:
        raise BadRegex(f"a regular expression may have {MAX_LENGTH} characters")
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return cast("Pattern", re2.compile(source, options))
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
        raise BadRegex(f"this regular expression is refused, {reason}") from None
    except UnicodeEncodeError:
        raise BadRegex("this regular expression holds a character that isn't Unicode") from None
