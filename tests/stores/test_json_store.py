"""JSON stores as the rest of the program meets them: counts, problems, traces loaded from their places."""

from __future__ import annotations

import gzip
import hashlib
import json
import time
from collections import Counter, defaultdict

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.errors import InspectorError, NotFound
from inspector.model import BytePlace, Status, head_of
from inspector.stores import json_store, open_store

OTLP = ("otlp/openinference.otlp.jsonl", "otlp/genai_manual.otlp.jsonl", "langfuse/langfuse_sdk.otlp.jsonl")
SAME = ("bom_utf8.jsonl", "crlf.jsonl", "garbage_middle.jsonl", "json_array.json", "no_final_newline.jsonl",
        "traces.jsonl.gz", "utf16le_bom.jsonl")  # fmt: skip


def scan(store):
    heads, problems, side = [], [], 0
    for batch in store.scan():
        heads += batch.spans
        problems += batch.problems
        side += batch.side
    return heads, problems, side


def batch(span):
    """A line of OTLP with one span, given as JSON text."""
    return '{"resourceSpans":[{"scopeSpans":[{"spans":[' + span + "]}]}]}\n"


def by_trace(heads):
    found = defaultdict(list)
    for head in heads:
        found[head.trace_id].append(head)
    return found


def own_count(path):
    """Spans, trace ids and errors of an OTLP file, by the plainest means."""
    spans, traces, errors = 0, set(), 0
    for line in path.read_text(encoding="utf-8").split("\n"):
        for resource in json.loads(line)["resourceSpans"] if line.strip() else ():
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    spans += 1
                    traces.add(span["traceId"])
                    errors += span.get("status", {}).get("code") == 2
    return spans, len(traces), errors


@pytest.mark.parametrize("name", OTLP)
def test_counts_are_the_truth(stores, name):
    truth = json.loads((stores / "truth.json").read_text())[name]
    heads, problems, side = scan(open_store(stores / name))
    assert (len(by_trace(heads)), len(heads)) == (truth["traces"], truth["spans"])
    errors = sum(head.status is Status.ERROR for head in heads)
    assert (len(heads), len(by_trace(heads)), errors) == own_count(stores / name)
    assert errors
    assert not problems
    assert side == 0


@pytest.mark.parametrize("name", OTLP)
@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_packed_copies_are_the_same(stores, name, pack, tmp_path):
    path = tmp_path / "any-name"
    path.write_bytes(pack((stores / name).read_bytes()))
    assert scan(open_store(path)) == scan(open_store(stores / name))


@pytest.mark.parametrize("name", OTLP)
def test_loading_gives_what_scanning_said(stores, name):
    store = open_store(stores / name)
    heads, _, _ = scan(store)
    data = (stores / name).read_bytes()
    for trace_id, wanted in by_trace(heads).items():
        trace = store.load(trace_id, [head.place for head in wanted])
        assert [head_of(span) for span in trace.spans] == wanted
        for span in trace.spans:
            value = json.loads(data[span.place.start : span.place.end])
            for step in span.place.path:
                value = value[step]
            assert value == span.raw
            assert value["name"] == span.name


@pytest.mark.parametrize("name", SAME)
def test_variants_of_one_file_hold_the_same_spans(stores, name):
    path = stores / "hostile" / name
    plain = scan(open_store(stores / "hostile" / "crlf.jsonl"))[0]
    store = open_store(path)
    heads, problems, _ = scan(store)
    key = Counter((h.trace_id, h.span_id, h.name, h.start, h.status) for h in heads)
    assert key == Counter((h.trace_id, h.span_id, h.name, h.start, h.status) for h in plain)
    assert len(heads) == 320
    assert [p.where for p in problems] == (["line 3, byte 81818"] if "garbage" in name else [])
    trace_id, wanted = next(iter(by_trace(heads).items()))
    loaded = store.load(trace_id, [head.place for head in wanted])
    assert [head_of(span) for span in loaded.spans] == wanted


@pytest.mark.parametrize("name", ["truncated_last_line.jsonl", "gz_truncated.jsonl.gz"])
def test_what_is_cut_off_gives_the_good_part(stores, name):
    heads, problems, _ = scan(open_store(stores / "hostile" / name))
    assert len(heads) == 256
    assert any("cut off" in p.what and p.where == "line 5, byte 163603" for p in problems)
    assert any("gzip" in p.what for p in problems) == name.endswith(".gz")


def test_odd_objects_of_a_file_are_named_and_the_rest_shown(stores):
    store = open_store(stores / "hostile" / "types.jsonl")
    heads, problems, side = scan(store)
    assert [h.name for h in heads] == ["t", "snake_case", "pre-0.19"]
    assert [p.where.split(",")[0] for p in problems] == ["line 8", "line 9", "line 10", "line 11"]
    assert side == 1
    (log,) = store.side_records()
    assert (log.kind, log.trace_id) == ("log", "1" * 32)
    trace = store.load("1" * 32, [h.place for h in heads if h.trace_id == "1" * 32])
    assert trace.side == (log,)


def test_spans_without_a_trace_get_one_each_and_keep_it(stores):
    store = open_store(stores / "hostile" / "weird_ids.jsonl")
    heads, _, _ = scan(store)
    alone = [h for h in heads if h.trace_id.startswith("untraced:")]
    assert [h.name for h in alone] == ["empty ids", "all zero", "", "no ids"]
    assert len(by_trace(heads)) == len(heads) == 10
    for head in alone:
        (span,) = store.load(head.trace_id, [head.place]).spans
        assert head_of(span) == head
        assert "no trace id" in span.flags


def test_duplicates_are_kept_and_flagged(stores):
    store = open_store(stores / "hostile" / "duplicate_ids.jsonl")
    heads = by_trace(scan(store)[0])
    twice = store.load("0" * 31 + "1", [h.place for h in heads["0" * 31 + "1"]])
    assert [s.name for s in twice.spans] == ["first", "second-same-ids"]
    assert all("duplicate span id" in s.flags for s in twice.spans)
    once = store.load("0" * 31 + "2", [h.place for h in heads["0" * 31 + "2"]])
    assert "duplicate span id" not in once.spans[0].flags


def test_repeated_keys_of_an_object_are_flagged(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text(batch('{"traceId":"a","spanId":"b","name":"a","name":"b"}'))
    store = open_store(path)
    (head,) = scan(store)[0]
    (loaded,) = store.load(head.trace_id, [head.place]).spans
    assert "repeated keys" in loaded.flags


def test_a_trace_that_is_gone_is_said_to_be(stores):
    store = open_store(stores / OTLP[0])
    with pytest.raises(NotFound):
        store.load("f" * 32, [])
    with pytest.raises(NotFound):
        store.load("f" * 32, [BytePlace(0, 50, ("resourceSpans", 0), 1)])


def test_a_store_that_shrinks_while_it_is_open(stores, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes((stores / OTLP[1]).read_bytes())
    store = open_store(path)
    heads = by_trace(scan(store)[0])
    path.write_bytes(b"")
    with pytest.raises(NotFound):
        store.load(next(iter(heads)), [h.place for h in heads[next(iter(heads))]])
    _, problems, _ = scan(store)
    assert any("changed" in p.what for p in problems)


def test_batches_come_early_and_say_how_far(stores, monkeypatch):
    store = open_store(stores / OTLP[1])
    batches = list(store.scan())
    assert len(batches[0].spans) <= 128
    assert [b.done for b in batches] == sorted(b.done for b in batches)
    assert batches[-1].done == store.info.bytes
    now = iter(range(10**9))
    monkeypatch.setattr(json_store.time, "monotonic", lambda: next(now))
    slow = list(store.scan())
    assert len(slow) == 16  # one a line when each takes long, and the last


def test_endless_garbage_is_counted_and_not_kept(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"resourceSpans":[]}\n' + b"garbage\n" * 5000)
    _, problems, _ = scan(open_store(path))
    assert len(problems) == json_store._PROBLEMS + 1
    assert sum(p.count for p in problems) == 5000


def test_opening_and_reading_change_nothing(stores, tmp_path):
    folder = tmp_path / "stores"
    folder.mkdir()
    for name in OTLP:
        (folder / name.replace("/", "-")).write_bytes((stores / name).read_bytes())

    def state():
        return {p.name: (hashlib.sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime_ns)
                for p in folder.iterdir()}  # fmt: skip

    before = state()
    for path in folder.iterdir():
        store = open_store(path)
        scan(store)
        list(store.side_records())
        store.close()
    assert state() == before


def test_a_bomb_is_stopped_and_named(tmp_path):
    path = tmp_path / "x.gz"
    line = b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"a"}]}]}]}\n'
    path.write_bytes(gzip.compress(line) + gzip.compress(b" " * (200 << 20)))
    start = time.monotonic()
    heads, problems, _ = scan(open_store(path))
    assert len(heads) == 1
    assert any("bomb" in p.what for p in problems)
    assert time.monotonic() - start < 60


def test_a_line_of_fifty_megabytes(tmp_path):
    path = tmp_path / "x.jsonl"
    with path.open("w") as file:
        for name in ("small", "x" * (50 << 20), "last"):
            file.write(batch(json.dumps({"traceId": "a", "spanId": "b", "name": name})))
    heads, problems, _ = scan(open_store(path))
    assert [len(h.name) for h in heads] == [5, 50 << 20, 4]
    assert not problems


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
WORDS = (
    "traceId spanId parentSpanId name kind startTimeUnixNano endTimeUnixNano status attributes events links"
)
TYPES = "stringValue intValue doubleValue arrayValue kvlistValue bytesValue boolValue"
ANY_VALUE = ODD | st.dictionaries(st.sampled_from(TYPES.split()), ODD)
PAIRS = st.lists(st.fixed_dictionaries({"key": ODD, "value": ANY_VALUE}), max_size=3)
SPAN = st.dictionaries(st.sampled_from(WORDS.split()), ODD | PAIRS)
SPANS = st.fixed_dictionaries({"scope": ODD, "spans": st.lists(ODD | SPAN, max_size=3)})
RESOURCE = st.fixed_dictionaries(
    {
        "resource": ODD | st.fixed_dictionaries({"attributes": ODD}),
        "scopeSpans": ODD | st.lists(ODD | SPANS, max_size=2),
    }
)
BATCH = st.fixed_dictionaries({"resourceSpans": ODD | st.lists(ODD | RESOURCE, max_size=2)})


@settings(max_examples=150, deadline=None)
@given(lines=st.lists(BATCH | ODD, max_size=4), rest=st.binary(max_size=40))
def test_nothing_in_a_file_crashes_scan_or_load(tmp_path_factory, lines, rest):
    path = tmp_path_factory.mktemp("fuzz") / "x.jsonl"
    text = b'{"resourceSpans":[]}\n' + b"".join(json.dumps(line).encode() + b"\n" for line in lines) + rest
    path.write_bytes(text)
    store = open_store(path)
    heads, _, _ = scan(store)
    for trace_id, wanted in by_trace(heads).items():
        trace = store.load(trace_id, [head.place for head in wanted])
        assert [repr(head_of(s)) for s in trace.spans] == [repr(h) for h in wanted]
        repr(trace).encode()
    assert len(list(store.side_records())) >= 0


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_file_opens_or_is_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("fuzz") / "x"
    path.write_bytes(data)
    try:
        scan(open_store(path))
    except InspectorError as error:
        assert error.what
        assert error.fix
