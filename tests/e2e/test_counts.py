"""`info` counts what truth.json, the README and the files themselves say."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.program import inside, run
from tests.e2e.samples import STORES

IN_README = {"tracecraft/runs.db": (60, 723), "tracecraft/runs.jsonl": (60, 723)}


def lines(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def otlp(path: Path) -> int:
    spans = [
        span
        for body in lines(path)
        for resource in body["resourceSpans"]  # type: ignore[attr-defined]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]
    return sum(span.get("status", {}).get("code") == 2 for span in spans)


def one(path: Path, sql: str) -> int:
    with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as db:
        return int(db.execute(sql).fetchone()[0])


def tracecraft(path: Path) -> int:
    def below(steps: list[dict[str, object]]) -> int:
        return sum((step["error"] is not None) + below(step["children"]) for step in steps)  # type: ignore[arg-type]

    return sum(below(run_["steps"]) for run_ in lines(path))  # type: ignore[arg-type]


def zipkin(path: Path) -> int:
    with path.open(encoding="utf-8") as file:
        return sum("error" in span.get("tags", {}) for line in file for span in json.loads(line))


def jaeger(path: Path) -> int:
    spans = json.loads(path.read_bytes())["spans"]
    return sum(any(t["key"] == "error" and t["value"] is True for t in span["tags"]) for span in spans)


ERRORS: dict[str, Callable[[Path], int]] = {
    "otlp/openinference.otlp.jsonl": otlp,
    "otlp/genai_manual.otlp.jsonl": otlp,
    "langfuse/langfuse_sdk.otlp.jsonl": lambda path: path.read_text().count('{"stringValue":"ERROR"}'),
    "phoenix/phoenix.db": lambda path: one(path, "select count(*) from spans where status_code = 'ERROR'"),
    "mlflow/mlflow.db": lambda path: one(path, "select count(*) from spans where status = 'ERROR'"),
    "llm/logs.db": lambda path: 0,
    "openai_agents/traces.jsonl": lambda path: sum(x.get("error") is not None for x in lines(path)),
    "langsmith/runs_merged.jsonl": lambda path: sum(bool(x.get("error")) for x in lines(path)),
    "zipkin/zipkin_v2.jsonl": zipkin,
    "jaeger/ui_01.json": jaeger,
    "tracecraft/runs.db": lambda path: one(path, "select count(*) from steps where error is not null"),
    "tracecraft/runs.jsonl": tracecraft,
}


@pytest.mark.parametrize("name", STORES)
def test_counts(name: str, stores: Path) -> None:
    path = stores / name
    done = run("info", str(path), "--json")
    assert done.returncode == 0, done.stderr
    info = json.loads(done.stdout)
    truth = json.loads((stores / "truth.json").read_text())
    if name in truth:
        expected = (truth[name]["traces"], truth[name]["spans"])
    else:
        expected = IN_README.get(name) or (1, len(json.loads(path.read_bytes())["spans"]))
    assert (info["traces"], info["spans"]) == expected
    assert info["errors"] == ERRORS[name](path)
    assert info["problems"] == []
    assert info["bytes"] == path.stat().st_size


@pytest.mark.parametrize("name", STORES)
def test_rows_and_traces_agree_with_the_counts(name: str, stores: Path) -> None:
    path = str(stores / name)
    rows = [json.loads(x) for x in inside("ls", path, "--json").stdout.splitlines()]
    info = json.loads(inside("info", path, "--json").stdout)
    assert len(rows) == info["traces"]
    assert sum(r["spans"] for r in rows) == info["spans"]
    assert sum(r["errors"] for r in rows) == info["errors"]
    assert min(r["start"] for r in rows) == info["oldest"]
    biggest = max(rows, key=lambda r: r["spans"])
    trace = json.loads(inside("show", path, biggest["trace_id"], "--json").stdout)
    assert len(trace["spans"]) == biggest["spans"]
    assert sum(s["status"] == "error" for s in trace["spans"]) == biggest["errors"]
