"""No planted value in anything that is shown, over every store: lists, traces, spans, raw, conversations."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from inspector.cli.opening import open_stores
from inspector.cli.output import to_json
from inspector.redaction import Redactor
from inspector.reports.shapes import messages_json, row_json, span_json, trace_json
from inspector.session import Session
from inspector.view import Badge
from tests.cli.program import inside
from tests.e2e.leaks import found, planted, planted_in_tracecraft, written
from tests.e2e.samples import STORES

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTILE = ["hostile/traces.jsonl.gz", "hostile/terminal_escapes.jsonl", "hostile/types.jsonl"]


@cache
def ways(folder: Path, tracecraft: bool) -> dict[str, str]:
    return written(planted_in_tracecraft(folder) if tracecraft else planted(folder))


def shown(path: Path) -> Iterator[str]:
    """Everything a viewer can bring on the screen or into a pipe."""
    view = Session(open_stores([str(path)], (), ()), Redactor(), Badge("viewer", proved=False))
    view.scan(lambda progress: None, lambda: False)
    for row in view.rows().page(0, view.rows().count):
        trace = view.trace(row.key)
        yield to_json(row_json(row))
        yield to_json(trace_json(trace, ()))
        yield str(trace.raw)
        for node in trace.nodes:
            yield f"{node.name} {node.note} {node.span_id} {node.service}"
            span = view.span(row.key, node.index)
            yield to_json(span_json(span))
            yield to_json(messages_json(span.conversation))
            yield str(span.raw)
    view.close()


@pytest.mark.parametrize("name", STORES + HOSTILE)
def test_nothing_planted_is_shown(name: str, stores: Path) -> None:
    values = ways(stores, name.startswith("tracecraft"))
    leaks = {value for text in shown(stores / name) for value in found(text, values)}
    assert leaks == set()


def test_the_oracle_finds_what_is_there(stores: Path) -> None:
    """The same search over the stores as they lie: it must find, or it proves nothing."""
    for name in ("otlp/openinference.otlp.jsonl", "langsmith/runs_merged.jsonl", "zipkin/zipkin_v2.jsonl"):
        text = (stores / name).read_text(encoding="utf-8")
        assert len(found(text, ways(stores, False))) > 30
    text = (stores / "tracecraft/runs.jsonl").read_text(encoding="utf-8")
    assert len(found(text, ways(stores, True))) > 100


@pytest.mark.parametrize("name", ["openai_agents/traces.jsonl", "zipkin/zipkin_v2.jsonl", "llm/logs.db"])
def test_the_human_output_of_ls_and_show_holds_nothing_planted(name: str, stores: Path) -> None:
    path = str(stores / name)
    values = ways(stores, False)
    listed = inside("ls", path).stdout.decode()
    assert found(listed, values) == set()
    for line in inside("ls", path, "--json", "--limit", "4").stdout.splitlines():
        text = inside("show", path, json.loads(line)["trace_id"], "--raw").stdout.decode()
        assert text
        assert found(text, values) == set()
