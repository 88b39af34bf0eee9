"""The packed index says what a simple one in dictionaries says, on every store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from inspector.errors import InspectorError
from inspector.index.block import Block
from inspector.index.column_index import ColumnIndex
from inspector.index.frames import from_frame, to_frame
from inspector.index.memory import MemoryIndex
from inspector.model import Batch, BytePlace, Kind, SpanHead, Status, Tokens, TraceHead
from inspector.redaction.result import Piece, RedactedText
from inspector.stores import open_store

if TYPE_CHECKING:
    from inspector.stores.base import Store


def label(field: str, text: str) -> RedactedText:
    return RedactedText((Piece(f"{field}:{text}"),)) if text else RedactedText(())


def stores_below(root: Path) -> list[Path]:
    return sorted(p for p in root.rglob("*") if p.is_file() and p.suffix not in (".md", ".txt"))


def opened(path: Path) -> Store | None:
    try:
        return open_store(path)
    except InspectorError:
        return None


def equal(simple: MemoryIndex, packed: ColumnIndex) -> None:
    assert packed.count == simple.traces
    assert packed.span_count == simple.spans
    assert packed.totals() == simple.totals()
    assert packed.problems() == simple.problems()
    for row in range(packed.count):
        mine, theirs = packed.facts(row), simple.facts(row)
        assert set(mine.tags) == set(theirs.tags)
        assert structs.replace(mine, tags=()) == structs.replace(theirs, tags=())
        assert packed.source(row)[0] == simple.source(row)[0]
        assert set(packed.source(row)[1]) == set(simple.source(row)[1])


@pytest.mark.parametrize("through_pipe", [False, True])
def test_every_store_gives_the_same_rows(stores: Path, through_pipe: bool) -> None:
    seen = 0
    for path in stores_below(stores):
        store = opened(path)
        if store is None:
            continue
        simple, packed = MemoryIndex(label), ColumnIndex(label)
        for batch in store.scan():
            simple.feed(batch)
            if through_pipe:
                block = Block()
                block.add(batch)
                block.finish()
                packed.absorb(from_frame(memoryview(b"".join(to_frame(block)))))
            else:
                packed.feed(batch)
        packed.pack()
        equal(simple, packed)
        store.close()
        seen += 1
    assert seen >= 25


IDS = st.sampled_from(["a" * 16, "b" * 16, "A" * 16, "c", "d e", "", "0" * 16])
TRACES = st.sampled_from(["1" * 32, "F" * 32, "t-1", "2" * 32])
TIMES = st.none() | st.integers(1, 9)
TEXTS = st.none() | st.sampled_from(["x", "y", "é"])
SPANS = st.builds(
    SpanHead,
    trace_id=TRACES,
    span_id=IDS,
    parent_id=st.none() | IDS,
    name=st.sampled_from(["", "n", "m"]),
    kind=st.sampled_from([Kind.LLM, Kind.TOOL]),
    kind_written=st.sampled_from(["", "LLM"]),
    start=TIMES,
    end=TIMES,
    status=st.sampled_from(list(Status)),
    place=st.builds(BytePlace, st.just(0), st.just(9), st.tuples(st.integers(0, 3)), st.just(1)),
    service=TEXTS,
    project=TEXTS,
    environment=TEXTS,
    session=TEXTS,
    user=TEXTS,
    model=TEXTS,
    tokens=st.none() | st.integers(-1, 5),
    cost=st.none() | st.sampled_from([0.0, 0.5, 2.0]),
    tags=st.lists(st.sampled_from(["p", "q"]), max_size=2).map(tuple),
)
HEADS = st.builds(
    TraceHead,
    trace_id=TRACES,
    name=TEXTS,
    start=TIMES,
    end=TIMES,
    status=st.none() | st.sampled_from(list(Status)),
    session=TEXTS,
    user=TEXTS,
    model=TEXTS,
    tokens=st.builds(Tokens, total=st.none() | st.integers(0, 4)),
    cost=st.none() | st.just(1.5),
    tags=st.lists(st.sampled_from(["q", "r"]), max_size=2).map(tuple),
    place=st.none() | st.just(BytePlace(0, 9, (), 1)),
)
BATCHES = st.lists(
    st.builds(Batch, spans=st.lists(SPANS, max_size=6), traces=st.lists(HEADS, max_size=2)), max_size=4
)


@settings(max_examples=300, deadline=None)
@given(BATCHES)
def test_any_batches_give_the_same_rows(batches: list[Batch]) -> None:
    simple, packed = MemoryIndex(label), ColumnIndex(label)
    for batch in batches:
        simple.feed(batch)
        packed.feed(batch)
    equal(simple, packed)
    packed.pack()
    for batch in batches:
        simple.feed(batch)
        packed.feed(batch)
    equal(simple, packed)


def test_an_id_is_found_by_its_beginning_alone_if_it_is_the_only_one() -> None:
    packed = ColumnIndex(lambda field, text: RedactedText((Piece(text),)))
    packed.feed(Batch(traces=[TraceHead(t) for t in ("abcd1", "abcd2", "ab" * 16, "xyzw1")]))
    assert packed.find("abcd2") == 1
    assert packed.find("abcd") is None
    assert packed.find("ab" * 16) == 2
    assert packed.find("abab") == 2
    assert packed.find("xyz") is None
    assert packed.find("xyzw") == 3


def test_a_hidden_id_is_not_found_by_what_it_hides() -> None:
    packed = ColumnIndex(lambda field, text: RedactedText((Piece("[REDACTED:email]", None),)))
    packed.feed(Batch(traces=[TraceHead("ada@example.com")]))
    assert packed.find("ada@example.com") is None
    assert packed.find("ada@") is None
    assert packed.find("[REDACTED:email]") == 0
