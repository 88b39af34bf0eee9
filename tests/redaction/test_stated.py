"""Names found in stored bytes are those that reading the values finds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.redaction import Redactor
from inspector.redaction.names import usable

REDACTOR = Redactor()
PERSON = st.sampled_from(["Yolanda Prax", "Zoë Ümlaut", "田中 太郎", "Jan van der Berg", "Ottoline"])
KEY = st.sampled_from(["full_name", "lastName", "customer-name", "user.name", "name", "title", "agent_name"])
BESIDE = st.dictionaries(st.sampled_from(["email", "phone", "id", "text", "name"]), PERSON, max_size=2)


def person(key: str, name: str, beside: dict[str, str]) -> dict[str, object]:
    return {**beside, key: name, "after": {"x": [1, {"y": "}"}]}}


VALUES = st.builds(person, KEY, PERSON, BESIDE)


@given(VALUES, st.integers(0, 2), st.booleans(), st.sampled_from([None, (",", ":")]))
def test_any_object_at_any_depth(
    value: object, depth: int, plain: bool, separators: tuple[str, str] | None
) -> None:
    expected = REDACTOR.names(value)  # type: ignore[arg-type]  # it is JSON
    for _ in range(depth):
        value = {"body": json.dumps(value, ensure_ascii=plain, separators=separators)}
    written = json.dumps(value, ensure_ascii=plain, separators=separators).encode()
    assert REDACTOR.stated([b'{"a": "b"}\n' + written + b"\n"]) == expected
    assert all(map(usable, expected))


@pytest.mark.parametrize("separators", [None, (",", ":")])
def test_keys_and_values_in_a_list(separators: tuple[str, str] | None) -> None:
    pairs = [
        ("user.name", "Yolanda Prax"),
        ("name", "Nobody Here"),
        ("x.name", "Jan Berg"),
        ("x.email", "a@b.example"),
    ]
    listed = [{"key": k, "value": {"stringValue": v}} for k, v in pairs]
    assert REDACTOR.stated([json.dumps(listed, separators=separators).encode()]) == {
        "Yolanda Prax",
        "Jan Berg",
    }
    jaeger = [{"key": k, "type": "string", "value": v} for k, v in pairs]
    assert REDACTOR.stated([json.dumps(jaeger, separators=separators).encode()]) == {
        "Yolanda Prax",
        "Jan Berg",
    }


def test_a_name_under_user_and_one_under_tool() -> None:
    value = {"user": {"name": "Yolanda Prax"}, "tool": {"name": "Look Up"}}
    assert REDACTOR.stated([json.dumps(value).encode()]) == REDACTOR.names(value) == {"Yolanda Prax"}


@pytest.mark.parametrize(
    "file",
    ["langfuse/langfuse_sdk.otlp.jsonl", "langsmith/runs_merged.jsonl", "openai_agents/traces.jsonl",
     "otlp/genai_manual.otlp.jsonl", "otlp/openinference.otlp.jsonl", "tracecraft/runs.jsonl"],
)  # fmt: skip
def test_whole_stores_state_the_same_names_in_bytes(stores: Path, file: str) -> None:
    data = (stores / file).read_bytes()
    exact: set[str] = set()
    for line in data.splitlines()[:150]:
        exact |= REDACTOR.names(json.loads(line))
    assert REDACTOR.stated([b"\n".join(data.splitlines()[:150])]) == exact
