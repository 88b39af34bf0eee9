"""Rules of the user's own: only what the linear engine compiles, refused with the reason otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.errors import UsageError
from inspector.redaction.levels import LEVELS, OPERATORS
from inspector.redaction.policy import Allow, _near, _one_of, _only, _strings
from inspector.redaction.rule import FieldRule, Rule

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_RULE = ("name", "pattern", "type", "level", "operator", "keywords", "context", "entropy", "description")
_FIELD = ("path", "operator", "replacement", "type", "level", "name")
_ALLOW = ("type", "exact", "patterns")
_MOST = 1 << 20
"""Bytes that a custom pattern may compile to; re2's own limit is by memory as well."""


def linear(pattern: str, where: str) -> None:
    """Raise UsageError unless `pattern` compiles in re2 and can't match an empty text."""
    from inspector.redaction import engines

    re2 = engines.re2()
    if re2 is None:
        raise UsageError(
            f"{where} has a pattern, but the linear-time engine is not installed.", "Install google-re2."
        )
    try:
        compiled = re2.compile(pattern, engines.options(_MOST))
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
        raise UsageError(
            f"A pattern of {where} was refused: {reason}.",
            "Use syntax that matches in linear time: no backreferences, no lookaround.",
        ) from None
    if compiled.search("") is not None or compiled.fullmatch("") is not None:
        raise UsageError(
            f"A pattern of {where} can match an empty text.", "Make at least one character required."
        )


def _word(table: Mapping[str, object], name: str, where: str, default: str = "") -> str:
    value = table.get(name, default)
    if not isinstance(value, str):
        raise UsageError(f"{where}.{name} is not a text.", "Write it in quotes.")
    return value


def _needed(table: Mapping[str, object], name: str, where: str) -> str:
    value = _word(table, name, where)
    if not value:
        raise UsageError(f"A {where} has no {name}.", f"Add {name} = '…'.")
    return value


def parse_custom_rule(table: Mapping[str, object]) -> Rule:
    """One `[[redaction.rule]]`."""
    where = "redaction.rule"
    _only(table, _RULE, f"[[{where}]]")
    pattern = _needed(table, "pattern", where)
    linear(pattern, where)
    level, operator = _word(table, "level", where), _word(table, "operator", where)
    entropy = table.get("entropy", 0.0)
    if isinstance(entropy, bool) or not isinstance(entropy, int | float):
        raise UsageError(f"{where}.entropy is not a number.", "Give it in bits a character, such as 3.5.")
    name = _needed(table, "name", where)
    return Rule(
        name=name,
        type=_word(table, "type", where, name),
        pattern=pattern,
        description=_word(table, "description", where),
        keywords=tuple(k.lower() for k in _strings(table, "keywords")),
        context=_strings(table, "context"),
        entropy=float(entropy),
        level=_one_of(level, LEVELS, "level") if level else "",
        operator=_one_of(operator, OPERATORS, "operator") if operator else "",
        custom=True,
    )


def parse_custom_field(table: Mapping[str, object]) -> FieldRule:
    """One `[[redaction.field]]`."""
    from inspector.redaction.paths import parse_path

    where = "redaction.field"
    _only(table, _FIELD, f"[[{where}]]")
    path = _needed(table, "path", where)
    parse_path(path)
    level = _word(table, "level", where)
    return FieldRule(
        path=path,
        operator=_one_of(_word(table, "operator", where, "replace"), OPERATORS, "operator"),
        replacement=_word(table, "replacement", where),
        type=_word(table, "type", where, "field"),
        level=_one_of(level, LEVELS, "level") if level else "",
        name=_word(table, "name", where, f"field:{path}"),
    )


def parse_allow(table: Mapping[str, object], own: Collection[str] = ()) -> Allow:
    """One `[[redaction.allow]]`. A pattern that lets every value through is refused."""
    from inspector.redaction import engines

    where = "redaction.allow"
    _only(table, _ALLOW, f"[[{where}]]")
    patterns = _strings(table, "patterns")
    for pattern in patterns:
        linear(pattern, where)
        compiled = engines.compile_text(pattern)
        if all(compiled.fullmatch(probe) is not None for probe in _PROBES):
            raise UsageError(
                "A pattern of redaction.allow lets every value through.",
                "Name what is allowed, such as '[a-z]+@docs\\.example\\.com'.",
            )
    type_ = _word(table, "type", where)
    if type_:
        known_type(type_, own)
    return Allow(type_, _strings(table, "exact"), patterns)


_PROBES = ("a", "qx7", "mailbox@host.example", "4111 1111 1111 1111", "Zürich–東京", "sk-0aZ9_xY")


def known_type(type_: str, own: Collection[str] = ()) -> None:
    """Raise UsageError for a type that is neither shipped nor one of the policy's own, but close to one."""
    from inspector.redaction.levels import DEFAULT_LEVELS, families
    from inspector.redaction.rule import load_rules

    shipped = load_rules()
    known = {
        "field",
        "blocked",
        *DEFAULT_LEVELS,
        *(r.type for r in shipped.rules),
        *(k.type for k in shipped.keys),
        *own,
    }
    known |= {f for t in tuple(known) for f in families(t)}
    if not any(f in known for f in families(type_)):
        raise UsageError(f"{type_!r} is no type.", _near(type_, sorted(known)))
