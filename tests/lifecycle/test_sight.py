"""A role with limits lets go what it sees, finds nothing else, and says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inspector.access.limits import Limit
from inspector.lifecycle import erasure, jobs, planning
from inspector.lifecycle.plan import Mode, Terms
from inspector.lifecycle.planning import of_person, query_plan
from inspector.lifecycle.sight import OUTSIDE, Sight
from inspector.lifecycle.subjects import search
from inspector.query import parse
from inspector.stores import open_store
from tests.lifecycle.acting import copied, desk_in
from tests.lifecycle.people import person

STORES = ["otlp/openinference.otlp.jsonl", "otlp/genai_manual.otlp.jsonl", "phoenix/phoenix.db"]
QUERY = "-kind:tool"


def limited_desk(tmp_path):
    return replace(desk_in(tmp_path), limit=Limit(parse(QUERY), ()))


def spans_of(path):
    store = open_store(path)
    try:
        return {(s.trace_id, s.span_id): s.kind.value for batch in store.scan() for s in batch.spans}
    finally:
        store.close()


def found_in(desk, path, who):
    with desk.editing(path) as (store, editor):
        return search(editor, person(who).matcher(), sight=desk.sight(store))


@pytest.mark.parametrize("name", STORES)
@pytest.mark.parametrize("mode", [Mode.DELETE, Mode.SPANS])
def test_an_erasure_reaches_what_the_role_sees_and_nothing_else(name, mode, tmp_path):
    path = copied(name, tmp_path)
    whole, desk = desk_in(tmp_path / "whole"), limited_desk(tmp_path)
    before, all_of_them = spans_of(path), found_in(whole, path, "S1")
    mine = found_in(desk, path, "S1")
    assert mine.spans < all_of_them.spans
    assert all(before[span] != "tool" for span in mine.spans)
    one = person("S1", desk.log.mark(person("S1").id))
    terms = Terms(mode)
    name_ = erasure.pseudonym("", one.id)
    plan = of_person(desk, path, one, terms, name_)
    assert OUTSIDE in plan.uncovered
    job = jobs.new_job(jobs.JobKind.ERASURE, desk.now(), [path])
    job.terms, job.person, job.mark = terms, one, one.mark
    erasure.perform(desk, job, planning.acting(desk, one, terms, name_, [plan]), {path.resolve(): plan.hash})
    assert job.state is jobs.JobState.COMPLETED
    after = spans_of(path)
    assert {span for span, kind in before.items() if kind == "tool"} <= after.keys()
    assert mine.spans.isdisjoint(after)
    assert not found_in(desk, path, "S1").spans
    assert found_in(whole, path, "S1").spans


@pytest.mark.parametrize("name", STORES)
def test_a_trace_that_is_seen_in_part_is_not_let_go(name, tmp_path):
    path = copied(name, tmp_path)
    desk = limited_desk(tmp_path)
    kinds = {}
    for (trace, _), kind in spans_of(path).items():
        kinds.setdefault(trace, set()).add(kind)
    with desk.editing(path) as (store, editor):
        plan = query_plan(desk, store, editor, "", Terms(), desk.now())
        sight = desk.sight(store)
    assert plan.edits.traces == {trace for trace, some in kinds.items() if "tool" not in some} == sight.whole
    assert OUTSIDE in plan.uncovered


def test_without_a_limit_everything_is_seen(tmp_path):
    path = copied(STORES[0], tmp_path)
    desk = desk_in(tmp_path)
    with desk.editing(path) as (store, _):
        assert desk.sight(store) is None
        every = Sight.of(store, Limit(parse(""), ()), desk.veil(path))
    assert every.spans == spans_of(path).keys()
