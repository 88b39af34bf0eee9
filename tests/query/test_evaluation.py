"""What a query selects: the sentences of the language, a case each."""

from __future__ import annotations

import pytest

from inspector.query import ALL, AUDIT, Matcher, evaluate, matches_span, parse

from .facts import DAY, NOW, FakeTrace, span, trace

LLM_OK = span("llm", "ok", "hello there", model="gpt-4o", dur=2 * 10**9, tokens=50, cost=0.01, name="chat")
LLM_BAD = span("llm", "error", "rate limit", model="gpt-4o-mini", dur=5 * 10**8, tokens=9, name="retry")
TOOL_BAD = span("tool", "error", "timeout of tool", dur=10**9, name="search")
TOOL_OK = span("tool", "ok", "found it", dur=10**9, name="search")


def selects(query: str, what: FakeTrace) -> bool:
    return evaluate(parse(query), what, now=NOW)


@pytest.mark.parametrize(
    ("query", "spans", "selected"),
    [
        # the empty query is all
        ("", [], True),
        ("", [TOOL_OK], True),
        # terms beside each other: one and the same span
        ("kind:llm status:error", [LLM_BAD], True),
        ("kind:llm status:error", [LLM_OK, TOOL_BAD], False),
        ("kind:llm AND status:error", [LLM_OK, TOOL_BAD], False),
        ("(kind:llm) (status:error)", [LLM_OK, TOOL_BAD], False),
        ("kind:llm rate", [LLM_BAD], True),
        ("kind:llm timeout", [LLM_OK, TOOL_BAD], False),
        ("rate limit", [LLM_BAD], True),
        ("rate timeout", [LLM_BAD, TOOL_BAD], False),
        # OR distributes
        ("kind:llm (status:error OR model:gpt-4o)", [LLM_OK], True),
        ("kind:llm (status:error OR text:found)", [LLM_OK, TOOL_BAD], False),
        ("kind:llm OR kind:tool", [TOOL_OK], True),
        ("kind:agent OR kind:tool status:error", [TOOL_OK], False),
        # NOT binds tightest, and means no span of the trace
        ("-kind:tool", [LLM_OK], True),
        ("-kind:tool", [LLM_OK, TOOL_OK], False),
        ("-kind:tool", [], True),
        ("NOT kind:tool", [LLM_OK, TOOL_OK], False),
        ("kind:llm -status:error", [LLM_OK, TOOL_BAD], False),
        ("kind:llm -status:error", [LLM_OK, TOOL_OK], True),
        ("-(kind:llm status:error)", [LLM_OK, TOOL_BAD], True),
        ("-(kind:llm status:error)", [LLM_BAD], False),
        ("-kind:tool OR kind:tool", [TOOL_OK], True),
        ("--kind:tool", [TOOL_OK], True),
        ("-timeout", [TOOL_BAD, LLM_OK], False),
        # span(...) groups for one span
        ("span(kind:llm status:error) span(kind:tool)", [LLM_BAD, TOOL_OK], True),
        ("span(kind:llm status:error) span(kind:tool)", [LLM_OK, TOOL_BAD], False),
        ("span(kind:llm) span(status:error)", [LLM_OK, TOOL_BAD], True),
        ("span(kind:tool -status:error)", [TOOL_OK, TOOL_BAD], True),
        ("span(kind:tool -status:error)", [TOOL_BAD], False),
        ("span(-kind:llm)", [], False),
        ("-span(kind:tool status:error)", [TOOL_OK, LLM_BAD], True),
        ("kind:llm span(kind:tool)", [LLM_OK, TOOL_OK], True),
        # a field of both is the trace's, and the span's inside span(...)
        ("span(dur>1s)", [LLM_OK], True),
        ("span(dur>1s kind:tool)", [LLM_OK, TOOL_OK], False),
        ("span(tokens:50 cost<=0.01)", [LLM_OK], True),
        ("span(name:chat)", [LLM_OK], True),
        ("name:chat", [LLM_OK], False),
        ("dur>1s", [LLM_OK], False),
    ],
)
def test_spans(query: str, spans: list, selected: bool) -> None:
    assert selects(query, trace(*spans)) is selected


T = trace(
    LLM_OK,
    TOOL_BAD,
    text="checkout abc123",
    trace="ABC123",
    name="Checkout flow",
    start=NOW - 61 * DAY,
    dur=3 * 10**9,
    errors=1,
    spans=2,
    tokens=1200,
    cost=0.25,
    session="s-1",
    user="u-7",
    project="shop",
    environment="production",
    service=("api", "worker"),
    tag=("prod", "Beta Test"),
    store="traces.db",
)


@pytest.mark.parametrize(
    ("query", "selected"),
    [
        ("trace:abc123", True),
        ("name:checkout", False),
        ("name:checkout*", True),
        ("name:*FLOW", True),
        ("name:c*f*w", True),
        ('name:"checkout flow"', True),
        ('name:"checkout*"', False),
        ("name:checkout\\ fl*", True),
        ("name=checkout*", False),
        ("name:/^check.*w$/", True),
        ("name:/(?-i)^check/", False),
        ("service:worker", True),
        ("service:db,api", True),
        ("-service:db", True),
        ("-service:worker", False),
        ('tag:"beta test"', True),
        ("tag:prod tag:beta*", True),
        ("environment:production user:u-7 project:shop store:*.db session:s-*", True),
        ("errors>0 spans:2 tokens>=1200 cost<0.3", True),
        ("spans:1,2", True),
        ("spans:1..2", False),
        ("spans:2..3", True),
        ("spans:..2", False),
        ("spans:2..", True),
        ("tokens:1e3..1.5e3", True),
        ("tokens<=1199", False),
        ("dur>2s", True),
        ("dur<=3s", True),
        ("dur:3000ms", True),
        ("dur:1s..3s", False),
        ("age>60d", True),
        ("age>61d", False),
        ("age>=61d", True),
        ("age:8w..9w", True),
        ("age<1y", True),
        ("-age>60d", False),
        # start is 2024-01-08T16:00Z
        ("start:2024-01-01..2024-02-01", True),
        ("start:2024", True),
        ("start:2024-01", True),
        ("start:2024-01-08", True),
        ("start:2024-01-08T16:00", True),
        ("start:2024-01-08T18:00+02:00", True),
        ("start:2024-01-08T16:00:00.000000001", False),
        ("start:2023..2024", False),
        ("start<2024-01-08", False),
        ("start<=2024-01-08", True),
        ("start>2024-01-08", False),
        ("start>=2024-01-08", True),
        ('start:"2024-01-08 16:00"', True),
        ("start:2024-01-07,2024-01-08", True),
        # words: the trace's own text counts for each of its spans
        ("checkout", True),
        ("CHECKOUT kind:llm", True),
        ("checkout timeout", True),
        ("hello timeout", False),
        ('"hello there"', True),
        ('"there hello"', False),
        ("hel*ere", True),
        ("/h.llo/", True),
        ("text:hello,goodbye", True),
        ("-checkout", False),
        # trace and span terms together
        ("environment:production kind:tool status:error", True),
        ("environment:staging OR kind:tool", True),
        ("(environment:staging OR kind:llm) status:error", False),
    ],
)
def test_trace_fields(query: str, selected: bool) -> None:
    assert selects(query, T) is selected


ATTRIBUTES = span(
    leaves=[
        ("attributes", ("http.method",), "GET"),
        ("attributes", ("http.status_code",), 503),
        ("attributes", ("size",), "20480"),
        ("attributes", ("ratio",), 0.5),
        ("attributes", ("flag",), True),
        ("attributes", ("nothing",), None),
        ("attributes", ("nan",), float("nan")),
        ("attributes", ("version",), "1..2"),
        ("attributes", ("user", "home", "city"), "Berlin"),
        ("attributes", ("tags", 0), "red"),
        ("attributes", ("tags", 1), "blue"),
        ("resource", ("host.name",), "web-1"),
        ("event", ("exception.type",), "ValueError"),
        ("span", ("status_message",), "it broke"),
    ],
    event=("exception",),
    has=("events", "error"),
    pii=("email", "credential.openai"),
    level="confidential",
)


@pytest.mark.parametrize(
    ("query", "selected"),
    [
        ("attr.http.method:get", True),
        ("attr.method:get", True),
        ("attr.^method:get", False),
        ("attr.http.method:POST,GET", True),
        ("attr.http.status_code:503", True),
        ("attr.http.status_code:503.0", True),
        ("attr.http.status_code>=500", True),
        ("attr.http.status_code:500..504", True),
        ("attr.http.status_code:500..503", False),
        ("attr.http.status_code:5*", True),
        ("attr.size>20kb", True),
        ("attr.size>20kib", False),
        ("attr.ratio<1", True),
        ("attr.flag:true", True),
        ("attr.flag>0", False),
        ("attr.nothing:*", True),
        ("attr.nan>0", False),
        ('attr.version:"1..2"', True),
        ("attr.user.home.city:berlin", True),
        ("attr.user:*", True),
        ("attr.users:*", False),
        ("attr.user.**.city:/^ber/", True),
        ("attr.tags:blue", True),
        ("attr.tags[0]:blue", False),
        ("attr.tags[]:blue", True),
        ("attr.host.name:web*", False),
        ("attr.resource.host.name:web*", True),
        ("attr.event.exception.type:valueerror", True),
        ("attr.span.status_message:*broke", True),
        ("-attr.http.method:GET", False),
        ("event:exception", True),
        ("has:events,locked", True),
        ("has:locked", False),
        ("pii:any", True),
        ("pii:email", True),
        ("pii:credential", True),
        ("pii:credential.openai", True),
        ("pii:credential.aws", False),
        ("pii:cred", False),
        ("pii:card", False),
        ("-pii:card", True),
        ("level:confidential", True),
        ("level>=internal", True),
        ("level<restricted", True),
        ("level:internal..restricted", True),
        ("level>confidential", False),
        ("level:public,confidential", True),
    ],
)
def test_span_facts(query: str, selected: bool) -> None:
    assert selects(query, trace(ATTRIBUTES)) is selected


def test_a_trace_without_a_start_has_no_age_and_never_matches() -> None:
    ageless = trace(LLM_OK, environment="dev")
    for query in (
        "age>1d",
        "age<1d",
        "-age>1d",
        "NOT age<1d",
        "start>1999",
        "-start>1999",
        "age>1d environment:dev",
    ):
        assert not selects(query, ageless), query
    assert selects("age>1d OR environment:dev", ageless)


def test_a_trace_that_starts_in_the_future_has_an_age_below_zero() -> None:
    assert selects("age<1d", trace(start=NOW + DAY))
    assert not selects("age>0d", trace(start=NOW + DAY))


def test_a_trace_without_spans_is_found_by_its_own_words() -> None:
    bare = trace(text="Order 66", environment="dev")
    assert selects("order environment:dev", bare)
    assert not selects("order kind:llm", bare)
    assert selects("-kind:llm", bare)


def test_what_is_not_known_yet_does_not_select_and_is_not_denied() -> None:
    unscanned = trace(span("llm", pii=None), span("tool", pii=("email",)))
    card, email = Matcher(parse("pii:card"), now=NOW), Matcher(parse("pii:email"), now=NOW)
    assert card.judge(unscanned) is None
    assert not card.trace(unscanned)
    assert Matcher(parse("-pii:card"), now=NOW).judge(unscanned) is None
    assert email.judge(unscanned) is True
    assert Matcher(parse("pii:card kind:tool"), now=NOW).judge(unscanned) is False
    assert Matcher(parse("pii:card OR kind:tool"), now=NOW).judge(unscanned) is True


def test_spans_are_not_fetched_where_the_trace_decides() -> None:
    what = trace(LLM_OK, environment="production")
    assert not selects("environment:dev kind:llm -status:error", what)
    assert selects("environment:production OR kind:llm", what)
    assert what.looked == 0
    assert selects("kind:llm model:gpt*", what)
    assert what.looked == 1


@pytest.mark.parametrize(
    ("query", "which", "holds"),
    [
        ("kind:llm", LLM_OK, True),
        ("kind:llm", TOOL_BAD, False),
        ("-kind:tool", LLM_OK, True),
        ("-kind:tool", TOOL_BAD, False),
        ("kind:llm OR status:error", TOOL_BAD, True),
        ("span(kind:tool status:error)", TOOL_BAD, True),
        ("span(kind:tool)", LLM_OK, False),
        ("dur>1s", LLM_OK, True),
        ("dur>1s", TOOL_BAD, False),
        ("environment:production", TOOL_BAD, True),
        ("name:chat", LLM_OK, True),
        ("hello", LLM_OK, True),
        ("checkout", LLM_OK, False),
        ("age>60d kind:tool", TOOL_BAD, True),
        ("", TOOL_BAD, True),
    ],
)
def test_one_span_asked_by_itself(query: str, which: object, holds: bool) -> None:
    assert matches_span(parse(query), which, T, now=NOW) is holds  # type: ignore[arg-type]


def test_a_spans_own_service_beats_the_traces() -> None:
    ours, theirs, silent = span(service="api"), span(service="billing"), span()
    whole = trace(ours, theirs, silent, service="api")
    limit = Matcher(parse("service:api"), now=NOW)
    assert [limit.span(s, whole) for s in whole.children] == [True, False, True]
    assert selects("span(service:billing)", whole)
    assert not selects("service:billing", whole)
    assert matches_span(parse("-service:billing"), theirs, whole) is False


def test_case_is_folded_not_lowered() -> None:
    assert selects('name:"STRASSE*" OR name:strasse*', trace(name="Straße 5"))
    assert selects("STRASSE", trace(text="in der Straße"))


def test_lone_surrogates_in_data_are_no_matter() -> None:
    assert selects("/a.b/", trace(text="a\udc80b"))


def test_deep_queries_evaluate() -> None:
    deep = "-" * 49 + "(" * 50 + "kind:llm" + ")" * 50
    assert selects(deep, trace(LLM_OK)) is False
    assert selects(deep, trace(TOOL_OK)) is True


def test_wide_queries_evaluate() -> None:
    many = " OR ".join(f"trace:id{n}" for n in range(10_000))
    assert selects(many, trace(trace="ID9999"))
    assert not selects(many, trace(trace="id10000"))
    assert selects("trace:" + ",".join(f"id{n}" for n in range(10_000)), trace(trace="id77"))


def test_audit_records_are_asked_in_the_same_grammar() -> None:
    record = trace(
        action="erasure.executed", role="operator", outcome="success", seq=12, start=NOW, text="ticket 7"
    )
    for query, selected in {
        "action:erasure.* outcome:success": True,
        "seq:10..13 role:operator,admin": True,
        "ticket -outcome:denied": True,
        "start>2030": False,
    }.items():
        assert evaluate(parse(query, AUDIT), record, now=NOW, fields=AUDIT) is selected, query


def test_the_empty_query_is_all_of_it() -> None:
    assert parse("  ") == ALL
