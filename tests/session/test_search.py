"""Search against an independent recount: every span redacted whole, its plain runs looked through."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from inspector.errors import UsageError
from inspector.redaction import Redactor
from inspector.session import Session
from inspector.session.redactions import texts_of
from inspector.stores import open_store
from inspector.view import Badge, State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STORES = (
    "otlp/openinference.otlp.jsonl",
    "langfuse/langfuse_sdk.otlp.jsonl",
    "langsmith/runs_merged.jsonl",
    "openai_agents/traces.jsonl",
    "zipkin/zipkin_v2.jsonl",
    "jaeger/ui_01.json",
    "llm/logs.db",
    "phoenix/phoenix.db",
    "tracecraft/runs.db",
)
WORDS = (
    *(
        "agent",
        "tool",
        "chat",
        "gpt",
        "claude",
        "usr_",
        "session",
        "embedding",
        "error",
        "refund",
        "the",
        "user",
    ),
    *("CreateEmbeddings", "input.value", "acme", "python", "0.1", "@"),
    *("Grüße", "ü", "日本", "€", "ß", "strasse", '"role"', "{", "\\n"),
    *("email", "REDACTED", "credential", "ghp_", "4242"),
)


def opened(path: Path) -> Session:
    return Session([open_store(path)], Redactor(key=bytes(32)), Badge("viewer", False))


def everything(session: Session) -> Iterator[tuple[str, str, list[str]]]:
    """Trace id, span id and plain runs of every span, once all its neighbours' names are known."""
    session.scan(lambda p: None, lambda: False)
    rows = session.rows()
    keys = [row.key for at in range(0, rows.count, 100) for row in rows.page(at, 100)]
    for key in keys:
        session.trace(key)
    for key in keys:
        for node in session.trace(key).nodes:
            span = session.span(key, node.index)
            runs = [
                s.text
                for path, text in texts_of(span)
                if path != "span.kind_written"
                for s in text.segments
                if s.state is State.PLAIN
            ]
            yield str(span.trace_id), str(span.span_id), runs


def holds(runs: list[str], word: str) -> bool:
    if word != word.lower():
        return any(word in run for run in runs)
    return any(word.casefold() in run.casefold() for run in runs)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.mark.parametrize("name", STORES)
def test_counts_equal_a_recount_over_redacted_text(stores: Path, name: str) -> None:
    session = opened(stores / name)
    spans = list(everything(session))
    wrong = {}
    for word in (*WORDS, spans[0][0], spans[-1][1], spans[0][0][:9]):
        expected = sum(holds(runs, word) for _, _, runs in spans)
        found = session.count(quoted(word), lambda: False)
        if found != expected:
            wrong[word] = (found, expected)
    for one, other in (("model", "user"), ("gpt", "usr_"), ("python", "chat"), ("Create", "user")):
        expected = sum(holds(runs, one) and holds(runs, other) for _, _, runs in spans)
        found = session.count(f"{one} {other}", lambda: False)
        if found != expected:
            wrong[f"{one} {other}"] = (found, expected)
    assert not wrong


def test_what_is_hidden_is_never_found(stores: Path) -> None:
    tokens = [json.loads(line) for line in (stores / "tokens.jsonl").read_text().splitlines()]
    emails = [t["token"] for t in tokens if t.get("type") == "email"][:20]
    assert emails
    for name in ("otlp/openinference.otlp.jsonl", "langsmith/runs_merged.jsonl"):
        session = opened(stores / name)
        for email in emails:
            assert session.count(quoted(email), lambda: False) == 0


def test_fields_expressions_and_denials_narrow_a_search_down(stores: Path) -> None:
    session = opened(stores / "otlp/openinference.otlp.jsonl")
    session.scan(lambda p: None, lambda: False)
    never = lambda: False  # noqa: E731
    everywhere = session.count("/./", never)
    llm = session.count("kind:llm /./", never)
    assert 0 < llm < everywhere
    assert session.count("kind:llm /./", never) + session.count("-kind:llm /./", never) == everywhere
    assert session.count("user /us[e]r/", never) == session.count("user", never)
    with pytest.raises(UsageError):
        session.count("kind:llm AND (", never)


def test_hits_say_where_and_can_be_gone_to(stores: Path) -> None:
    session = opened(stores / "otlp/openinference.otlp.jsonl")
    before = list(session.search("CreateEmbeddings", lambda: False))
    assert before
    session.scan(lambda p: None, lambda: False)
    for hit in before:
        there = session.locate(hit)
        span = session.span(there.key, there.span)
        assert (str(span.trace_id), str(span.span_id)) == (str(hit.trace_id), str(hit.span_id))
        assert "CreateEmbeddings" in str(hit.snippet)


def test_capital_letters_make_case_count(stores: Path) -> None:
    session = opened(stores / "otlp/openinference.otlp.jsonl")
    assert session.count("createembeddings", lambda: False) > 0
    assert session.count("CREATEEMBEDDINGS", lambda: False) == 0
