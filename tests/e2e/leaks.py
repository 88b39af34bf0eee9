"""The planted values that no output may show, in every way that JSON and URLs write them."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_TRUTH_KINDS = {
    *("email", "email_in_json_string", "email_as_key", "email_in_error", "phone", "card", "ssn", "iban"),
    *("jwt_bearer", "jwt", "openai_key_attr", "openai_legacy", "openai_key", "pg_dsn", "aws_secret"),
    *("aws_key_id", "slack", "github_classic", "github_fine", "anthropic_key"),
}


def planted(stores: Path) -> list[str]:
    """Tokens of type email, phones written with + or separators, and secrets other than an IP address."""
    tokens = [json.loads(line) for line in (stores / "tokens.jsonl").open(encoding="utf-8")]
    return [
        t["token"]
        for t in tokens
        if t["type"] == "email"
        or (t["type"] == "phone" and not t["token"].isdecimal())
        or (t["role"] == "secret" and t["type"] != "ip")
    ]


def planted_in_tracecraft(stores: Path) -> list[str]:
    lines = (stores / "tracecraft" / "runs.truth.jsonl").open(encoding="utf-8")
    rows = (json.loads(line) for line in lines)
    return [
        r["value"]
        for r in rows
        if r["kind"] in _TRUTH_KINDS and not (r["kind"] == "phone" and r["value"].isdecimal())
    ]


def written(values: Iterable[str]) -> dict[str, str]:
    """Each way of writing a value, and the value."""
    return {way: value for value in values for way in _ways(value)}


def _ways(value: str) -> Iterator[str]:
    yield value
    for ascii_only in (True, False):
        once = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        yield once
        yield json.dumps(once, ensure_ascii=ascii_only)[1:-1]
    yield quote(value, safe="")
    yield quote(value)
    yield quote_plus(value)
    yield quote(value, safe="").lower()
    yield html.escape(value)


def found(text: str, ways: dict[str, str]) -> set[str]:
    return {way for way in ways if way in text}
