"""Which of two policies hides more, value by value: weakening needs a permission, strengthening is free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from inspector.redaction.levels import DEFAULT_LEVELS, DEFAULT_OPERATORS, SHOWS_LESS, rank
from inspector.redaction.policy import Keys, Policy

if TYPE_CHECKING:
    from inspector.redaction.rule import FieldRule, Rule

_SURE = SHOWS_LESS["mask"]
"""An operator that leaves nothing of a value, so that a rule with it can't show more than another."""


def _types(a: Policy, b: Policy) -> list[str]:
    named = {*DEFAULT_OPERATORS, *DEFAULT_LEVELS, *dict(a.types), *dict(b.types)}
    return sorted(named)


def stricter(a: str, b: str) -> str:
    """The operator that shows less; the second where they show as little."""
    return a if SHOWS_LESS[a] > SHOWS_LESS[b] else b


def weakenings(installed: Policy, given: Policy) -> list[str]:
    """What `given` would show that `installed` hides: one short line each, naming the key, never a value."""
    out: list[str] = []
    for name in ("enabled", "patterns", "fields"):
        if getattr(installed, name) and not getattr(given, name):
            out.append(f"{name} is switched off")
    out += [f"pack {p!r} is left out" for p in installed.packs if p not in given.packs]
    out += [f"rule {n!r} is switched off" for n in given.disabled if n not in installed.disabled]
    for type_ in _types(installed, given):
        before, after = installed.operator(type_), given.operator(type_)
        if SHOWS_LESS[after] < SHOWS_LESS[before]:
            out.append(f"types.{type_} is {after} instead of {before}")
    for type_ in sorted({*dict(installed.levels), *dict(given.levels), *DEFAULT_LEVELS}):
        if rank(given.level(type_)) < rank(installed.level(type_)):
            out.append(f"levels.{type_} is {given.level(type_)} instead of {installed.level(type_)}")
    out += _rules(installed.rules, given.rules)
    out += _fields(installed.field_rules, given.field_rules)
    out += [f"allow entry {n + 1} is added" for n, a in enumerate(given.allows) if a not in installed.allows]
    out += _keys(installed.keys, given.keys)
    if installed.names_file and installed.names_file != given.names_file:
        out.append("names_file is another")
    for name, _ in given.environments + installed.environments:
        out += [
            f"environment.{name}: {line}"
            for line in weakenings(
                replace(installed.within(name), environments=()), replace(given.within(name), environments=())
            )
            if line not in out
        ]
    return list(dict.fromkeys(out))


def _rules(installed: tuple[Rule, ...], given: tuple[Rule, ...]) -> list[str]:
    now = {r.name: r for r in given}
    out = []
    for rule in installed:
        new = now.get(rule.name)
        if new is None:
            out.append(f"rule {rule.name!r} is left out")
        elif replace(new, operator=rule.operator, level=rule.level) != rule:
            out.append(f"rule {rule.name!r} is another")
        elif SHOWS_LESS[new.operator or "replace"] < SHOWS_LESS[rule.operator or "replace"]:
            out.append(f"rule {rule.name!r} has the operator {new.operator}")
    return out


def _fields(installed: tuple[FieldRule, ...], given: tuple[FieldRule, ...]) -> list[str]:
    before = {r.path: r for r in installed}
    out = [f"field {p!r} is left out" for p in before if p not in {r.path for r in given}]
    for rule in given:
        old = before.get(rule.path)
        limit = SHOWS_LESS[old.operator] if old is not None else _SURE
        if SHOWS_LESS[rule.operator] < limit:
            out.append(f"field {rule.path!r} has the operator {rule.operator}")
    return out


def _keys(installed: Keys, given: Keys) -> list[str]:
    out = []
    if given.allow_all and not installed.allow_all:
        out.append("keys.allow_all is switched on")
    if not installed.allow_all and not set(given.allowed) <= set(installed.allowed):
        out.append("keys.allowed holds more keys")
    if not set(given.ignored) <= set(installed.ignored):
        out.append("keys.ignored holds more keys")
    if not set(installed.blocked_patterns) <= set(given.blocked_patterns):
        out.append("keys.blocked_patterns holds fewer patterns")
    return out


def merge_strict(installed: Policy, given: Policy) -> Policy:
    """The stricter of the two in every value. `weakenings(installed, result)` is empty."""
    types = {t: stricter(installed.operator(t), given.operator(t)) for t in _types(installed, given)}
    levels = {
        t: max(installed.level(t), given.level(t), key=rank)
        for t in {*DEFAULT_LEVELS, *dict(installed.levels), *dict(given.levels)}
    }
    names = {n for n, _ in installed.environments + given.environments}
    environments = tuple(
        (
            n,
            tuple(
                sorted(
                    {
                        t: stricter(installed.within(n).operator(t), given.within(n).operator(t))
                        for t in _types(installed.within(n), given.within(n))
                    }.items()
                )
            ),
        )
        for n in sorted(names)
    )
    return Policy(
        enabled=installed.enabled or given.enabled,
        patterns=installed.patterns or given.patterns,
        fields=installed.fields or given.fields,
        packs=tuple(dict.fromkeys((*installed.packs, *given.packs))),
        types=_changed(types, DEFAULT_OPERATORS, "replace"),
        levels=_changed(levels, DEFAULT_LEVELS, "confidential"),
        rules=(
            *installed.rules,
            *(r for r in given.rules if r.name not in {i.name for i in installed.rules}),
        ),
        field_rules=_merged_fields(installed.field_rules, given.field_rules),
        allows=tuple(a for a in installed.allows if a in given.allows or not given.allows),
        keys=_merged_keys(installed.keys, given.keys),
        disabled=tuple(n for n in installed.disabled if n in given.disabled),
        hash_format=given.hash_format or installed.hash_format,
        names_file=installed.names_file or given.names_file,
        environments=environments,
    )


def _changed(table: dict[str, str], defaults: dict[str, str], default: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        sorted((k, v) for k, v in table.items() if defaults.get(k, default) != v or k not in defaults)
    )


def _merged_fields(installed: tuple[FieldRule, ...], given: tuple[FieldRule, ...]) -> tuple[FieldRule, ...]:
    before = {r.path: r for r in installed}
    out: list[FieldRule] = []
    for rule in given:
        old = before.pop(rule.path, None)
        limit = SHOWS_LESS[old.operator] if old is not None else _SURE
        if SHOWS_LESS[rule.operator] >= limit:
            out.append(rule)
        elif old is not None:
            out.append(old)
    return (*out, *before.values())


def _merged_keys(installed: Keys, given: Keys) -> Keys:
    allow_all = installed.allow_all and given.allow_all
    if installed.allow_all:
        allowed = given.allowed
    elif given.allow_all:
        allowed = installed.allowed
    else:
        allowed = tuple(k for k in installed.allowed if k in given.allowed)
    return Keys(
        allow_all,
        allowed,
        tuple(k for k in installed.ignored if k in given.ignored),
        tuple(dict.fromkeys((*installed.blocked_patterns, *given.blocked_patterns))),
    )
