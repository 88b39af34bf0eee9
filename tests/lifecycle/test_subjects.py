from __future__ import annotations

import json
from contextlib import closing

import pytest

from inspector.access.sealed import written
from inspector.errors import StoreError
from inspector.lifecycle.classes import Class
from inspector.lifecycle.subjects import findings, search
from inspector.stores import open_store
from tests.lifecycle.people import STORES, SUBJECTS, TRUTH, person


def editable(name):
    with closing(open_store(STORES / name)) as store:
        try:
            store.editor().close()
        except (StoreError, AttributeError):
            return False
        return True


EDITABLE = [name for name in TRUTH if "subjects" in TRUTH[name] and editable(name)]


@pytest.fixture(params=[(name, who) for name in EDITABLE for who in SUBJECTS], ids=lambda p: f"{p[0]} {p[1]}")
def case(request):
    name, who = request.param
    with closing(open_store(STORES / name)) as store, closing(store.editor()) as editor:
        yield search(editor, person(who).matcher()), TRUTH[name]["subjects"][who], name


def test_what_is_found_is_the_truth(case):
    found, truth, name = case
    if "traces" in truth:
        assert len(found.traces | {owner.trace_id for owner in found.links.values()}) == truth["traces"]
    outside = sum(len(t.records) for k, t in found.classes.items() if k is Class.SIDE)
    if name == "phoenix/phoenix.db":
        # The truth counts spans alone there; sessions, annotations and datasets hold copies beside them.
        assert len(found.spans) == truth["records"]
        assert outside == 7
    elif name == "llm/logs.db":
        # A row of text there may belong to several turns: the truth counts rows.
        assert len({(place.table, place.key) for place in found.cells}) == truth["records"]
    else:
        assert found.records == truth["records"]


def test_every_finding_has_a_field_and_an_owner():
    with closing(open_store(STORES / "otlp/genai_manual.otlp.jsonl")) as store:
        all_of = list(findings(store.editor(), person("S1").matcher()))
    assert {"attributes.user.id", "attributes.enduser.id", "links.attributes.why", "name"} <= {
        f.where for f in all_of
    }
    assert all(f.owner.trace_id and f.owner.span_id for f in all_of)


def test_a_token_in_somebody_elses_jwt_makes_their_trace_nobody_elses():
    with closing(open_store(STORES / "otlp/openinference.otlp.jsonl")) as store:
        found = search(store.editor(), person("S3").matcher())
    assert len(found.encoded) == 49
    assert found.traces.isdisjoint({owner.trace_id for owner in found.encoded.values()} - found.traces)
    assert len(found.traces) == 6


def test_a_sealed_value_is_unknown_in_the_span_that_holds_it(tmp_path):
    place = tmp_path / "a.otlp.jsonl"
    line = (STORES / "otlp/openinference.otlp.jsonl").read_bytes().splitlines(keepends=True)[0]
    shape = written(b"nobody opens this", "v")
    first = json.loads(line)
    span = first["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    other = {**span, "spanId": "00000000000000aa"}
    sealed = {"key": "sealed", "value": {"stringValue": json.dumps(shape)}}
    span["attributes"] = [*span["attributes"], sealed]
    first["resourceSpans"][0]["scopeSpans"][0]["spans"] = [span, other]
    place.write_text(json.dumps(first) + "\n")
    with closing(open_store(place)) as store, closing(store.editor()) as editor:
        found = search(editor, person("S1").matcher())
    assert found.unknown == 1
    assert found.classes[Class.UNKNOWN].spans == {(span["traceId"], span["spanId"])}
