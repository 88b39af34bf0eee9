"""What is hidden and how: one value, parsed from the `[redaction]` section, strict, with defaults."""

from __future__ import annotations

import hashlib
from difflib import get_close_matches
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from inspector.errors import UsageError
from inspector.redaction.levels import DEFAULT_LEVELS, DEFAULT_OPERATORS, LEVELS, OPERATORS, looked_up
from inspector.redaction.rule import FieldRule, Rule, RuleSet, load_rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Pairs = tuple[tuple[str, str], ...]

PACKS = ("default", "phi", "pci")


class Allow(Struct, frozen=True):
    """Values that are no finding: compared with one finding, whole. No type means every type."""

    type: str = ""
    exact: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


class Keys(Struct, frozen=True):
    """Which keys are shown at all, as in OpenTelemetry's redaction processor."""

    allow_all: bool = True
    allowed: tuple[str, ...] = ()
    """Where not all keys are allowed: the ones that are. Their values are still judged."""
    ignored: tuple[str, ...] = ()
    """Keys whose values are shown as they are, unjudged."""
    blocked_patterns: tuple[str, ...] = ()
    """Patterns found in keys whose values are hidden whole."""


class Policy(Struct, frozen=True):
    """Everything the engine needs to know. Equal policies have equal hashes, across runs."""

    enabled: bool = True
    patterns: bool = True
    fields: bool = True
    packs: tuple[str, ...] = ("default",)
    types: Pairs = ()
    """Operators by type, where they differ from the defaults."""
    levels: Pairs = ()
    rules: tuple[Rule, ...] = ()
    """Custom rules, beside those of the packs."""
    field_rules: tuple[FieldRule, ...] = ()
    """Custom field rules; the first match wins, before those of the packs."""
    allows: tuple[Allow, ...] = ()
    keys: Keys = Keys()
    disabled: tuple[str, ...] = ()
    """Names of built-in rules that are off."""
    hash_format: str = ""
    """How a hashed value is written, with `{type}`, `{TYPE}` and `{tag}`; empty: `[{type}:{tag}]`."""
    names_file: str = ""
    environments: tuple[tuple[str, Pairs], ...] = ()
    """Operators by type for one environment alone."""

    def operator(self, type_: str) -> str:
        return looked_up({**DEFAULT_OPERATORS, **dict(self.types)}, type_, "replace")

    def level(self, type_: str) -> str:
        return looked_up({**DEFAULT_LEVELS, **dict(self.levels)}, type_, "confidential")

    def within(self, environment: str | None) -> Policy:
        """The policy for spans of this environment."""
        own = dict(self.environments).get(environment or "")
        if own is None:
            return self
        return replace(self, types=_pairs({**dict(self.types), **dict(own)}))

    def rule_set(self) -> RuleSet:
        """The built-in rules that are on, and the custom ones."""
        shipped = load_rules().of(self.packs)
        off = frozenset(self.disabled)
        return RuleSet(
            (*self.rules, *(r for r in shipped.rules if r.name not in off)) if self.patterns else (),
            tuple(k for k in shipped.keys if k.name not in off) if self.fields else (),
            (*self.field_rules, *(f for f in shipped.fields if f.name not in off)) if self.fields else (),
        )

    @property
    def hash(self) -> str:
        """Stable over runs and machines; changes when anything that is shown could."""
        return hashlib.sha256(msgspec.json.encode((self, load_rules()))).hexdigest()[:32]


DEFAULT = Policy()

OFF = Policy(enabled=False)


def _pairs(table: Mapping[str, str]) -> Pairs:
    return tuple(sorted(table.items()))


_SECTION = (
    "enabled",
    "patterns",
    "fields",
    "packs",
    "types",
    "levels",
    "rule",
    "field",
    "allow",
    "keys",
    "disabled",
    "hash_format",
    "names_file",
    "environment",
)


def parse_policy(section: Mapping[str, object]) -> Policy:
    """A policy from the `[redaction]` section as a plain dict. Raises UsageError for what it doesn't know."""
    from inspector.redaction.custom import known_type, parse_allow, parse_custom_field, parse_custom_rule

    _only(section, _SECTION, "[redaction]")
    hash_format = _string(section, "hash_format")
    if hash_format and "{tag}" not in hash_format:
        raise UsageError("redaction.hash_format has no {tag} in it.", "Write it as '[{TYPE}_HASH:{tag}]'.")
    packs = _strings(section, "packs") if "packs" in section else ("default",)
    for pack in packs:
        _one_of(pack, (*PACKS, *sorted({r.pack for r in load_rules().rules})), "pack")
    rules = tuple(parse_custom_rule(t) for t in _tables(section, "rule"))
    field_rules = tuple(parse_custom_field(t) for t in _tables(section, "field"))
    types, levels = (
        _operators(section.get("types", {}), "redaction.types"),
        _levels(section.get("levels", {})),
    )
    environments = _environments(section.get("environment", {}))
    own = {*(r.type for r in rules), *(f.type for f in field_rules)}
    for type_, _ in (*types, *levels, *(pair for _, pairs in environments for pair in pairs)):
        known_type(type_, own)
    return Policy(
        enabled=_flag(section, "enabled", True),
        patterns=_flag(section, "patterns", True),
        fields=_flag(section, "fields", True),
        packs=packs,
        types=types,
        levels=levels,
        rules=rules,
        field_rules=field_rules,
        allows=tuple(parse_allow(t, own) for t in _tables(section, "allow")),
        keys=_keys(section.get("keys", {})),
        disabled=_strings(section, "disabled"),
        hash_format=hash_format,
        names_file=_string(section, "names_file"),
        environments=environments,
    )


def _near(word: str, known: Sequence[str]) -> str:
    close = get_close_matches(word, known, 1)
    return f"Did you mean {close[0]!r}?" if close else f"Use one of: {', '.join(known)}."


def _only(table: Mapping[str, object], known: Sequence[str], where: str) -> None:
    for name in table:
        if name not in known:
            raise UsageError(f"{where} has no key {name!r}.", _near(name, known))


def _one_of(word: str, known: Sequence[str], what: str) -> str:
    if word not in known:
        raise UsageError(f"{word!r} is no {what}.", _near(word, known))
    return word


def _table(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise UsageError(f"{where} is not a table.", f"Write it as [{where}].")
    return value


def _tables(section: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    value = section.get(name, [])
    if not isinstance(value, list):
        raise UsageError(f"redaction.{name} is not a list of tables.", f"Write each as [[redaction.{name}]].")
    return [_table(v, f"redaction.{name}") for v in value]


def _flag(section: Mapping[str, object], name: str, default: bool) -> bool:
    value = section.get(name, default)
    if not isinstance(value, bool):
        raise UsageError(f"redaction.{name} is neither true nor false.", f"Write {name} = true.")
    return value


def _string(section: Mapping[str, object], name: str) -> str:
    value = section.get(name) or ""
    if not isinstance(value, str):
        raise UsageError(f"redaction.{name} is not a text.", "Write it in quotes.")
    return value


def _strings(section: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = section.get(name, [])
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
        raise UsageError(f"redaction.{name} is not a list of texts.", 'Write it as ["a", "b"].')
    return tuple(value)


def _operators(value: object, where: str) -> Pairs:
    out: dict[str, str] = {}
    for type_, operator in _table(value, where).items():
        out[type_] = _one_of(str(operator), OPERATORS, "operator")
    return _pairs(out)


def _levels(value: object) -> Pairs:
    return _pairs({t: _one_of(str(v), LEVELS, "level") for t, v in _table(value, "redaction.levels").items()})


def _keys(value: object) -> Keys:
    from inspector.redaction.custom import linear

    table = _table(value, "redaction.keys")
    _only(table, ("allow_all", "allowed", "ignored", "blocked_patterns"), "[redaction.keys]")
    blocked = _strings(table, "blocked_patterns")
    for pattern in blocked:
        linear(pattern, "redaction.keys.blocked_patterns")
    return Keys(
        _flag(table, "allow_all", True), _strings(table, "allowed"), _strings(table, "ignored"), blocked
    )


def _environments(value: object) -> tuple[tuple[str, Pairs], ...]:
    out = []
    for name, own in _table(value, "redaction.environment").items():
        where = f"redaction.environment.{name}"
        table = _table(own, where)
        _only(table, ("types",), f"[{where}]")
        out.append((name, _operators(table.get("types", {}), f"{where}.types")))
    return tuple(sorted(out))
