"""Every rule shipped: its examples, its form, and that the tables and the manual agree."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
import re2

from inspector.redaction import Redactor, triggers
from inspector.redaction.matcher import Matcher
from inspector.redaction.policy import parse_policy
from inspector.redaction.rule import KeyRule, Rule, RuleSet, parse_rules
from inspector.redaction.scanner import Scanner
from inspector.redaction.validators import VALIDATORS
from tests.redaction import rule_table

RULES = Path(__file__).parents[2] / "inspector" / "redaction" / "rules"


def _all() -> RuleSet:
    sets = [parse_rules(f.read_text(encoding="utf-8")) for f in sorted(RULES.glob("*.toml"))]
    return RuleSet(
        tuple(r for s in sets for r in s.rules),
        tuple(k for s in sets for k in s.keys),
        tuple(f for s in sets for f in s.fields),
    )


SET = _all()
EACH = pytest.mark.parametrize("rule", SET.rules, ids=lambda r: r.name)
LEVELS = ("high", "medium", "low")


def _found(rule: Rule, text: str) -> list[str]:
    return [hit.value for hit in Matcher([rule]).find(text.encode())]


@EACH
def test_examples_match(rule: Rule) -> None:
    assert rule.match, "a rule without an example of what it finds"
    for text in rule.match:
        assert _found(rule, text), text


@EACH
def test_examples_miss(rule: Rule) -> None:
    assert rule.miss, "a rule without an example of what it leaves alone"
    for text in rule.miss:
        assert not _found(rule, text), text


@EACH
def test_form(rule: Rule) -> None:
    assert rule.description.endswith(".")
    assert rule.confidence in LEVELS
    assert not rule.validator or rule.validator in VALIDATORS
    assert all(k == k.lower() for k in (*rule.keywords, *rule.stopwords))
    assert re2.compile(rule.pattern).fullmatch("") is None


@cache
def scanner() -> Scanner:
    """Every pack's triggers, as a stream meets them."""
    return Scanner(Redactor(parse_policy({"packs": ["default", "phi", "pci"]})))


@EACH
def test_trigger_fires_on_raw_json(rule: Rule) -> None:
    """Whatever the pattern finds in a text, the rule's trigger finds in the text as JSON, escaped or not,
    and so do those that the engine makes of it."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    written = [re2.compile(rule.trigger.encode("utf-8"), options)] if rule.trigger else []
    made = [
        re2.compile((b"(?i)" if t.caseless else b"") + t.pattern, options) for t in triggers.trigger_of(rule)
    ]
    for text in rule.match:
        for ascii_only in (True, False):
            behind_escape = json.dumps("x\n" + text, ensure_ascii=ascii_only).encode()
            assert all(t.search(behind_escape) is not None for t in written), behind_escape
            raw = json.dumps(f"x {text}", ensure_ascii=ascii_only).encode()
            # Words beyond ASCII are scanned for as literals in all their written forms, by the scanner itself.
            assert any(t.search(raw) is not None for t in made) or scanner().places(raw), raw


@EACH
def test_found_behind_a_line_break(rule: Rule) -> None:
    for text in rule.match:
        assert _found(rule, f"first line\n{text}\nlast line"), text


def test_names_are_unique() -> None:
    for group in (SET.rules, SET.keys):
        names = [r.name for r in group]
        assert len(names) == len(set(names))


def test_no_validator_is_idle() -> None:
    assert {r.validator for r in SET.rules if r.validator} == set(VALIDATORS)


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        ("email", "user@example.com"),
        ("phone", "+1-555-123-4567"),
        ("phone", "(555) 123-4567"),
        ("phone", "phone: 5551234567"),
        ("card", "4111-1111-1111-1111"),
        ("ssn", "123-45-6789"),
        ("credential.openai", "sk-proj-a1B2c3D4e5F6g7H8"),
        ("credential.anthropic", "sk-ant-api03-a1B2c3D4e5F6"),
        ("credential.aws", "AKIAQ7ZPLX3M2RWTVBN9"),
        ("credential.aws", "aws_secret_access_key = wJb7rXUtnFvzIzK7MDqNGbPxRfiCYq9aWpLkTEYq"),
        ("credential.bearer", "Bearer a1b2c3.d4e5f6.g7h8i9"),
        ("credential.github", "ghp_R8kX2mVq7LzT4nWc9YbD3sJfH6pA1uE0gQiZ"),
        ("credential.google", "AIzaR8kX2mVq7LzT4nWc9YbD3sJfH6pA1uE0gQi"),
        ("credential.azure", "AccountKey=R8kX2mVq7LzT4nWc9YbD3sJfH6pA1uE0gQiZ=="),
        ("credential.token", "api_key=a1b2c3d4"),
        ("credential.private_key", "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE"),
        ("credential.slack", "xoxb-263594206564-2343594206574-FGqddMF8t08v8N7Oq4i57vs1"),
        ("credential.stripe", "pk_test_R8kX2mVq7LzT4nWc9YbD3sJf"),
        ("credential.password", "passwd: hunter2"),
        ("ip", "from 192.0.2.7"),
    ],
)
def test_every_pattern_of_tracecraft_has_its_like(type_: str, text: str) -> None:
    rules = [r for r in SET.rules if r.pack == "default"]
    assert type_ in {hit.rule.type for hit in Matcher(rules).find(text.encode())}


@pytest.mark.parametrize("key", SET.keys, ids=lambda k: k.name)
def test_keys(key: KeyRule) -> None:
    assert key.keys
    assert key.description.endswith(".")
    assert all(k == k.lower() for k in key.keys)
    for pattern in key.allow:
        re2.compile(pattern)


def test_fields_are_those_of_autoops() -> None:
    shown = {f.path: (f.operator, f.replacement) for f in SET.fields}
    assert shown == {
        "user.email": ("partial", ""),
        "user.phone": ("partial", ""),
        "user.ssn": ("replace", "***-**-****"),
        "payment.card_number": ("partial", ""),
        "payment.cvv": ("replace", "***"),
        "auth.password": ("replace", "********"),
        "auth.api_key": ("partial", ""),
        "auth.token": ("replace", ""),
        "business.revenue": ("replace", ""),
        "business.profit_margin": ("replace", "[PROFIT_MASKED]"),
        "location.address": ("partial", ""),
        "location.coordinates": ("replace", ""),
    }


def test_manual_lists_every_rule() -> None:
    page = Path(__file__).parents[2] / "docs" / "redaction-rules.md"
    assert page.read_text(encoding="utf-8") == rule_table.page(SET)
