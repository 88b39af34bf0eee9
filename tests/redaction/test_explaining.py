"""`policy test` says what fired and what nearly did, and never the value."""

from __future__ import annotations

from inspector.redaction import Redactor, explain, parse_policy


def test_near_misses_carry_their_reason(redactor: Redactor) -> None:
    text = "mail ada@example.com order 4242 4242 4242 4243 from 203.0.113.7"
    out = explain(redactor, text)
    assert [(f.rule, text[f.start : f.end]) for f in out.fired] == [("email", "ada@example.com")]
    reasons = {m.rule: m.reason for m in out.missed}
    assert reasons["card"] == "validator"
    assert reasons["ipv4"] == "kept by policy"
    assert "ada@example.com" not in repr(out)


def test_allowed_values_are_said_to_be_allowed() -> None:
    policy = parse_policy({"allow": [{"type": "email", "exact": ["ada@example.com"]}]})
    redactor = Redactor(policy)
    out = explain(redactor, "ada@example.com")
    assert out.fired == ()
    assert ("email", "allowed by policy") in {(m.rule, m.reason) for m in out.missed}
    redactor.text("ada@example.com")
    assert redactor.allow_hits[0] >= 1


def test_offsets_count_characters_of_the_text(redactor: Redactor) -> None:
    text = "Grüße an ada@example.com – danke"
    (fired,) = explain(redactor, text).fired
    assert text[fired.start : fired.end] == "ada@example.com"
