"""What one person may be given of a stored value: their own words readable, everybody else's and secrets hidden."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec.structs import replace

from inspector.lifecycle.others import OTHER, Others
from inspector.model import Multimap
from inspector.redaction import RedactedList, RedactedMap, RedactedText, Redactor
from inspector.redaction.levels import DEFAULT_OPERATORS, SHOWS_LESS, looked_up
from inspector.redaction.policy import Allow, Keys
from inspector.session.veil import is_sealed

if TYPE_CHECKING:
    from collections.abc import Collection

    from inspector.model import Attributes, Value
    from inspector.redaction import Policy, RedactedValue

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"
LOCKED: Final = "[ENCRYPTED]"
_STRICT: Final = dict.fromkeys(("name", "email", "phone", "ip"), "replace")
"""No tag and no last digits of somebody else: whoever reads it needs neither. Whose an address is nobody can tell,
unless it is given as an alias."""
_NESTED: Final = 5
"""JSON in a string in JSON in a string …: so many levels are opened."""


def strict(policy: Policy, own: Collection[str]) -> Policy:
    """A policy that shows no more than the shipped one, but for the person's own words, each compared whole."""
    kept = {
        type_: operator
        for type_, operator in policy.types
        if SHOWS_LESS[operator] >= SHOWS_LESS[looked_up(DEFAULT_OPERATORS, type_, "replace")]
    }
    return replace(
        policy,
        enabled=True,
        patterns=True,
        fields=True,
        packs=tuple(dict.fromkeys(("default", *policy.packs))),
        types=tuple(sorted({**kept, **_STRICT}.items())),
        rules=tuple(replace(r, operator=_least(r.operator)) for r in policy.rules if r.operator != "keep"),
        field_rules=tuple(
            replace(f, operator=_least(f.operator)) for f in policy.field_rules if f.operator != "keep"
        ),
        disabled=(),
        environments=(),
        names_file="",
        keys=Keys(policy.keys.allow_all, policy.keys.allowed, (), policy.keys.blocked_patterns),
        allows=(Allow(exact=tuple(sorted(own))),),
    )


def _least(operator: str) -> str:
    """A rule's own operator where it leaves nothing of the value."""
    return operator if not operator or SHOWS_LESS[operator] >= SHOWS_LESS["replace"] else "replace"


@dataclass(slots=True)
class Screened:
    """`own` are the person's words in every form in which the store has them."""

    engine: Redactor
    own: frozenset[str]
    others: Others
    hidden: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, engine: Redactor, own: Collection[str], others: Others, names: Collection[str]) -> Screened:
        """`names` are those that the store states. A fresh key: tags of two packages can't be joined."""
        mine = {each.casefold() for each in own}
        known = {name for name in (*names, *engine.known_names) if name.casefold() not in mine}
        made = Redactor(strict(engine.policy, own), known_names=known)
        return cls(made, frozenset(own), others)

    def attributes(self, attributes: Attributes) -> Plain:
        return self.value(Multimap(tuple((a.key, a.value) for a in attributes)))

    def value(self, raw: Value) -> Plain:
        opened = _opened(raw, 0)
        return self._plain(opened, self.engine.value(opened))

    def _plain(self, raw: Value, redacted: RedactedValue) -> Plain:
        if is_sealed(raw):
            self.hidden["encrypted"] += 1
            return LOCKED
        if isinstance(raw, str) and raw.strip() in self.own:
            return raw
        if isinstance(redacted, RedactedMap):
            return self._map(raw, redacted)
        if isinstance(redacted, RedactedList):
            below: list[Value] = raw if isinstance(raw, list) else []
            below = below if len(below) == len(redacted.items) else [None] * len(redacted.items)
            return [self._plain(r, item) for r, item in zip(below, redacted.items, strict=True)]
        if isinstance(redacted, RedactedText):
            return self._text(redacted)
        if not isinstance(redacted, bool) and redacted is not None and str(redacted) in self.others:
            self.hidden["other person"] += 1
            return OTHER
        return redacted

    def _map(self, raw: Value, redacted: RedactedMap) -> Plain:
        pairs = (
            raw.pairs if isinstance(raw, Multimap) else tuple(raw.items()) if isinstance(raw, dict) else ()
        )
        values = [v for _, v in pairs] if len(pairs) == len(redacted.pairs) else [None] * len(redacted.pairs)
        made = [
            (self._text(key), self._plain(value, shown))
            for value, (key, shown) in zip(values, redacted.pairs, strict=True)
        ]
        plain = dict(made)
        # Keys that repeat stay apart.
        return plain if len(plain) == len(made) else [{key: value} for key, value in made]

    def _text(self, redacted: RedactedText) -> str:
        self.hidden.update(p.finding.type for p in redacted.pieces if p.finding is not None)
        self.hidden["unreadable"] += sum(p.failed for p in redacted.pieces)
        text, count = self.others.hidden(str(redacted))
        self.hidden["other person"] += count
        return text


def _opened(raw: Value, depth: int) -> Value:
    """JSON in strings as what it says, so that a name field in it is one, and a person can read it."""
    if is_sealed(raw):
        return raw
    if isinstance(raw, str):
        if depth >= _NESTED or raw.lstrip()[:1] not in ("{", "["):
            return raw
        try:
            inner: Value = json.loads(raw, object_pairs_hook=_pairs)
        except (ValueError, RecursionError):
            return raw
        return _opened(inner, depth + 1)
    if isinstance(raw, list):
        return [_opened(item, depth) for item in raw]
    if isinstance(raw, dict):
        return {key: _opened(value, depth) for key, value in raw.items()}
    if isinstance(raw, Multimap):
        return Multimap(tuple((key, _opened(value, depth)) for key, value in raw.pairs))
    return raw


def _pairs(pairs: list[tuple[str, Value]]) -> Value:
    made = dict(pairs)
    return made if len(made) == len(pairs) else Multimap(tuple(pairs))
