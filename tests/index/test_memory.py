"""The in-memory index: roll-up, filter, order, ids."""

from __future__ import annotations

import pytest

from inspector.errors import UsageError
from inspector.index.memory import MemoryIndex
from inspector.model import Batch, Kind, Problem, Status, Tokens, TraceHead, head_of
from inspector.redaction.result import RedactedText
from tests.session.fakes import Engine, span

ENGINE = Engine()


def label(field: str, text: str) -> RedactedText:
    return ENGINE.text(text, (field,), "")


def filled(*batches: Batch) -> MemoryIndex:
    index = MemoryIndex(label)
    for batch in batches:
        index.feed(batch)
    return index


def test_children_may_come_before_their_root_and_in_other_batches() -> None:
    child = span(id="b", parent="a", name="child", start=1_500, end=9_000, status=Status.ERROR)
    root = span(id="a", name="root", kind=Kind.AGENT, start=1_000, end=2_000)
    facts = filled(Batch(spans=[head_of(child)]), Batch(spans=[head_of(root)])).facts(0)
    assert (str(facts.name), facts.kind, facts.start, facts.end) == ("root", "agent", 1_000, 9_000)
    assert (facts.spans, facts.errors, facts.status) == (2, 1, "ok")


def test_the_row_changes_when_more_comes() -> None:
    index = filled(Batch(spans=[head_of(span())]))
    assert index.facts(0).spans == 1
    index.feed(Batch(spans=[head_of(span(id="b", parent="a"))]))
    assert index.facts(0).spans == 2


def test_what_the_trace_says_of_itself_beats_its_spans() -> None:
    head = TraceHead("t1", name="own", user="u2", tokens=Tokens(total=7), cost=0.5, tags=("x",))
    one = span(user="u1", tokens=Tokens(1, 2), tags=("x", "y"), service="shop")
    facts = filled(Batch(traces=[head], spans=[head_of(one)])).facts(0)
    assert (str(facts.name), str(facts.user), str(facts.service)) == ("own", "u2", "shop")
    assert (facts.tokens, facts.cost) == (7, 0.5)
    assert [str(t) for t in facts.tags] == ["x", "y"]


def test_a_trace_without_spans_is_a_trace() -> None:
    index = filled(Batch(traces=[TraceHead("t9", start=5)]))
    assert index.totals().traces == 1
    assert index.facts(0).spans == 0
    assert index.facts(0).kind == "unknown"


def test_labels_of_spans_come_from_the_earliest_that_has_one() -> None:
    late, early = span(id="b", start=9, model="late"), span(id="a", start=3, model="early")
    assert str(filled(Batch(spans=[head_of(late), head_of(early)])).facts(0).model) == "early"


def test_labels_are_redacted_as_they_enter() -> None:
    index = filled(Batch(spans=[head_of(span(name="mail to a.b@example.org", user="c@example.org"))]))
    facts = index.facts(0)
    assert "example.org" not in "".join(str(t) for t in facts.labels)
    assert index.select(("example.org",), "start", True) == []


def test_a_placeholder_is_nothing_a_word_is_found_in() -> None:
    index = filled(Batch(spans=[head_of(span(name="mail to a.b@example.org"))]))
    assert index.select(("0123456789abcdef",), "start", True) == []
    assert [row for _, row in index.select(("mail",), "start", True)] == [0]


def test_all_words_must_be_found_but_in_any_label() -> None:
    index = filled(Batch(spans=[head_of(span(name="Checkout", user="u7", tags=("beta",)))]))
    assert len(index.select(("checkout", "u7", "bet"), "start", True)) == 1
    assert index.select(("checkout", "u8"), "start", True) == []


def test_newest_first_and_no_start_last_whatever_the_direction() -> None:
    spans = [span("t1", start=1), span("t2", start=None, end=None), span("t3", start=3), span("t4", start=1)]
    index = filled(Batch(spans=[head_of(s) for s in spans]))
    assert [row for _, row in index.select((), "start", True)] == [2, 0, 3, 1]
    assert [row for _, row in index.select((), "start", False)] == [0, 3, 2, 1]


@pytest.mark.parametrize("field", ["dur", "name", "errors", "spans", "tokens", "cost", "user", "tag", "age"])
def test_sorting_by_any_field_keeps_every_row(field: str) -> None:
    spans = [span(f"t{i}", name=f"n{i % 3}", cost=None if i % 2 else float(i)) for i in range(9)]
    index = filled(Batch(spans=[head_of(s) for s in spans]))
    assert sorted(row for _, row in index.select((), field, True)) == list(range(9))


def test_a_field_that_is_none_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        filled().select((), "durr", True)
    assert "dur" in caught.value.fix


def test_ids_are_found_whole_or_by_an_only_beginning() -> None:
    index = filled(Batch(spans=[head_of(span(t)) for t in ("abcd1", "abcd2", "xyzw1")]))
    assert index.find("abcd2") == 1
    assert index.find("abcd") is None
    assert index.find("xyzw") == 2
    assert index.find("xyz") is None
    assert index.find("nothing") is None


def test_totals_and_problems() -> None:
    index = filled(
        Batch(spans=[head_of(span(status=Status.ERROR))], side=3, problems=[Problem("line 2", "no JSON")]),
        Batch(spans=[head_of(span("t2", start=5))], problems=[Problem("line 2", "no JSON", 2)]),
    )
    totals = index.totals()
    assert (totals.traces, totals.spans, totals.errors, totals.side) == (2, 2, 1, 3)
    assert (totals.oldest, totals.newest) == (5, 1_000)
    assert index.problems() == (("line 2", "no JSON", 3),)


def test_spans_without_an_id_are_not_taken_for_copies() -> None:
    spans = [span(id="", tokens=Tokens(total=2)), span(id="", tokens=Tokens(total=3))]
    assert filled(Batch(spans=[head_of(s) for s in spans])).facts(0).tokens == 5
