"""Editing JSON stores in place: what is told to go goes, and every other byte stays."""

from __future__ import annotations

import json

import pytest

from inspector.model import BytePlace
from inspector.stores import open_store
from inspector.stores.edits import Edits, Orphans, Rewrite, Unit
from tests.stores.editing import copy_of, edit, heads_of

OTLP = ("otlp/openinference.otlp.jsonl", "otlp/genai_manual.otlp.jsonl", "langfuse/langfuse_sdk.otlp.jsonl")


def lines(path):
    return path.read_bytes().split(b"\n")


@pytest.mark.parametrize("name", OTLP)
def test_a_dropped_trace_takes_its_spans_and_nothing_else(stores, tmp_path, name):
    path = copy_of(stores, name, tmp_path)
    before, old = heads_of(path), lines(path)
    gone = {trace for trace, _, _ in before[::40]}
    done = edit(path, Edits(traces=frozenset(gone)))
    after = heads_of(path)
    assert after == [head for head in before if head[0] not in gone]
    assert done.counts["span"] == len(before) - len(after)
    touched = [line for line in old if any(trace.encode() in line for trace in gone)]
    assert [line for line in lines(path) if line in old] == [line for line in old if line not in touched]
    for line in lines(path):
        if line:
            for resource in json.loads(line)["resourceSpans"]:
                assert all(scope["spans"] for scope in resource["scopeSpans"])
    assert not any(trace.encode() in path.read_bytes() for trace in gone)


def test_preview_says_what_carrying_out_does(stores, tmp_path):
    path = copy_of(stores, OTLP[1], tmp_path)
    size = path.stat().st_size
    gone = frozenset(trace for trace, _, _ in heads_of(path)[:3])
    store = open_store(path)
    preview = store.editor().preview(Edits(traces=gone))
    store.close()
    assert preview.refusals == [] and preview.disk_needed >= size
    assert edit(path, Edits(traces=gone)).counts == preview.counts


def test_children_of_a_dropped_span_get_its_parent(stores, tmp_path):
    path = copy_of(stores, OTLP[1], tmp_path)
    before = heads_of(path)
    middle = [h for h in before if h[2] and any(c[2] == h[1] and c[0] == h[0] for c in before)][:20]
    gone = {(trace, span) for trace, span, _ in middle}
    parents = {(trace, span): parent for trace, span, parent in before}

    def heir(trace, parent):
        while (trace, parent) in gone:
            parent = parents[trace, parent]
        return parent

    edit(path, Edits(spans=frozenset(gone)))
    expected = [(t, s, heir(t, p)) for t, s, p in before if (t, s) not in gone]
    assert heads_of(path) == expected


def test_children_go_too_when_told(stores, tmp_path):
    path = copy_of(stores, OTLP[1], tmp_path)
    before = heads_of(path)
    root = next(h for h in before if not h[2] and sum(c[0] == h[0] for c in before) > 5)
    edit(path, Edits(spans=frozenset({root[:2]}), orphans=Orphans.REMOVE))
    assert {h[0] for h in heads_of(path)} == {h[0] for h in before} - {root[0]}


def test_cells_and_owners_lead_to_the_span_that_names_a_person(stores, tmp_path):
    path = copy_of(stores, OTLP[1], tmp_path)
    store = open_store(path)
    editor = store.editor()
    found = list(editor.cells((b"USR_7F3A91C2D4",)))
    assert found and all(b"usr_7f3a91c2d4" in cell.content for cell in found)
    everything = list(editor.cells())
    assert [c for c in everything if b"usr_7f3a91c2d4" in c.content] == found
    cell = found[0]
    value = json.loads(cell.content)
    spans = value["resourceSpans"][0]["scopeSpans"][0]["spans"]
    way = ("resourceSpans", 0, "scopeSpans", 0, "spans", 1)
    (owner,) = editor.owners(cell, [(*way, "attributes", 0, "value", "stringValue"), (*way, "name")])
    assert (owner.unit, owner.trace_id, owner.span_id) == (Unit.SPAN, spans[1]["traceId"], spans[1]["spanId"])
    assert isinstance(owner.place, BytePlace) and owner.place.path == way
    shared = editor.owners(cell, [("resourceSpans", 0, "resource", "attributes", 0)])
    assert {o.span_id for o in shared} >= {span["spanId"] for span in spans}
    assert len(editor.owners(cell, [()])) == sum(
        len(s["spans"]) for r in value["resourceSpans"] for s in r["scopeSpans"]
    )
    store.close()


def test_records_and_rewrites_by_place(stores, tmp_path):
    path = copy_of(stores, OTLP[0], tmp_path)
    old = lines(path)

    def chosen(editor):
        cells = list(editor.cells())
        other = cells[2].content.replace(b"python", b"PYTHON")
        return Edits(records=(cells[0].place,), rewrites=(Rewrite(cells[2].place, cells[2].digest, other),))

    done = edit(path, chosen)
    assert done.counts == {"record": 1, "rewritten": 1}
    assert lines(path) == [old[1], old[2].replace(b"python", b"PYTHON"), *old[3:]]
