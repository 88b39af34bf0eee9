"""What is offered at the cursor (`|`)."""

from __future__ import annotations

import pytest

from inspector.query import AUDIT, QueryError, parse
from inspector.query.complete import complete

KNOWN = {
    "service": ["api", "api gateway", "worker", 'odd"one', "a..b"],
    "model": ["gpt-4o", "gpt-4o-mini", "claude"],
    "attr": ["http.method", "http.status_code", '"a b".c'],
    "attr.http.method": ["GET", "POST"],
    "pii": ["email", "card", "any"],
    "kind": ["LLM", "llm"],
}


def values(field: str, typed: str) -> list[str]:
    return KNOWN.get(field, [])


def offers(marked: str) -> list[str]:
    """The whole text after each offer is taken."""
    cursor = marked.index("|")
    text = marked.replace("|", "")
    return [text[: c.start] + c.text + text[c.end :] for c in complete(text, cursor, values)]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("se|", ["session:", "service:"]),
        ("kind:llm se|", ["kind:llm session:", "kind:llm service:"]),
        ("-se|", ["-session:", "-service:"]),
        ("(se|)", ["(session:)", "(service:)"]),
        ("span(ki|", ["span(kind:"]),
        ("sp|", ["spans:", "span:", "span("]),
        ("a O|", ["a OR"]),
        ("se|x dur>1s", ["session: dur>1s", "service: dur>1s"]),
        ("service:a|", ["service:api", 'service:"api gateway"', 'service:"a..b"']),
        ("service:WORK|", ["service:worker"]),
        ('service:"api g|', ['service:"api gateway"']),
        ("service:odd|", ['service:"odd\\"one"']),
        ("model:mini|", ["model:gpt-4o-mini"]),
        ("model:claude,gpt|", ["model:claude,gpt-4o", "model:claude,gpt-4o-mini"]),
        ('service:"api, x",work|', ['service:"api, x",worker']),
        ("status:er|", ["status:error"]),
        ("level>=re|", ["level>=restricted"]),
        ("pii:|", ["pii:any", "pii:email", "pii:card"]),
        ("attr|", ["attr."]),
        ("attr.http|", ["attr.http.method:", "attr.http.status_code:"]),
        ("attr.http.method:|", ["attr.http.method:GET", "attr.http.method:POST"]),
        ("dur>|", []),
        ("nofield:x|", []),
        ('"quoted se|', []),
        ("/a se|", ["/a session:", "/a service:"]),
        ("/a b/ ki|", ["/a b/ kind:"]),
        ('"a (" ki|', ['"a (" kind:']),
        ("/re|", []),
        ("zzz|", []),
    ],
)
def test_offers(marked: str, expected: list[str]) -> None:
    assert offers(marked) == expected


def test_nothing_typed_offers_every_field_with_its_help() -> None:
    found = complete("", 0, values)
    assert {c.text for c in found} >= {"kind:", "attr.", "NOT", "span("}
    assert all(c.help for c in found)


def test_audit_offers_its_own_fields() -> None:
    texts = [c.text for c in complete("", 0, values, fields=AUDIT)]
    assert "actor:" in texts
    assert "span(" not in texts
    assert "kind:" not in texts


def test_offers_are_bounded() -> None:
    assert len(complete("user:", 5, lambda f, t: [str(n) for n in range(1000)])) == 50


def test_every_value_offered_can_be_parsed() -> None:
    odd = ["a b", "a,b", "(x)", "*", "-x", "/x/", "\\", '"', "x\ny", "1..2", "", "é"]
    for offer in complete("user:", 5, lambda f, t: odd):
        term = parse("user:" + offer.text)
        assert term.operands[0].plain in odd  # type: ignore[union-attr]


def test_any_cursor_in_any_text_is_fine() -> None:
    text = 'span(-service:"a \\" b",x OR attr."q.r".0:z) /a b/ \\'
    for n in range(-1, len(text) + 2):
        complete(text, n, values)
    with pytest.raises(QueryError):
        parse('"')
