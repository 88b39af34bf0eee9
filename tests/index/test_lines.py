"""Ranges of lines: nothing lost or doubled, wherever they are cut; the fast reader reads what others do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.index.block import Block
from inspector.index.column_index import ColumnIndex
from inspector.index.lines import LineReader
from inspector.index.otlp_fast import OtlpLines, Refused
from inspector.stores import open_store
from inspector.stores.formats.base import Record
from inspector.stores.formats.otlp import FORMAT
from tests.index.test_column_index import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.model import SpanHead


def read_in(path: Path, cut: int) -> ColumnIndex:
    index = ColumnIndex(label)
    fd = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(fd).st_size
        reader = LineReader(fd, FORMAT)
        for start in range(0, size, cut):
            index.absorb(reader.block(start, min(start + cut, size)))
    finally:
        os.close(fd)
    return index


def whole(path: Path) -> ColumnIndex:
    index = ColumnIndex(label)
    store = open_store(path)
    for batch in store.scan():
        index.feed(batch)
    store.close()
    return index


def assert_same(mine: ColumnIndex, theirs: ColumnIndex) -> None:
    assert mine.totals() == theirs.totals()
    for row in range(theirs.count):
        assert mine.facts(row) == theirs.facts(row)
        places = [{(p.start, p.end, p.path) for p in i.source(row)[1]} for i in (mine, theirs)]
        assert places[0] == places[1]


def otlp_files(stores: Path) -> Iterator[Path]:
    yield from sorted((stores / "otlp").glob("*.jsonl"))
    yield from sorted((stores / "langfuse").glob("*.otlp.jsonl"))


def test_ranges_cut_anywhere_hold_each_line_once(stores: Path) -> None:
    files = list(otlp_files(stores))
    assert len(files) >= 3
    for path in files:
        size = path.stat().st_size
        for cut in (size // 3 + 1, size // 7 + 1, 4096):
            assert_same(read_in(path, cut), whole(path))


def test_lines_odd_and_empty_and_unfinished(tmp_path: Path) -> None:
    span = {"traceId": "1" * 32, "spanId": "2" * 16, "name": "a", "startTimeUnixNano": "5"}
    line = orjson.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})
    path = tmp_path / "odd.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + line + b"\r\n\n  \nno json\n" + line + b"\n" + line[:-9])
    for cut in (1, 7, 10_000):
        index = read_in(path, cut)
        assert index.totals().spans == 2
        assert sum(n for _, _, n in index.problems()) == 2


ATTRIBUTES = st.sampled_from(
    [
        ("user.id", {"stringValue": "u1"}),
        ("user.id", {"intValue": "7"}),
        ("user.id", {"stringValue": ""}),
        ("enduser.id", {"stringValue": "u2"}),
        ("session.id", {"stringValue": "s"}),
        ("openinference.span.kind", {"stringValue": "LLM"}),
        ("openinference.span.kind", {"stringValue": "odd"}),
        ("gen_ai.tool.name", {"stringValue": "t"}),
        ("gen_ai.request.model", {"stringValue": "m"}),
        ("llm.model_name", {"stringValue": "n"}),
        ("llm.token_count.prompt", {"intValue": "3"}),
        ("llm.token_count.total", {"intValue": 9}),
        ("llm.token_count.total", {"doubleValue": "NaN"}),
        ("llm.cost.total", {"doubleValue": 0.5}),
        ("langfuse.observation.usage_details", {"stringValue": '{"input": 4}'}),
        ("langfuse.observation.cost_details", {"stringValue": '{"a": 1, "b": 2}'}),
        ("langfuse.observation.level", {"stringValue": "ERROR"}),
        ("tag.tags", {"arrayValue": {"values": [{"stringValue": "p"}]}}),
        ("deployment.environment", {"stringValue": "prod"}),
        ("other", {"kvlistValue": {"values": [{"key": "user.id", "value": {"stringValue": "no"}}]}}),
        ("text", {"stringValue": '"key":"user.id","value":{"stringValue":"no"} \U0001f600'}),
        ("user.id", None),
        ("user.id", "bare"),
    ]
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "traceId": st.sampled_from(
            ["a" * 32, "A" * 32, "0" * 32, "", "t1", "q6urq6urq6urq6urq6urqw==", None, 5]
        ),
        "spanId": st.sampled_from(["b" * 16, "B" * 16, "0" * 16, "", "s1", "+" + "1" * 15, "1_" * 8, None]),
        "parentSpanId": st.sampled_from(["c" * 16, "C" * 16, "0" * 16, "", "p", None]),
        "name": st.sampled_from(["n", "", "é\u2028", None, 3]),
        "kind": st.sampled_from([0, 1, 2, 9, "SPAN_KIND_SERVER", "1", 1.0, True, None]),
        "startTimeUnixNano": st.sampled_from(
            ["1763836180928447455", 1763836180928447455, "0", "", "2024-01-01T00:00:00Z", "-5", "007", 1.5]
        ),
        "endTimeUnixNano": st.sampled_from(["1763836180928447499", "9" * 19, "9" * 30, 0, None]),
        "status": st.sampled_from(
            [{}, {"code": 2}, {"code": "STATUS_CODE_OK"}, {"code": 1.0}, {"code": True}, None, 3]
        ),
        "attributes": st.lists(ATTRIBUTES.map(lambda kv: {"key": kv[0], "value": kv[1]}), max_size=5)
        | st.sampled_from([None, {"user.id": "u"}, [3]]),
        "trace_id": st.just("d" * 32),
        "start_time_unix_nano": st.just("3"),
    },
)  # fmt: skip
LINES = st.builds(
    lambda spans, resource: {"resourceSpans": [{**resource, "scopeSpans": [{"spans": spans}]}]},
    st.lists(FIELDS, min_size=1, max_size=4),
    st.sampled_from(
        [
            {},
            {"resource": None},
            {"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}},
            {"resource": {"attributes": [{"key": "user.id", "value": {"stringValue": "all"}}]}},
        ]
    ),
)


def by_columns(line: bytes) -> ColumnIndex | None:
    block = Block()
    try:
        OtlpLines(block).read(line, 0, 1)
    except Refused:
        assert not len(block.spans)
        return None
    block.finish()
    index = ColumnIndex(label)
    index.absorb(block)
    return index


def by_heads(line: bytes) -> tuple[ColumnIndex, list[SpanHead]]:
    from inspector.stores.heads import heads_in

    block = Block()
    heads = heads_in(FORMAT, Record(orjson.loads(line), 0, len(line), 1))
    for head in heads.spans:
        block.add_span(head)
    block.finish()
    index = ColumnIndex(label)
    index.absorb(block)
    return index, heads.spans


@settings(max_examples=200, deadline=None)
@given(LINES, st.booleans())
def test_the_fast_reader_refuses_a_line_or_reads_it_as_the_format_does(value: object, escaped: bool) -> None:
    import json

    line = json.dumps(value, separators=(",", ":")).encode() if escaped else orjson.dumps(value)
    fast = by_columns(line)
    if fast is not None:
        exact, _ = by_heads(line)
        assert_same(fast, exact)
        for name, column in exact.spans.columns():
            mine = getattr(fast.spans, name)
            same = [a == b or (a != a and b != b) for a, b in zip(mine, column, strict=True)]
            assert all(same) or name in ("group", "name", "session", "user", "way"), name


def test_it_takes_every_usual_line(stores: Path) -> None:
    taken = refused = 0
    for path in otlp_files(stores):
        for line in path.read_bytes().splitlines():
            if by_columns(line) is None:
                refused += 1
            else:
                taken += 1
    assert taken > 20 * refused


def test_half_a_surrogate_pair_is_left_to_the_exact_reader() -> None:
    usual = (
        b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"%s","spanId":"%s",'
        b'"attributes":[{"key":"k","value":{"stringValue":"%s"}}]}]}]}]}'
    )
    ids = b"1" * 32, b"2" * 16
    assert by_columns(usual % (*ids, rb"\ud83d\ude00 \\ud83d")) is not None
    assert by_columns(usual % (*ids, rb"\ud83d")) is None
    assert by_columns(usual % (*ids, rb"\ude00\ud83d")) is None
    assert by_columns(usual % (*ids, b"\xff")) is None
