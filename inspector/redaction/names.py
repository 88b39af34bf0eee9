"""People's names that some field of a store states, found wherever else they occur in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.model import Multimap
from inspector.redaction import engines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from inspector.model import Value
    from inspector.redaction.keys import KeyMatcher

_SHORTEST = 4
_LONGEST = 80
_SPACES = re.compile(r"\s+")
_COMMON = frozenset(
    "user users admin test guest unknown anonymous none null system assistant default name person human agent"
    " customer patient client support team root demo example true false model tool bot".split()
)


def usable(name: str) -> bool:
    """Whether a name can be searched for: two words, or one of four letters that is no common word."""
    name = name.strip()
    if len(name) > _LONGEST or not any(c.isalpha() for c in name) or name.casefold() in _COMMON:
        return False
    if any(c in name for c in "[]{}@/\\:•\n\t=<>_") or sum(c.isdigit() for c in name) > 1:
        return False
    parts = name.split()
    if len(parts) >= 2:
        return len(name) >= _SHORTEST
    return (len(name) >= _SHORTEST and not name.isascii()) or (len(name) >= _SHORTEST and name[:1].isupper())


class KnownNames:
    """Literals, matched without regard to case and to the width of spaces, between non-letters. Linear."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = sorted(
            {_SPACES.sub(" ", n.strip()) for n in names if usable(n)}, key=lambda n: (-len(n), n)
        )
        self._pattern: engines.Pattern | None = None

    def __bool__(self) -> bool:
        return bool(self.names)

    def find(self, text: bytes) -> Iterator[tuple[int, int, str]]:
        if not self.names:
            return
        if self._pattern is None:
            self._pattern = engines.compile_bytes("(?i)" + "|".join(_literal(n) for n in self.names))
        for match in self._pattern.finditer(text):
            start, end = match.start(), match.end()
            if _letter_before(text, start) or _letter_after(text, end):
                continue
            yield start, end, text[start:end].decode("utf-8", "replace")


def _literal(name: str) -> str:
    return r"[\s_.-]{1,3}".join(re.escape(part) for part in name.split(" "))


def _letter_before(text: bytes, at: int) -> bool:
    """Scripts without spaces (CJK) have no word boundary, so only letters of the others count."""
    before = text[max(0, at - 4) : at].decode("utf-8", "ignore")[-1:]
    return before.isalnum() and before < "\u2e80"


def _letter_after(text: bytes, at: int) -> bool:
    after = text[at : at + 4].decode("utf-8", "ignore")[:1]
    return after.isalnum() and after < "\u2e80"


def collect(value: Value, keys: KeyMatcher, out: set[str] | None = None) -> set[str]:
    """The names that the name fields in `value` state (also in JSON within strings, one level)."""
    found: set[str] = set() if out is None else out
    _collect(value, keys, found, "", 0)
    return found


def _pairs(value: Value) -> tuple[tuple[str, Value], ...] | None:
    if isinstance(value, dict):
        return tuple(value.items())
    return value.pairs if isinstance(value, Multimap) else None


def _listed(value: Value) -> tuple[tuple[str, Value], ...] | None:
    """Attributes written as a list of `{"key": K, "value": V}`."""
    if not isinstance(value, list) or not value:
        return None
    out: list[tuple[str, Value]] = []
    for item in value:
        if not isinstance(item, dict) or not isinstance(item.get("key"), str) or "value" not in item:
            return None
        out.append((str(item["key"]), item["value"]))
    return tuple(out)


def _collect(value: Value, keys: KeyMatcher, out: set[str], above: str, depth: int) -> None:
    if depth > 40:
        return
    pairs = _pairs(value) or _listed(value)
    if pairs is not None:
        own = [k for k, _ in pairs]
        for key, below in pairs:
            rule = keys.match(key, above) or keys.by_sibling(key)
            if (
                rule is not None
                and rule.type == "name"
                and (not rule.requires_sibling or keys.has_sibling(rule, key, own))
            ):
                _texts(below, out)
            else:
                _collect(below, keys, out, key, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _collect(item, keys, out, above, depth + 1)
    elif isinstance(value, str) and value[:1] in "{[" and '"' in value:
        from inspector.redaction.positions import NotJSON, parse

        try:
            inner, _ = parse(value.encode("utf-8", "surrogatepass"))
        except NotJSON:
            return
        _collect(inner, keys, out, above, depth + 10)


def _texts(value: Value, out: set[str]) -> None:
    if isinstance(value, str):
        if usable(value):
            out.add(value.strip())
    elif isinstance(value, dict) and len(value) == 1 and "stringValue" in value:
        _texts(value["stringValue"], out)
