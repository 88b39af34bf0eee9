"""A trigger fires wherever its rule could: every example of every rule, in every spelling JSON has for it."""

from __future__ import annotations

import io
import json
from collections import Counter

import pytest

from inspector.redaction import Redactor, parse_policy
from inspector.redaction.line import LineEditor
from inspector.redaction.rule import Rule, load_rules
from inspector.redaction.stream import redact_line
from inspector.redaction.triggers import raw_safe

PACKS = ["default", "phi", "pci"]
RULES = [r for r in load_rules(examples=True).rules if r.match]


@pytest.fixture(scope="module")
def editor() -> LineEditor:
    policy = parse_policy({"packs": PACKS, "types": {"ip": "replace"}})
    made = LineEditor(Redactor(policy, key=bytes(32)), Counter())
    made.scan_always()
    return made


def spellings(text: str) -> list[bytes]:
    nested = json.dumps({"t": text, "u": [text]})
    return [
        json.dumps(value, ensure_ascii=ascii_only).encode()
        for value in (
            {"a": text},
            {"a": f"line\n{text}\nnext"},
            {"a": f"\t{text}\t"},
            {"a": f"({text})", "b": [text, 1]},
            {"a": nested},
            {"a": json.dumps({"b": nested})},
            {text: 1},
            [{"key": "k", "value": {"stringValue": text}}],
        )
        for ascii_only in (True, False)
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_examples_fire_in_every_spelling(rule: Rule, editor: LineEditor) -> None:
    for example in rule.match:
        for line in spellings(example):
            out = io.BytesIO()
            editor.block(line, out.write)
            assert out.getvalue() == redact_line(line, editor.redactor), (rule.name, line[:20])


@pytest.mark.parametrize("pattern", [r"EMP-\d{6}", r"[A-Z]{3}\.\d+", r"(?:a|b)_\w{4}"])
def test_patterns_that_see_the_same_in_raw_json(pattern: str) -> None:
    assert raw_safe(pattern)


@pytest.mark.parametrize(
    "pattern", [r"^EMP", r"EMP\s\d", r"\bEMP", r'"x"', r"a.b", r"[^x]{3}", "é{3}", r"x$"]
)
def test_patterns_that_escapes_could_hide(pattern: str) -> None:
    assert not raw_safe(pattern)


@pytest.mark.parametrize("pattern", [r"EMP-\d{6}", r"(?i)\bcase\s\d{4}\b", r"№\d{3}"])
def test_custom_patterns_are_exact_in_streams(pattern: str) -> None:
    redactor = Redactor(parse_policy({"rule": [{"name": "own", "pattern": pattern}]}), key=bytes(32))
    editor = LineEditor(redactor, Counter())
    for line in spellings("x EMP-123456 case 1234 №123 y"):
        out = io.BytesIO()
        editor.block(line, out.write)
        assert out.getvalue() == redact_line(line, redactor)
        assert b"[REDACTED:own]" in out.getvalue()
