"""Rules as data: what a TOML file under `rules/` may say, and how it is read."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import tomli
from msgspec import Struct

from inspector.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Level: TypeAlias = str
"""`public < internal < confidential < restricted`."""


class Rule(Struct, frozen=True):
    """Finds one kind of value by its look. The value is the group `value`, or the whole match."""

    name: str
    type: str
    pattern: str
    """re2 syntax."""
    description: str = ""
    confidence: str = "high"
    keywords: tuple[str, ...] = ()
    """Lower-case literals, one of which stands in every text that the rule can match."""
    validator: str = ""
    entropy: float = 0.0
    """Least Shannon entropy of the value, bits a character."""
    context: tuple[str, ...] = ()
    """Words, one of which stands near the value or in its key path."""
    trigger: str = ""
    """Matches in raw JSON bytes wherever the pattern could match in the decoded text."""
    allow: tuple[str, ...] = ()
    """Patterns of whole values that are no finding."""
    stopwords: tuple[str, ...] = ()
    """Lower-case words that no value of this rule holds."""
    pack: str = "default"
    operator: str = ""
    """Overrides the type's operator; custom rules set it."""
    level: Level = ""
    custom: bool = False
    match: tuple[str, ...] = ()
    miss: tuple[str, ...] = ()


_PERSONAL = ("national_id", "ssn", "card", "phi", "dob", "name", "address")


def keyed(rule: Rule) -> bool:
    """Whether a rule's context words count in keys too: personal numbers, which look like any other."""
    return bool(rule.context) and rule.type.partition(".")[0] in _PERSONAL


class KeyRule(Struct, frozen=True):
    """Finds values by their key; the whole subtree under it is the finding."""

    name: str
    type: str
    keys: tuple[str, ...]
    """Whole key segments, or last segments of a dotted path; `*_x` matches any key that ends in `_x`."""
    description: str = ""
    requires_sibling: tuple[str, ...] = ()
    """Keys, one of which stands in the same object."""
    pack: str = "default"
    allow: tuple[str, ...] = ()


class FieldRule(Struct, frozen=True):
    """Redacts one path (grammar: the contract), the whole subtree; beats rules by type."""

    path: str
    operator: str = "replace"
    replacement: str = ""
    type: str = "field"
    level: Level = ""
    name: str = ""
    description: str = ""
    pack: str = "default"


class RuleSet(Struct, frozen=True):
    rules: tuple[Rule, ...] = ()
    keys: tuple[KeyRule, ...] = ()
    fields: tuple[FieldRule, ...] = ()

    def of(self, packs: Iterable[str]) -> RuleSet:
        """The part that belongs to these packs."""
        on = frozenset(packs)
        return RuleSet(
            tuple(r for r in self.rules if r.pack in on),
            tuple(k for k in self.keys if k.pack in on),
            tuple(f for f in self.fields if f.pack in on),
        )


_RULE = frozenset(Rule.__struct_fields__) - {"custom", "match", "miss"} | {"match", "miss", "examples"}
_KEY = frozenset(KeyRule.__struct_fields__) | {"match", "miss", "examples"}
_FIELD = frozenset(FieldRule.__struct_fields__) | {"examples"}

Table: TypeAlias = "Mapping[str, object]"


def _words(table: Table, name: str) -> tuple[str, ...]:
    value = table.get(name, ())
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
        raise UsageError(f"The rule field {name!r} is not a list of texts.", "Write it as a list of strings.")
    return tuple(value)


def _text(table: Table, name: str, default: str = "") -> str:
    value = table.get(name, default)
    if not isinstance(value, str):
        raise UsageError(f"The rule field {name!r} is not a text.", "Write it in quotes.")
    return value


def _known(table: Table, known: frozenset[str], what: str) -> None:
    for name in table:
        if name not in known:
            raise UsageError(f"A {what} has no field {name!r}.", f"Use one of {', '.join(sorted(known))}.")


def parse_rule(table: Table) -> Rule:
    """One `[[rule]]` table."""
    _known(table, _RULE, "rule")
    entropy = table.get("entropy", 0.0)
    if not isinstance(entropy, int | float):
        raise UsageError("A rule's entropy is not a number.", "Give it in bits a character, such as 3.5.")
    examples = table.get("examples", {})
    sample: Table = examples if isinstance(examples, dict) else {}
    return Rule(
        name=_text(table, "name"),
        type=_text(table, "type"),
        pattern=_text(table, "pattern"),
        description=_text(table, "description"),
        confidence=_text(table, "confidence", "high"),
        keywords=_words(table, "keywords"),
        validator=_text(table, "validator"),
        entropy=float(entropy),
        context=_words(table, "context"),
        trigger=_text(table, "trigger"),
        allow=_words(table, "allow"),
        stopwords=_words(table, "stopwords"),
        pack=_text(table, "pack", "default"),
        operator=_text(table, "operator"),
        level=_text(table, "level"),
        match=_words(table, "match") + _words(sample, "match"),
        miss=_words(table, "miss") + _words(sample, "miss"),
    )


def parse_key(table: Table) -> KeyRule:
    """One `[[key]]` table."""
    _known(table, _KEY, "key rule")
    return KeyRule(
        name=_text(table, "name"),
        type=_text(table, "type"),
        keys=_words(table, "keys"),
        description=_text(table, "description"),
        requires_sibling=_words(table, "requires_sibling"),
        pack=_text(table, "pack", "default"),
        allow=_words(table, "allow"),
    )


def parse_field(table: Table) -> FieldRule:
    """One `[[field]]` table."""
    _known(table, _FIELD, "field rule")
    path = _text(table, "path")
    return FieldRule(
        path=path,
        operator=_text(table, "operator", "replace"),
        replacement=_text(table, "replacement"),
        type=_text(table, "type", "field"),
        level=_text(table, "level"),
        name=_text(table, "name", f"field:{path}"),
        description=_text(table, "description"),
        pack=_text(table, "pack", "default"),
    )


def tables(data: Table, name: str) -> list[Table]:
    """The `[[name]]` tables of a TOML document."""
    value = data.get(name, [])
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        raise UsageError(f"{name!r} is not a list of tables.", f"Write each as [[{name}]].")
    return value


def parse_rules(text: str) -> RuleSet:
    """The rules of one TOML document."""
    data = tomli.loads(text)
    _known(data, frozenset({"rule", "key", "field"}), "rule file")
    return RuleSet(
        tuple(parse_rule(t) for t in tables(data, "rule")),
        tuple(parse_key(t) for t in tables(data, "key")),
        tuple(parse_field(t) for t in tables(data, "field")),
    )


_EXAMPLES = re.compile(r"^(?:match|miss) = \[.*\]\n", re.MULTILINE)


@lru_cache(maxsize=2)
def load_rules(examples: bool = False) -> RuleSet:
    """Every rule that ships with the program, in the order of file names.

    Their examples are most of the bytes and only tests and the manual read them, so they are cut before
    parsing unless asked for (one-line arrays; a longer one is just parsed along).
    """
    rules: list[Rule] = []
    keys: list[KeyRule] = []
    fields: list[FieldRule] = []
    for file in sorted((Path(__file__).parent / "rules").glob("*.toml")):
        text = file.read_text("utf-8")
        part = parse_rules(text if examples else _EXAMPLES.sub("", text))
        rules += part.rules
        keys += part.keys
        fields += part.fields
    return RuleSet(tuple(rules), tuple(keys), tuple(fields))
