"""Which format takes which file: its own alone, by content, and no other log."""

import json

import pytest

from inspector.stores.formats import (
    jaeger,
    langfuse_export,
    langsmith,
    openai_agents,
    tracecraft_jsonl,
    zipkin,
)

FORMATS = [m.FORMAT for m in (openai_agents, langsmith, langfuse_export, zipkin, jaeger, tracecraft_jsonl)]
FILES = {
    "stores/openai_agents/traces.jsonl": "openai-agents",
    "stores/langsmith/runs_merged.jsonl": "langsmith",
    "stores/zipkin/zipkin_v2.jsonl": "zipkin",
    "stores/jaeger/ui_01.json": "jaeger",
    "stores/tracecraft/runs.jsonl": "tracecraft-jsonl",
    "langfuse_export/observations_v2.jsonl": "langfuse-export",
    "langfuse_export/legacy.jsonl": "langfuse-export",
    "langfuse_export/api.json": "langfuse-export",
    "stores/otlp/genai_manual.otlp.jsonl": None,
    "stores/langfuse/langfuse_sdk.otlp.jsonl": None,
    "stores/hostile/invoices.jsonl": None,
    "stores/tracecraft/runs.truth.jsonl": None,
    "stores/tokens.jsonl": None,
}


@pytest.mark.parametrize(("name", "own"), FILES.items())
def test_a_file_is_its_format_s_and_nobody_else_s(stores, records, name, own):
    samples = [r.value for r in records(stores.parent / name)[:20]]
    assert [f.info.id for f in FORMATS if f.score(samples) > 0] == ([own] if own else [])


# A line each as structlog, nginx (escape=json), bunyan, pino, ECS and Kubernetes audit logs write them.
LOGS = [
    {
        "event": "login",
        "level": "info",
        "timestamp": "2026-01-01T00:00:00Z",
        "user_id": "u1",
        "request_id": "r",
    },
    {
        "time": "2026-01-01T00:00:00+00:00",
        "remote_addr": "192.0.2.1",
        "request": "GET / HTTP/1.1",
        "status": 200,
    },
    {
        "name": "app",
        "hostname": "h",
        "pid": 1,
        "level": 30,
        "msg": "x",
        "time": "2026-01-01T00:00:00Z",
        "v": 0,
    },
    {
        "level": 30,
        "time": 1767225600000,
        "pid": 1,
        "hostname": "h",
        "traceId": "a",
        "spanId": "b",
        "msg": "x",
    },
    {
        "@timestamp": "2026-01-01T00:00:00Z",
        "log.level": "info",
        "trace.id": "a",
        "transaction.id": "b",
        "tags": [],
    },
    {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "auditID": "a",
        "stage": "x",
        "user": {},
        "annotations": {},
    },
    {"id": 1, "name": "a", "tags": ["x"], "kind": "invoice", "timestamp": 1, "duration": 2},
    {"id": "a", "object": "chat.completion", "created": 1, "model": "m", "choices": [], "usage": {}},
    {"id": "a", "type": "user", "start_time": "2026-01-01", "end_time": "2026-01-02", "steps": []},
    {"data": [{"id": 1, "name": "x"}], "meta": {}},
    {"post": [{"id": 1, "title": "x"}]},
    {"trace": "x", "observations": "y"},
]


@pytest.mark.parametrize("line", LOGS, ids=lambda line: next(iter(line)))
def test_other_logs_are_nobody_s(line):
    assert [f.info.id for f in FORMATS if f.score([line] * 20) > 0] == []


def test_a_few_foreign_lines_do_not_hide_a_format(stores, records):
    own = [r.value for r in records(stores / "openai_agents" / "traces.jsonl")[:3]]
    assert openai_agents.FORMAT.score([*LOGS, *own]) > 0


def test_batch_bodies_are_langsmith_s(stores):
    lines = (stores / "langsmith" / "runs_merged.jsonl").read_text().splitlines()
    runs = [json.loads(line) for line in lines[:4]]
    for body in ({"post": runs}, {"patch": runs}, {"post": runs, "patch": runs}):
        assert [f.info.id for f in FORMATS if f.score([body]) > 0] == ["langsmith"]
