"""The record formats as users meet them: opened by content under any name, packed or not."""

import gzip
import json
import shutil

import pytest
import zstandard

from inspector.errors import NotAStore
from inspector.model import Status
from inspector.stores import open_store

# file: format, traces, spans
FILES = {
    "stores/openai_agents/traces.jsonl": ("openai-agents", 60, 639),
    "stores/langsmith/runs_merged.jsonl": ("langsmith", 40, 216),
    "stores/zipkin/zipkin_v2.jsonl": ("zipkin", 50, 100),
    "stores/jaeger/ui_01.json": ("jaeger", 1, 5),
    "stores/tracecraft/runs.jsonl": ("tracecraft-jsonl", 60, 723),
    "langfuse_export/observations_v2.jsonl": ("langfuse-export", 12, 36),
    "langfuse_export/legacy.jsonl": ("langfuse-export", 12, 36),
    "langfuse_export/api.json": ("langfuse-export", 12, 36),
}


def scanned(path):
    """Format, heads by trace, trace heads and problems of a store."""
    store = open_store(path)
    heads, traces, problems = {}, {}, []
    for batch in store.scan():
        problems += batch.problems
        for head in batch.spans:
            heads.setdefault(head.trace_id, []).append(head)
        for head in batch.traces:
            traces.setdefault(head.trace_id, []).append(head)
    return store, heads, traces, problems


@pytest.mark.parametrize("disguise", ["plain", "other.txt", "data.gz", "noname", "data.zst", "crlf"])
@pytest.mark.parametrize("name", FILES)
def test_known_by_content_under_any_name(stores, tmp_path, name, disguise):
    data = (stores.parent / name).read_bytes()
    if disguise == "data.gz":
        data = gzip.compress(data)
    elif disguise == "data.zst":
        data = zstandard.compress(data)
    elif disguise == "crlf":
        data = data.replace(b"\n", b"\r\n")
    path = tmp_path / disguise
    path.write_bytes(data)
    store, heads, traces, problems = scanned(path)
    form, count, spans = FILES[name]
    assert store.info.format.id == form
    assert (len(heads.keys() | traces.keys()), sum(map(len, heads.values()))) == (count, spans)
    assert problems == []
    store.close()


@pytest.mark.parametrize("name", FILES)
def test_a_loaded_trace_has_the_spans_of_its_heads(stores, name):
    store, heads, traces, _ = scanned(stores.parent / name)
    for trace_id, own in heads.items():
        trace = store.load(trace_id, [head.place for head in own])
        assert [s.span_id for s in trace.spans] == [head.span_id for head in own]
        assert sum(s.status is Status.ERROR for s in trace.spans) == sum(
            head.status is Status.ERROR for head in own
        )
        assert {s.user for s in trace.spans} <= {None, trace.head.user, *(head.user for head in own)}
    assert traces or "zipkin" in name or "langsmith" in name
    store.close()


def test_one_pretty_document_is_the_same_store(stores, tmp_path):
    lines = (stores / "zipkin" / "zipkin_v2.jsonl").read_text().splitlines()
    batches = [json.loads(line) for line in lines]
    nested, flat = tmp_path / "traces.json", tmp_path / "trace.json"
    nested.write_text(json.dumps(batches, indent=2))
    flat.write_text(json.dumps([span for batch in batches for span in batch], indent=1))
    for path in (nested, flat):
        store, heads, _, problems = scanned(path)
        assert (store.info.format.id, len(heads), problems) == ("zipkin", 50, [])
        own = heads[batches[0][0]["traceId"]]
        assert len(store.load(own[0].trace_id, [head.place for head in own]).spans) == 2
        store.close()


def test_the_user_of_a_trace_line_reaches_its_spans(stores):
    store, heads, _, _ = scanned(stores / "openai_agents" / "traces.jsonl")
    own = heads["trace_35db5386280f4c5687727d4e3bb78134"]
    trace = store.load(own[0].trace_id, [head.place for head in own])
    assert {s.user for s in trace.spans} == {trace.head.user} == {"usr_7f3a91c2d4"}
    store.close()


def test_scores_of_an_older_export_are_annotations(stores):
    store, heads, _, _ = scanned(stores.parent / "langfuse_export" / "legacy.jsonl")
    told = []
    for own in heads.values():
        trace = store.load(own[0].trace_id, [head.place for head in own])
        told += [a.name for s in trace.spans for a in s.annotations] + [a.name for a in trace.annotations]
    assert told == ["helpfulness"] * 4
    store.close()


def test_langsmith_patches_in_later_lines(stores, tmp_path):
    lines = (stores / "langsmith" / "runs_merged.jsonl").read_text().splitlines()
    runs = [json.loads(line) for line in lines]
    late = ("end_time", "outputs", "error")
    posts = [{key: value for key, value in run.items() if key not in late} for run in runs]
    patches = [{key: run.get(key) for key in ("id", "trace_id", "dotted_order", *late)} for run in runs]
    path = tmp_path / "bodies.jsonl"
    bodies = [
        {"post": posts[:100], "patch": []},
        {"post": posts[100:], "patch": patches[:50]},
        {"patch": patches[50:]},
    ]
    path.write_text("\n".join(map(json.dumps, bodies)))
    store, heads, _, problems = scanned(path)
    assert (len(heads), sum(map(len, heads.values())), problems) == (40, 216, [])
    spans = []
    for trace_id, own in heads.items():
        spans += store.load(trace_id, [head.place for head in own]).spans
    assert len(spans) == 216
    assert sum(s.status is Status.ERROR for s in spans) == sum(bool(run.get("error")) for run in runs) > 0
    assert all(s.end is not None for s in spans)
    store.close()


def test_a_jaeger_id_that_stands_twice_is_flagged_once(stores):
    store, heads, _, _ = scanned(stores / "jaeger" / "ui_01.json")
    [own] = heads.values()
    trace = store.load(own[0].trace_id, [head.place for head in own])
    assert [s.flags.count("duplicate span id") for s in trace.spans] == [1, 1, 0, 0, 0]
    assert trace.attributes[0].key == "warnings"
    store.close()


LOGS = {
    "structlog": {"event": "login", "level": "info", "timestamp": "2026-01-01T00:00:00Z", "trace_id": "a"},
    "nginx": {"time": "2026-01-01T00:00:00+00:00", "remote_addr": "192.0.2.1", "request": "GET / HTTP/1.1"},
    "bunyan": {"name": "a", "hostname": "h", "pid": 1, "level": 30, "msg": "x", "time": "2026-01-01", "v": 0},
    "chat": {"id": "a", "object": "chat.completion", "created": 1, "model": "m", "choices": [], "usage": {}},
    "datadog": {"message": "x", "dd": {"trace_id": "1", "span_id": "2"}, "level": "info"},
}


@pytest.mark.parametrize("name", LOGS)
def test_other_jsonl_is_no_store(tmp_path, name):
    path = tmp_path / "app.jsonl"
    path.write_text((json.dumps(LOGS[name]) + "\n") * 50)
    with pytest.raises(NotAStore):
        open_store(path)


def test_invoices_are_no_store(stores, tmp_path):
    path = shutil.copy(stores / "hostile" / "invoices.jsonl", tmp_path / "traces.jsonl")
    with pytest.raises(NotAStore):
        open_store(path)


@pytest.mark.parametrize(
    "name", ["openai_agents/traces.jsonl", "langsmith/runs_merged.jsonl", "zipkin/zipkin_v2.jsonl"]
)
def test_subject_fields_name_the_people_of_the_truth(stores, name):
    """Every trace that the truth counts for a person names them in a field made for it, and no other does."""
    truth = json.loads((stores / "truth.json").read_text())[name]["subjects"]
    tokens = [json.loads(line) for line in (stores / "tokens.jsonl").read_text().splitlines()]
    store, heads, _, _ = scanned(stores / name)
    named = {}
    for trace_id, own in heads.items():
        trace = store.load(trace_id, [head.place for head in own])
        named[trace_id] = {ref.id for span in trace.spans for ref in span.subjects}
    for person, told in truth.items():
        own_tokens = {token["token"] for token in tokens if token["owner"] == person}
        assert sum(bool(refs & own_tokens) for refs in named.values()) == told["traces"] > 0
    store.close()


def test_every_run_names_its_person_where_a_field_does(stores):
    lines = (stores / "tracecraft" / "runs.truth.jsonl").read_text(encoding="utf-8").splitlines()
    people = {planted["run_id"]: planted["subject"] for planted in map(json.loads, lines)}
    store, heads, _, _ = scanned(stores / "tracecraft" / "runs.jsonl")
    unnamed = []
    for run_id, person in people.items():
        trace = store.load(run_id, [head.place for head in heads[run_id]])
        if not all(person in {ref.id for ref in span.subjects} for span in trace.spans):
            unnamed.append(trace)
    # One run has no user and only a text as its input: no field names its person.
    assert [(t.head.user, type(t.input)) for t in unnamed] == [(None, str)]
    store.close()
