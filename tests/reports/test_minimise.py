"""Leaving content out leaves structure, timings and cost, and nothing that a person or model wrote."""

from __future__ import annotations

import json

import pytest

from inspector.reports.chosen import ALL
from inspector.reports.minimise import Minimise, holds_input, paths
from inspector.view import ShownList, ShownMap, plain
from tests.reports.support import report
from tests.reports.test_csv import scanned
from tests.tui.fake import FakeView


@pytest.mark.parametrize("to", ["jsonl", "csv", "md", "html"])
def test_structure_alone_holds_nothing_that_was_said(to: str) -> None:
    view = scanned(FakeView(traces=2))
    full = report(view, to, ALL)
    bare = report(view, to, ALL, Minimise(fields=()))
    assert "The refund could not be issued" in full or to == "csv"
    for text in ("refund could not", "order 4410078213", "card_declined", "9f3a5c01"):
        assert text not in bare
    assert "chat gpt-4o" in bare


def test_only_named_fields_stay() -> None:
    view = scanned(FakeView(traces=1))
    all_keys = _keys(report(view, "jsonl"))
    wanted = sorted(all_keys)[0]
    assert _keys(report(view, "jsonl", ALL, Minimise(fields=paths(f'"{wanted}"')))) == {wanted}


def _keys(text: str) -> set[str]:
    return {
        a["key"] for line in text.splitlines() for s in json.loads(line)["spans"] for a in s["attributes"]
    }


def test_inputs_go_and_outputs_stay() -> None:
    view = scanned(FakeView(traces=1))
    text = report(view, "jsonl", ALL, Minimise(inputs=True))
    assert "never came" not in text
    assert "[EXCLUDED]" in text
    assert "The refund could not be issued" in text


@pytest.mark.parametrize(
    ("key", "holds"),
    [
        ("input.value", True),
        ("gen_ai.input.messages", True),
        ("gen_ai.prompt.0.content", True),
        ("llm.input_messages.0.message.content", True),
        ("gen_ai.tool.call.arguments", True),
        ("traceloop.entity.input", True),
        ("gen_ai.usage.input_tokens", False),
        ("llm.token_count.prompt", False),
        ("input.mime_type", False),
        ("output.value", False),
        ("http.method", False),
    ],
)
def test_which_keys_hold_inputs(key: str, holds: bool) -> None:
    assert holds_input(key) is holds


def test_names_are_found_in_json_in_a_text() -> None:
    held = plain('{"a": {"address": "x", "b": 1}, "l": [{"address": "y"}]}')
    made = Minimise(names=paths("address"))._value(held, ("input",), "attributes")
    assert json.loads(str(made)) == {
        "a": {"address": "[EXCLUDED]", "b": 1},
        "l": [{"address": "[EXCLUDED]"}],
    }


def test_fields_are_found_in_nested_values() -> None:
    held = ShownMap(
        (
            (plain("a"), ShownMap(((plain("keep"), 1), (plain("other"), plain("x"))))),
            (plain("l"), ShownList((ShownMap(((plain("keep"), 2),)), plain("y")))),
        )
    )
    made = Minimise(fields=paths("keep"))._value(held, ("k",), "attributes")
    assert made == ShownMap(
        (
            (plain("a"), ShownMap(((plain("keep"), 1),))),
            (plain("l"), ShownList((ShownMap(((plain("keep"), 2),)),))),
        )
    )
