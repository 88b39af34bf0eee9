"""Values that are sensitive by their key, whatever they look like."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inspector.redaction.rule import KeyRule

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_JOINT = re.compile(r"[-\s_]+")

_TECHNICAL = frozenset(
    "eos bos pad unk sep cls mask per first next page continuation last stop end start special max min input"
    " output prompt completion total each prev previous cost price by time latency num count sync cursor".split()
)
"""Words before `token` that make it a part of text or a place in a list, not a credential."""


@lru_cache(maxsize=16384)
def snake(segment: str) -> str:
    """One key segment in lower case with `_` between its words."""
    return _JOINT.sub("_", _CAMEL.sub("_", segment)).strip("_").lower()


@lru_cache(maxsize=16384)
def dotted(key: str) -> tuple[str, ...]:
    """The segments of a key as written, each in snake case."""
    return tuple(snake(s) for s in key.split(".") if s)


@lru_cache(maxsize=16384)
def words(key: str) -> str:
    """A key as words for context rules."""
    return f"{key.lower()} {' '.join(dotted(key)).replace('_', ' ')} {' '.join(dotted(key))}"


class KeyMatcher:
    """Looks keys up: exact segments first, then credentials by their last words (`smtp_password`)."""

    def __init__(self, rules: Sequence[KeyRule]) -> None:
        self.rules = rules
        self._exact: dict[str, KeyRule] = {}
        self._dotted: dict[tuple[str, ...], KeyRule] = {}
        self._suffix: dict[str, KeyRule] = {}
        self._sibling: dict[str, KeyRule] = {}
        for rule in rules:
            for entry in rule.keys:
                name = snake(entry.lstrip("*"))
                if rule.requires_sibling:
                    self._sibling.setdefault(name, rule)
                elif "." in entry:
                    self._dotted.setdefault(dotted(entry), rule)
                else:
                    self._exact.setdefault(name, rule)
                    if rule.type.startswith("credential") or entry.startswith("*") or "_" in name:
                        self._suffix.setdefault(name, rule)
        self._siblings = {r.name: frozenset(snake(s) for s in r.requires_sibling) for r in rules}
        self.outer = frozenset(entry[0] for entry in self._dotted)
        """Keys that matter to what stands under them."""
        self._inner = frozenset(entry[1:] for entry in self._dotted)
        self._cache: dict[str, KeyRule | None] = {}

    def __bool__(self) -> bool:
        return bool(self.rules)

    def match(self, key: str, above: str = "") -> KeyRule | None:
        """The rule that a key falls under by itself; `above` is the key of the object it stands in."""
        known = self._cache.get(key, False)
        if known is False:
            known = self._look(dotted(key))
            if len(self._cache) < 65536:
                self._cache[key] = known
        if known is None and above and self._dotted:
            return self._dotted.get((*dotted(above)[-1:], *dotted(key)))
        return known  # type: ignore[return-value]  # False was replaced above

    def silent(self, key: str) -> bool:
        """Whether a key falls under no rule, whatever stands above it or beside it."""
        return self.match(key) is None and self.by_sibling(key) is None and dotted(key) not in self._inner

    def _look(self, segments: tuple[str, ...]) -> KeyRule | None:
        if not segments:
            return None
        last = segments[-1]
        found = self._exact.get(last)
        if found is not None:
            return found
        for entry, rule in self._dotted.items():
            if segments[-len(entry) :] == entry:
                return rule
        parts = last.split("_")
        for n in range(1, len(parts)):
            rule_ = self._suffix.get("_".join(parts[n:]))
            if rule_ is None:
                continue
            if parts[-1] in ("token", "key") and len(parts) - n == 1 and parts[n - 1] in _TECHNICAL:
                return None
            return rule_
        return None

    def by_sibling(self, key: str) -> KeyRule | None:
        """The rule that a key falls under if the right sibling stands beside it."""
        if not self._sibling:
            return None
        segments = dotted(key)
        return self._sibling.get(segments[-1]) if segments else None

    def partners(self, name: str) -> tuple[str, ...]:
        """The last segments of keys that a rule reads together with one of this last segment."""
        own = self._sibling.get(name)
        found = set(self._siblings[own.name]) if own is not None else set()
        found |= {about for about, rule in self._sibling.items() if name in self._siblings[rule.name]}
        return tuple(sorted(found - {name}))

    def has_sibling(self, rule: KeyRule, key: str, keys: Iterable[str]) -> bool:
        wanted = self._siblings[rule.name]
        stem = dotted(key)[:-1]
        own = dotted(key)
        for other in keys:
            segments = dotted(other)
            if segments and segments != own and segments[:-1] == stem and segments[-1] in wanted:
                return True
        return False
