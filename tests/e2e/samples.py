"""The real stores, by the names that truth.json gives them."""

from __future__ import annotations

STORES = [
    "otlp/openinference.otlp.jsonl",
    "otlp/genai_manual.otlp.jsonl",
    "phoenix/phoenix.db",
    "mlflow/mlflow.db",
    "llm/logs.db",
    "openai_agents/traces.jsonl",
    "langsmith/runs_merged.jsonl",
    "langfuse/langfuse_sdk.otlp.jsonl",
    "zipkin/zipkin_v2.jsonl",
    "jaeger/ui_01.json",
    "tracecraft/runs.db",
    "tracecraft/runs.jsonl",
]
