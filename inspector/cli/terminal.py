"""Whether there is a terminal to draw on, and what it can draw."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from inspector.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

WEB_DRIVER = "textual.drivers.web_driver:WebDriver"
_ASCII_TERMINALS = ("dumb", "linux")
"""The Linux console knows 256 or 512 characters, most box drawing and few other signs among them."""


def need_terminal() -> None:
    """Raises UsageError unless the screen can be drawn: Textual writes it to standard error."""
    if os.environ.get("TEXTUAL_DRIVER") == WEB_DRIVER:
        return  # a browser is the terminal
    if not sys.stdout.isatty():
        raise UsageError("The screen needs a terminal.", "Use inspector ls STORE, info or show instead.")
    if not sys.stderr.isatty():
        raise UsageError(
            "The screen is drawn on standard error, which isn't a terminal.",
            "Leave out the redirection; --log FILE keeps a log.",
        )


def ascii_only(environ: Mapping[str, str]) -> bool:
    """Whether only ASCII is safe to draw: the terminal's kind or the locale says so.

    Where no locale is set, as in many containers, nothing is known and nothing is given up.
    """
    if environ.get("TERM", "").partition("-")[0] in _ASCII_TERMINALS:
        return True
    named = environ.get("LC_ALL") or _own_ctype(environ) or environ.get("LANG") or ""
    return bool(named) and "utf8" not in named.lower().replace("-", "")


def _own_ctype(environ: Mapping[str, str]) -> str:
    """LC_CTYPE, unless Python itself has set it, as it does in the C locale (PEP 538)."""
    found = environ.get("LC_CTYPE", "")
    coerced = found in ("C.UTF-8", "C.utf8", "UTF-8") and environ.get("LANG") in ("C", "POSIX")
    return "" if coerced else found
