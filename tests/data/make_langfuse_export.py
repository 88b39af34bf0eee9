"""Writes tests/data/langfuse_export/ from the spans a real Langfuse SDK sent (stores/langfuse).

There is no Langfuse server here to export from, so the rows follow what it publishes: the field reference of
its blob storage export (`observations_v2/`, `observations/`, `traces/`, `scores/`; snake_case, times as
`YYYY-MM-DD HH:MM:SS.ffffff` UTC, input and output as strings, no parent as "" or null) and, for the camelCase
of API and UI, the models of the `langfuse` package, which check and write those rows.

    python -m venv venv && venv/bin/pip install langfuse==5.0.4
    venv/bin/python tests/data/make_langfuse_export.py
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from langfuse.api.commons.types.observation_v2 import ObservationV2

HERE = Path(__file__).parent
PROJECT = "cm9z0example0project"
TRACES = 12


def plain(value: dict[str, Any]) -> Any:
    (kind, inner), *_ = value.items()
    return [plain(item) for item in inner["values"]] if kind == "arrayValue" else inner


def when(ns: int) -> str:
    return datetime.fromtimestamp(ns // 1000 / 1e6, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def spans() -> list[dict[str, Any]]:
    found = []
    for line in (HERE / "stores/langfuse/langfuse_sdk.otlp.jsonl").read_text().splitlines():
        for resource in json.loads(line)["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                found += scope["spans"]
    kept = list(dict.fromkeys(span["traceId"] for span in found))[:TRACES]
    return [span for span in found if span["traceId"] in kept]


def enriched(span: dict[str, Any]) -> dict[str, Any]:
    """One row of `observations_v2/`."""
    given = {a["key"]: plain(a["value"]) for a in span["attributes"]}
    start, end = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
    usage = json.loads(given.get("langfuse.observation.usage_details", "{}"))
    total = sum(usage.values())
    cost = {"input": usage["input"] * 2.5e-6, "output": usage["output"] * 1e-5} if usage else {}
    email = json.loads(given["langfuse.trace.metadata.email"])
    return {
        "id": span["spanId"],
        "trace_id": span["traceId"],
        "project_id": PROJECT,
        "environment": "production",
        "type": given["langfuse.observation.type"].upper(),
        "parent_observation_id": span.get("parentSpanId", ""),
        "start_time": when(start),
        "end_time": when(end),
        "name": span["name"],
        "metadata": {"email": email},
        "level": given.get("langfuse.observation.level", "DEFAULT"),
        "status_message": given.get("langfuse.observation.status_message", ""),
        "version": "",
        "input": given.get("langfuse.observation.input", ""),
        "output": given.get("langfuse.observation.output", ""),
        "provided_model_name": given.get("langfuse.observation.model.name", ""),
        "model_parameters": '{"temperature":0.7}' if usage else "",
        "usage_details": usage | {"total": total} if usage else {},
        "cost_details": cost | {"total": sum(cost.values())} if cost else {},
        "completion_start_time": None,
        "prompt_name": "",
        "prompt_version": None,
        "total_cost": round(sum(cost.values()), 9),
        "latency": round((end - start) / 1e9, 3),
        "time_to_first_token": None,
        "model_id": "",
        "created_at": when(end),
        "updated_at": when(end),
        "tool_calls": [],
        "tool_call_names": [],
        "tool_definitions": {},
        "user_id": given["user.id"],
        "session_id": given["session.id"],
        "trace_name": "support-turn",
        "tags": given["langfuse.trace.tags"],
        "release": "",
        "bookmarked": False,
        "public": False,
    }


ON_TRACES = ("user_id", "session_id", "trace_name", "tags", "release", "bookmarked", "public")


def legacy(row: dict[str, Any]) -> dict[str, Any]:
    """The same observation in `observations/`: nothing of its trace, null where the other has ""."""
    return {key: None if value == "" else value for key, value in row.items() if key not in ON_TRACES}


def trace_row(row: dict[str, Any]) -> dict[str, Any]:
    """The row of `traces/` for a root observation."""
    return {
        "id": row["trace_id"],
        "timestamp": row["start_time"],
        "name": row["trace_name"],
        "environment": row["environment"],
        "project_id": row["project_id"],
        "metadata": row["metadata"],
        "user_id": row["user_id"],
        "session_id": row["session_id"],
        "release": None,
        "version": None,
        "public": False,
        "bookmarked": False,
        "tags": row["tags"],
        "input": row["input"],
        "output": row["output"] or None,
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def score_row(number: int, row: dict[str, Any]) -> dict[str, Any]:
    """A row of `scores/`: every other one judges the observation, the others its trace."""
    return {
        "id": f"score-{number}",
        "timestamp": row["end_time"],
        "project_id": PROJECT,
        "environment": row["environment"],
        "trace_id": row["trace_id"],
        "observation_id": row["id"] if number % 2 else None,
        "session_id": None,
        "dataset_run_id": None,
        "name": "helpfulness",
        "value": number / 10,
        "source": "EVAL",
        "comment": f"answers {row['metadata']['email']}",
        "data_type": "NUMERIC",
        "string_value": None,
        "created_at": row["end_time"],
        "updated_at": row["end_time"],
    }


def as_api(row: dict[str, Any]) -> dict[str, Any]:
    """The row as `GET /api/public/v2/observations` answers it, checked by the package's own model."""
    model = row["provided_model_name"]
    times = {
        key: row[key].replace(" ", "T") + "+00:00"
        for key in ("start_time", "end_time", "created_at", "updated_at")
    }
    parent = row["parent_observation_id"] or None
    checked = ObservationV2(
        **{**row, **times, "model": model or None, "parent_observation_id": parent, "model_parameters": None}
    )
    # What the model doesn't know it passes on as it was: those names have underscores.
    return {key: value for key, value in json.loads(checked.json()).items() if "_" not in key}


def write(name: str, rows: list[dict[str, Any]]) -> None:
    lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows]
    (HERE / "langfuse_export" / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    (HERE / "langfuse_export").mkdir(exist_ok=True)
    rows = [enriched(span) for span in spans()]
    write("observations_v2.jsonl", rows)
    roots = [row for row in rows if not row["parent_observation_id"]]
    scores = [score_row(number, row) for number, row in enumerate(roots[:4], 1)]
    write("legacy.jsonl", [*map(legacy, rows), *scores, *map(trace_row, roots)])
    api = json.dumps([as_api(row) for row in rows], ensure_ascii=False, indent=1)
    (HERE / "langfuse_export" / "api.json").write_text(api + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
