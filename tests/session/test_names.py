"""People whom any field of a store names are hidden wherever else they stand in it."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path

import pytest

from inspector.cli.opening import open_stores
from inspector.redaction import Redactor
from inspector.session import Session
from inspector.view import Badge
from tests.cli.program import inside


def stated_in_truth(stores: Path) -> set[str]:
    """The people of TraceCraft's store whom a tool's answer or a memory names in a field of its own."""
    lines = (stores / "tracecraft" / "runs.jsonl").read_text()
    truth = map(json.loads, (stores / "tracecraft" / "runs.truth.jsonl").read_text().splitlines())
    names = {entry["value"] for entry in truth if entry["kind"] == "name"}
    spelt = {name: re.escape(json.dumps(name)) for name in names}
    return {n for n, s in spelt.items() if re.search(rf'"(?:full_name|preferred_name)": ?{s}', lines)}


@pytest.mark.parametrize("store", ["runs.jsonl", "runs.db"])
def test_a_stated_name_stands_nowhere_in_a_store(stores: Path, store: str) -> None:
    names = stated_in_truth(stores)
    assert len(names) > 5
    path = str(stores / "tracecraft" / store)
    shown = inside("ls", path, "--json").stdout.decode()
    ids = [json.loads(line)["trace_id"] for line in shown.splitlines()]
    for trace_id in ids[::6]:
        shown += json.dumps(
            json.loads(inside("show", path, trace_id, "--json", "--raw", "--messages").stdout),
            ensure_ascii=False,
        )
    assert [name for name in names if name in shown] == []
    assert "[REDACTED:name]" in shown


@pytest.mark.parametrize("file", ["langfuse/langfuse_sdk.otlp.jsonl", "langsmith/runs_merged.jsonl"])
def test_a_name_of_one_trace_is_hidden_in_all_others(stores: Path, file: str) -> None:
    session = Session(open_stores([str(stores / file)], (), ()), Redactor(), Badge("viewer", proved=False))
    with closing(session):
        session.scan(lambda progress: None, lambda: False)
        assert session.progress().finished
        engine = session._stores[0].veil.engine
        assert isinstance(engine, Redactor)
        names = engine.known_names
        assert len(names) == 30
        rows = session.rows()
        for row in rows.page(0, rows.count):
            trace = session.trace(row.key)
            shown = str(trace.raw) + "".join(
                str(session.span(row.key, node.index).raw) for node in trace.nodes
            )
            assert not [name for name in names if name in shown]


def test_a_search_knows_all_names_before_its_first_hit(tmp_path: Path) -> None:
    store = tmp_path / "spans.otlp.jsonl"
    store.write_text("".join(_line(n, key, text) for n, (key, text) in enumerate(TEXTS)))
    assert inside("search", str(store), "Yolanda", "--count").stdout == b"0\n"
    assert inside("search", str(store), "asked", "--json").stdout.count(b"[REDACTED:name] asked") == 1


def test_labels_are_judged_again_once_a_name_is_known(tmp_path: Path) -> None:
    store = tmp_path / "spans.otlp.jsonl"
    store.write_text("".join(_line(n, key, text) for n, (key, text) in enumerate(TEXTS)))
    session = Session(open_stores([str(store)], (), ()), Redactor(), Badge("viewer", proved=False))
    with closing(session):
        opened = session._stores[0]
        opened.scan(lambda: None, lambda: False)
        assert {str(row.name) for row in session.rows().page(0, 9)} == {"ask", "Yolanda Prax asked"}
        opened.learn_names(lambda: False)
        assert {str(row.name) for row in session.rows().page(0, 9)} == {"ask", "[REDACTED:name] asked"}


TEXTS = (("note", "all is well"), ("user.name", "Yolanda Prax"))


def _line(number: int, key: str, text: str) -> str:
    span = {
        "traceId": f"{number + 1:032x}",
        "spanId": f"{number + 1:016x}",
        "name": "ask" if number else "Yolanda Prax asked",
        "startTimeUnixNano": str(10**18 + number),
        "endTimeUnixNano": str(10**18 + number + 5),
        "attributes": [{"key": key, "value": {"stringValue": text}}],
    }
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}) + "\n"
