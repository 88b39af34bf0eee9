"""A span that keeps no messages tells what the model calls below it said, each message once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from inspector.cli.opening import open_stores
from inspector.model import Kind, Span
from inspector.redaction import Redactor
from inspector.session import Session
from inspector.session.conversation.retelling import retold
from inspector.session.veil import Veil
from inspector.view import Badge
from tests.session.fakes import Engine, span

SAMPLE = Path(__file__).parents[3] / "sample_traces" / "support_agent.otlp.jsonl"
USER = {"role": "user", "content": "how late is it?"}
ASKS = {
    "role": "assistant",
    "content": "",
    "tool_calls": [{"id": "c", "function": {"name": "clock", "arguments": "{}"}}],
}
TELLS = {"role": "tool", "tool_call_id": "c", "content": "noon"}
NOON = {"role": "assistant", "content": "noon"}
YES = {"role": "user", "content": "yes"}
OK = {"role": "assistant", "content": "ok"}


def call(start: int, sent: list[object], answer: object) -> Span:
    return span(
        id=f"s{start}",
        start=start,
        kind=Kind.LLM,
        input={"messages": sent},
        output={"choices": [{"message": answer}]},
    )


def told(*calls: Span) -> list[tuple[str, str]]:
    return [
        (str(m.role), "+".join(str(p.text) or str(p.name) for p in m.parts))
        for m in retold(calls, Veil(Engine()))
    ]


def test_histories_are_told_once() -> None:
    first = call(1, [USER], ASKS)
    second = call(2, [USER, ASKS, TELLS], NOON)
    assert told(second, first) == [
        ("user", "how late is it?"), ("assistant", "clock"), ("tool", "noon"), ("assistant", "noon"),
    ]  # fmt: skip


def test_what_is_said_twice_is_told_twice() -> None:
    first, second = call(1, [YES], OK), call(2, [YES, OK, YES], OK)
    assert told(first, second) == [("user", "yes"), ("assistant", "ok")] * 2


def test_another_agents_prompt_before_the_same_history() -> None:
    prompts = [{"role": "system", "content": f"you are {name}"} for name in "ab"]
    first, second = call(1, [prompts[0], USER], NOON), call(2, [prompts[1], USER, NOON, YES], OK)
    assert [text for _, text in told(first, second)] == [
        "you are a", "how late is it?", "noon", "you are b", "yes", "ok",
    ]  # fmt: skip


def test_the_root_of_a_sample_reads_as_one_conversation() -> None:
    session = Session(open_stores([str(SAMPLE)], (), ()), Redactor(), Badge("viewer", proved=False))
    with closing(session):
        session.scan(lambda progress: None, lambda: False)
        rows = session.rows()
        row = next(r for r in rows.page(0, rows.count) if r.spans == 13)
        root, *below = (session.span(row.key, node.index) for node in session.trace(row.key).nodes)
        assert root.input is None
        kinds = [(str(m.role), [p.kind for p in m.parts]) for m in root.conversation]
        assert kinds == [
            ("user", ["text"]),
            ("assistant", ["tool_call"]),
            ("tool", ["tool_result"]),
            ("assistant", ["tool_call"]),
            ("tool", ["tool_result"]),
            ("assistant", ["text"]),
        ]
        calls = [s for s in below if s.kind == "llm"]
        assert root.conversation[-1] == calls[-1].conversation[-1]
        assert "[REDACTED:name]" in "".join(str(p.text) for p in root.conversation[0].parts)
        assert [s.conversation for s in below if s.kind == "guardrail"] == [()]
