"""Headers that carry credentials are looked at before they are sent: for shape, and for what was never filled in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110, token."""
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
_SCHEME = re.compile(r"(?i)(bearer|basic|token|apikey|api-key)\s+")
_PLACEHOLDER = re.compile(
    r"""(?ix) <[^>]*> | \$\{?\w+\}? | \{\{?[^}]*\}?\} | %\w+% | \[[^\]]*\]
    | (?:your|my|the)[-_ ]?(?:api|access|secret|auth)?[-_ ]?(?:key|token|secret|password)(?:[-_ ]?here)?
    | change[-_ ]?me | replace[-_ ]?me | todo | tbd | x{3,} | \*{3,} | \.{3,} | dummy | example | placeholder
    | null | none | undefined | secret | password | token | test""",
)
_SECRET = ("authorization", "key", "token", "secret", "password", "auth")


def demand_sound(headers: Mapping[str, str]) -> None:
    """Raises UsageError, naming the header and never its value."""
    for name, value in headers.items():
        if _NAME.fullmatch(name) is None:
            raise UsageError("A header's name isn't one.", "Write it as --header NAME=VARIABLE.")
        if not value:
            raise UsageError(f"The header {name} is empty.", "Set its environment variable.")
        if _VALUE.fullmatch(value) is None:
            raise UsageError(
                f"The header {name} holds a line break, a space at an end or a character that headers can't.",
                "Set its environment variable again.",
            )
        if any(word in name.lower() for word in _SECRET):
            _demand_secret(name, value)


def _demand_secret(name: str, value: str) -> None:
    bare = _SCHEME.sub("", value, count=1).strip()
    if not bare or bare.lower() in ("bearer", "basic", "token"):
        raise UsageError(f"The header {name} names a scheme and no credential.", "Set its variable in full.")
    if _PLACEHOLDER.fullmatch(bare) is not None:
        raise UsageError(
            f"The header {name} holds a placeholder.", "Set its variable to the real credential."
        )
    if bare[0] == bare[-1] and bare[0] in "\"'":
        raise UsageError(f"The header {name} is in quotes.", "Set its variable without them.")
    if len(bare) < 8:
        raise UsageError(f"The header {name} is too short for a credential.", "Check its variable.")
