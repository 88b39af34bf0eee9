"""What each JSON format loses when a trace or a span goes, and what follows from it."""

from __future__ import annotations

import json

import pytest

from inspector.stores import format_infos, open_store
from inspector.stores.edits import Edits, Orphans
from tests.stores.editing import copy_of, edit, heads_of

STORES = (
    "otlp/openinference.otlp.jsonl",
    "otlp/genai_manual.otlp.jsonl",
    "openai_agents/traces.jsonl",
    "langsmith/runs_merged.jsonl",
    "zipkin/zipkin_v2.jsonl",
    "tracecraft/runs.jsonl",
    "jaeger/ui_01.json",
    "../langfuse_export/observations_v2.jsonl",
    "../langfuse_export/legacy.jsonl",
    "../langfuse_export/api.json",
)


def test_the_list_says_truly_which_formats_can_be_edited():
    said = {info.id: info.editable for info in format_infos() if info.container == "json"}
    assert [name for name, editable in said.items() if not editable] == ["otel-console"]


@pytest.mark.parametrize("name", STORES)
def test_traces_go_whole(stores, tmp_path, name):
    path = copy_of(stores, name, tmp_path)
    before = heads_of(path)
    ids = list(dict.fromkeys(trace for trace, _, _ in before))
    gone = frozenset(ids[::5])
    done = edit(path, Edits(traces=gone))
    text = path.read_bytes()
    assert not any(trace.encode() in text for trace in gone)
    assert heads_of(path) == [head for head in before if head[0] not in gone]
    assert done.counts["span"] == sum(head[0] in gone for head in before)
    if not name.endswith(".jsonl"):
        return
    old = (stores / name).read_bytes().split(b"\n")
    assert [line for line in old if not any(t.encode() in line for t in gone)] == [
        line for line in text.split(b"\n") if line in set(old)
    ]


@pytest.mark.parametrize("orphans", Orphans)
@pytest.mark.parametrize("name", STORES)
def test_spans_go_and_their_children_move_up_or_go_too(stores, tmp_path, name, orphans):
    path = copy_of(stores, name, tmp_path)
    before = heads_of(path)
    parents = {(trace, span): parent for trace, span, parent in before}
    chosen = {(trace, span) for trace, span, parent in before[::7] if parent is not None}
    chosen = chosen or {before[1][:2]}

    def gone(trace, span):
        seen = set()
        while span is not None and span not in seen:
            if (trace, span) in chosen:
                return True
            if orphans is Orphans.REPARENT:
                return False
            seen.add(span)
            span = parents.get((trace, span))
        return False

    def heir(trace, parent):
        while (trace, parent) in chosen:
            parent = parents[trace, parent]
        return parent

    edit(path, Edits(spans=frozenset(chosen), orphans=orphans))
    assert sorted(heads_of(path), key=str) == sorted(
        ((t, s, heir(t, p)) for t, s, p in before if not gone(t, s)), key=str
    )


def write(tmp_path, *values, name="store.jsonl"):
    path = tmp_path / name
    path.write_text("".join(json.dumps(value) + "\n" for value in values))
    return path


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_tracecraft_lifts_children_and_takes_off_what_the_run_adds_up(stores, tmp_path):
    path = copy_of(stores, "tracecraft/runs.jsonl", tmp_path)
    before = [run for run in read(path) if run["total_tokens"]]

    def steps(holder):
        return [step for child in holder for step in (child, *steps(child["children"]))]

    run = next(run for run in before if any(s["error"] for s in steps(run["steps"])))
    root = run["steps"][0]
    call = next(s for s in steps(run["steps"]) if s["input_tokens"])
    failed = next(s for s in steps(run["steps"]) if s["error"])
    gone = {root["id"], call["id"], failed["id"]}
    edit(path, Edits(spans=frozenset((run["id"], one) for one in gone)))
    (after,) = (one for one in read(path) if one["id"] == run["id"])
    left = [s for s in steps(run["steps"]) if s["id"] not in gone]
    assert [s["id"] for s in steps(after["steps"])] == [s["id"] for s in left]
    assert after["total_tokens"] == sum((s["input_tokens"] or 0) + (s["output_tokens"] or 0) for s in left)
    assert after["error_count"] == sum(s["error"] is not None for s in left)
    tops = [s["parent_id"] for s in after["steps"]]
    assert tops == [None] * len(tops) and len(tops) >= len(root["children"]) - 2


def test_otlp_logs_metrics_exemplars_and_links_follow_their_trace(tmp_path):
    a, b, s = "a" * 32, "b" * 32, "1" * 16

    def span(trace, **more):
        return {"traceId": trace, "spanId": s, "name": "n", "startTimeUnixNano": "1", **more}

    links = [{"traceId": a, "spanId": s}, {"traceId": b, "spanId": "2" * 16}]
    path = write(
        tmp_path,
        {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": [span(a)]}]}]},
        {"resourceSpans": [{"scopeSpans": [{"spans": [span(b, links=links)]}]}]},
        {
            "resourceLogs": [
                {
                    "scopeLogs": [
                        {"logRecords": [{"traceId": a, "body": {"stringValue": "x"}}]},
                        {"logRecords": [{"traceId": b}, {"traceId": a.upper(), "spanId": s}]},
                    ]
                }
            ]
        },
        {
            "resourceMetrics": [
                {
                    "scopeMetrics": [
                        {
                            "metrics": [
                                {"sum": {"dataPoints": [{"exemplars": [{"traceId": a}], "asInt": "1"}]}}
                            ]
                        }
                    ]
                }
            ]
        },
    )
    done = edit(path, Edits(traces=frozenset({a})))
    assert read(path) == [
        {"resourceSpans": [{"scopeSpans": [{"spans": [span(b, links=links[1:])]}]}]},
        {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"traceId": b}]}]}]},
        {
            "resourceMetrics": [
                {"scopeMetrics": [{"metrics": [{"sum": {"dataPoints": [{"exemplars": [], "asInt": "1"}]}}]}]}
            ]
        },
    ]
    assert done.counts == {"span": 1, "log": 2, "exemplar": 1, "mended": 1}


def test_otlp_ids_in_base64_are_found_and_parents_stay_in_base64(tmp_path):
    trace, root, middle, leaf = ("qqqqqqqqqqqqqqqqqqqqqg==", "AQEBAQEBAQE=", "AgICAgICAgI=", "AwMDAwMDAwM=")

    def span(own, above):
        return {"traceId": trace, "spanId": own, "parentSpanId": above, "startTimeUnixNano": "1"}

    spans = [span(root, ""), span(middle, root), span(leaf, middle)]
    path = write(tmp_path, {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})
    edit(path, Edits(spans=frozenset({("aa" * 16, "02" * 8)})))
    assert read(path)[0]["resourceSpans"][0]["scopeSpans"][0]["spans"] == [spans[0], span(leaf, root)]


def test_jaeger_takes_processes_and_references_along(tmp_path):
    a, b = "a" * 16, "b" * 16

    def span(trace, own, process, *refs):
        found = [{"refType": kind, "traceID": t, "spanID": s} for kind, t, s in refs]
        return {"traceID": trace, "spanID": own, "operationName": "o", "references": found,
                "processID": process, "startTime": 1, "duration": 1}  # fmt: skip

    one, two, three = "1" * 16, "2" * 16, "3" * 16
    processes = {"p1": {"serviceName": "x"}, "p2": {"serviceName": "y"}}
    first = {
        "traceID": a,
        "spans": [span(a, one, "p1"), span(a, two, "p2", ("CHILD_OF", a, one)),
                  span(a, three, "p1", ("CHILD_OF", a, two))],
        "processes": processes,
    }  # fmt: skip
    second = {
        "traceID": b,
        "spans": [span(b, one, "p1", ("FOLLOWS_FROM", a, two))],
        "processes": {"p1": {"serviceName": "z"}},
    }
    path = write(tmp_path, {"data": [first, second], "total": 0}, name="jaeger.json")
    edit(path, Edits(spans=frozenset({(a, two)})))
    (document,) = read(path)
    assert document["data"][0]["spans"] == [span(a, one, "p1"), span(a, three, "p1", ("CHILD_OF", a, one))]
    assert document["data"][0]["processes"] == {"p1": {"serviceName": "x"}}
    assert document["data"][1]["spans"][0]["references"] == []
    edit(path, Edits(spans=frozenset({(a, one), (a, three)})))
    assert [trace["traceID"] for trace in read(path)[0]["data"]] == [b]


def test_langsmith_batches_orders_totals_and_feedback(tmp_path):
    def run(own, above, order, kind="chain", tokens=0, **more):
        return {"id": own, "trace_id": "t", "parent_run_id": above, "dotted_order": order, "run_type": kind,
                "start_time": "2026-01-01T00:00:00Z", "inputs": {}, "total_tokens": tokens, **more}  # fmt: skip

    root = run("t", None, "1Zt", tokens=30)
    middle = run("m", "t", "1Zt.2Zm", tokens=30)
    one = run("c1", "m", "1Zt.2Zm.3Zc1", "llm", 10)
    two = run("c2", "m", "1Zt.2Zm.4Zc2", "llm", 20)
    other = run("u", None, "9Zu", trace_id="u")
    feedback = {"id": "f", "run_id": "c1", "key": "k", "score": 1}
    path = write(
        tmp_path,
        {
            "post": [root, middle, one, other],
            "patch": [{"id": "c1", "trace_id": "t", "dotted_order": "1Zt.3Zc1"}],
        },
        two,
        feedback,
    )
    edit(path, Edits(spans=frozenset({("t", "m"), ("t", "c1")})))
    root_after = {**root, "total_tokens": 20}
    two_after = {**two, "parent_run_id": "t", "dotted_order": "1Zt.4Zc2"}
    assert read(path) == [{"post": [root_after, other], "patch": []}, two_after]
    path = write(tmp_path, {"post": [root, one, other]}, two, feedback)
    edit(path, Edits(traces=frozenset({"t"})))
    assert read(path) == [{"post": [other]}]


def test_langfuse_traces_lose_their_rows_scores_and_costs(tmp_path):
    def row(own, above, cost):
        return {"id": own, "traceId": "t", "parentObservationId": above, "type": "SPAN", "level": "DEFAULT",
                "startTime": "2026-01-01T00:00:00Z", "totalCost": cost}  # fmt: skip

    trace = {"id": "t", "timestamp": "2026-01-01T00:00:00Z", "totalCost": 3.5, "observations": ["a", "b"],
             "scores": []}  # fmt: skip
    score = {"id": "s", "traceId": "t", "observationId": "b", "name": "n", "value": 1, "dataType": "NUMERIC"}
    path = write(tmp_path, row("a", None, 1.5), row("b", "a", 2.0), row("c", "b", 0), trace, score)
    edit(path, Edits(spans=frozenset({("t", "b")})))
    assert read(path) == [
        row("a", None, 1.5),
        row("c", "a", 0),
        {**trace, "totalCost": 1.5, "observations": ["a"]},
    ]
    edit(path, Edits(traces=frozenset({"t"})))
    assert path.read_bytes() == b""


def test_the_console_exporter_and_other_formats_without_edits_stay_read_only(tmp_path):
    from inspector.errors import StoreError

    span = {"name": "n", "context": {"trace_id": "0x" + "a" * 32, "span_id": "0x" + "b" * 16},
            "kind": "SpanKind.INTERNAL", "start_time": "2026-01-01T00:00:00Z", "status": {}}  # fmt: skip
    store = open_store(write(tmp_path, span))
    with pytest.raises(StoreError):
        store.editor()
    store.close()
