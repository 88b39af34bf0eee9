"""How queries are read: shape, precedence, columns of mistakes, bounds, and the way back to text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.errors import UsageError
from inspector.query import AUDIT, Node, QueryError, parse, unparse
from inspector.query.fieldpath import parse as parse_path
from inspector.query.quantities import instant, length, level, number
from inspector.query.tree import (
    ALL,
    And,
    InSpan,
    Literal,
    Not,
    Or,
    Quantity,
    Range,
    Regex,
    Term,
    Word,
    all_of,
    any_of,
    fields_of,
    literals_of,
)


def word(text: str) -> Word:
    return Word(Literal((text,)))


def kind(text: str) -> Term:
    return Term("kind", ":", (Literal((text,)),))


A, B, C = word("a"), word("b"), word("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a OR b", Or((A, B))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("NOT a b", And((Not(A), B))),
        ("-a b", And((Not(A), B))),
        ("-(a b)", Not(And((A, B)))),
        ("NOT NOT a", Not(Not(A))),
        ("a (b c)", And((A, B, C))),
        ("a OR (b OR c)", Or((A, B, C))),
        ("((a))", A),
        ("span(a OR b)", InSpan(Or((A, B)))),
        ("-span(a)", Not(InSpan(A))),
        ("a or b", And((A, word("or"), B))),
        ('"OR" "a b"', And((word("OR"), word("a b")))),
        (r"a\ b", word("a b")),
        (r'"say \"hi\" \\ \n"', word('say "hi" \\ \\n')),
        ("a-b", word("a-b")),
        ("well,said", word("well,said")),
        ("12:30", word("12:30")),
        ("- a", And((word("-"), A))),
        ("/a b/", Word(Regex("a b"))),
        (r"/a\/b/", Word(Regex("a/b"))),
        ("/api/users", word("/api/users")),
        ("/api", word("/api")),
        ("a*b", Word(Literal(("a", "b")))),
        (r"a\*b", word("a*b")),
        ("spanner", word("spanner")),
        ("KIND:llm", kind("llm")),
        ("kind:llm,tool", Term("kind", ":", (Literal(("llm",)), Literal(("tool",))))),
        ('kind:"a,b"', kind("a,b")),
        ('kind:""', kind("")),
        ("kind:a:b", kind("a:b")),
        ("name=a*", Term("name", "=", (Literal(("a*",)),))),
        ("text:a,b", Or((A, B))),
        ("tokens>5", Term("tokens", ">", (Quantity("5", 5, 5),))),
        ("spans:1..3", Term("spans", ":", (Range(Quantity("1", 1, 1), Quantity("3", 3, 3)),))),
        ("errors:..3", Term("errors", ":", (Range(None, Quantity("3", 3, 3)),))),
        ("attr.a.b:x", Term("attr", ":", (Literal(("x",)),), parse_path("a.b"))),
        ('attr."a:b".c=x', Term("attr", "=", (Literal(("x",)),), parse_path('"a:b".c'))),
        (
            "attr.a:1..2",
            Term("attr", ":", (Range(Quantity("1", 1, 1), Quantity("2", 2, 2)),), parse_path("a")),
        ),
        ("attr.a:x..y", Term("attr", ":", (Literal(("x..y",)),), parse_path("a"))),
    ],
)
def test_shape(text: str, tree: Node) -> None:
    assert parse(text) == tree
    assert parse(unparse(tree)) == tree


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("stauts:error", 1, "`stauts` is no field"),
        ("a b stauts:error", 5, "`stauts` is no field"),
        ("-stauts:error", 2, "`stauts` is no field"),
        ("status:eror", 8, "`status` has no such value"),
        ("has:lock", 5, "`has` has no such value"),
        ("level:high", 7, "`level` wants one of public"),
        ("kind:", 6, "a value is missing after `kind`"),
        ("kind: llm", 6, "a value is missing after `kind`"),
        ("kind:a, b", 8, "a value is missing after the comma"),
        ("kind:,a", 6, "a value is missing"),
        ("(a", 1, "this bracket isn't closed"),
        ("a (b (c)", 3, "this bracket isn't closed"),
        ("a)", 2, "never opened"),
        ("a ()", 3, "nothing in these brackets"),
        ("span()", 1, "nothing in these brackets"),
        ("OR a", 1, "OR needs something on its left"),
        ("a OR", 3, "`OR` needs something on its right"),
        ("a OR OR b", 3, "`OR` needs something on its right"),
        ("(a OR) b", 4, "`OR` needs something on its right"),
        ("a NOT", 3, "`NOT` needs something on its right"),
        ("(-a OR NOT) b", 8, "`NOT` needs something"),
        ('a "b', 3, "this quote isn't closed"),
        ('a"b"', 2, "touches"),
        ('"a"b', 4, "touches"),
        ("a(b)", 2, "touches"),
        ("kind:a(b)", 7, "touches"),
        ("user.email:x", 1, "`user.email` is no field"),
        ("https://example.com", 1, "`https` is no field"),
        ("dur>5", 5, "`dur` wants a duration"),
        ("dur:/5/", 5, "`dur` wants a duration"),
        ("age>5x", 5, "`age` wants a duration"),
        ("tokens>1,2", 10, "`>` takes one value"),
        ("tokens>1..2", 8, "`tokens` wants a number"),
        ("tokens:1e999", 8, "`tokens` wants a number"),
        ("spans:3..3", 7, "this range is empty"),
        ("start:2024-13-01", 7, "`start` wants a date"),
        ("start:2024-02-30", 7, "`start` wants a date"),
        ("start:1704067200", 7, "`start` wants a date"),
        ("name>a", 5, "`name` can't be compared by `>`"),
        ("text=a", 5, "`text` can't be compared by `=`"),
        ("attr.a>x", 8, "`attr` wants"),
        ("attr:x", 1, "`attr` wants a path"),
        ("attr.:x", 6, "a segment is missing"),
        ("attr.a..b:x", 8, "a segment is missing"),
        ("a attr.a[x]:y", 9, "isn't closed"),
        ("/a(/", 1, "this regular expression is refused"),
        ("name:/(?=a)/", 6, "this regular expression is refused"),
        (r"/(a)\1/", 1, "this regular expression is refused"),
        ("/" + "a" * 1001 + "/", 1, "may have 1000 characters"),
        ("span(span(a))", 6, "can't stand inside span(...)"),
        ("span((a span(b)))", 9, "can't stand inside span(...)"),
        ("(" * 101 + "a" + ")" * 101, 101, "more than 100 levels"),
        ("-" * 101 + "a", 101, "more than 100 levels"),
    ],
)
def test_a_mistake_is_shown_at_its_column(text: str, column: int, reason: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    error = caught.value
    assert (error.column, error.exit_code) == (column, 2)
    assert f"at column {column}: " in error.what
    assert reason in error.what
    assert error.fix.endswith((".", "?"))
    shown, caret = error.sketch.split("\n")
    assert shown[caret.index("^") :][:1] == text[column - 1 : column]


def test_what_is_said_for_the_log_repeats_nothing_of_the_values() -> None:
    with pytest.raises(QueryError) as caught:
        parse("user:jane@example.com stauts:error")
    assert "jane" not in caught.value.what
    assert "jane" not in caught.value.fix
    assert isinstance(caught.value, UsageError)


def test_nearest_fields_and_values_are_offered() -> None:
    for text, fix in {
        "stauts:error": "Did you mean `status`?",
        "status:eror": "Did you mean `error`?",
        "enviroment:dev": "Did you mean `environment`?",
        "user.email:x": "An attribute is written `attr.user.email:`; a text to search for, in quotes.",
    }.items():
        with pytest.raises(QueryError) as caught:
            parse(text)
        assert caught.value.fix == fix


def test_the_caret_stands_under_wide_and_hidden_characters() -> None:
    with pytest.raises(QueryError) as caught:
        parse("日本 e\u0301\x1b x(")
    shown, caret = caught.value.sketch.split("\n")
    assert "\x1b" not in shown
    assert caret == " " * (2 + 4 + 1 + 1 + 0 + 1 + 1 + 1) + "^"


def test_long_queries_are_shown_around_the_mistake() -> None:
    with pytest.raises(QueryError) as caught:
        parse("x " * 5_000 + "stauts:error" + " y" * 5_000)
    assert caught.value.column == 10_001
    assert len(caught.value.sketch) < 400


def test_audit_has_fields_of_its_own() -> None:
    assert fields_of(parse("actor:a seq>5 outcome:denied word", AUDIT)) == {"actor", "seq", "outcome", "text"}
    for text in ("kind:llm", "span(actor:a)", "attr.a:b"):
        with pytest.raises(QueryError):
            parse(text, AUDIT)


def test_what_a_query_names_can_be_listed() -> None:
    tree = parse("-(pii:email,card OR pii:cred*) span(kind:llm) word")
    assert fields_of(tree) == {"pii", "kind", "text"}
    assert literals_of(tree, "pii") == {"email", "card"}


def test_ten_thousand_terms_take_ten_times_the_work_of_a_thousand() -> None:
    """Counted, not timed: bytecode steps."""
    import sys

    def steps(n: int) -> int:
        text = " ".join(f"-(a{i} OR name:b{i})" for i in range(n))
        count = 0

        def trace(frame: object, event: str, arg: object) -> object:
            nonlocal count
            count += 1
            return None

        before = sys.getprofile()
        sys.setprofile(trace)  # type: ignore[arg-type]
        try:
            tree = parse(text)
        finally:
            sys.setprofile(before)
        assert isinstance(tree, And)
        assert len(tree.nodes) == n
        return count

    assert steps(5_000) < 10.5 * steps(500)


def test_length_is_bounded() -> None:
    with pytest.raises(QueryError, match="longer than a million"):
        parse("a" * 1_000_001)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("1970", 0, 365 * 86_400 * 10**9),
        ("1970-02", 31 * 86_400 * 10**9, 59 * 86_400 * 10**9),
        ("1970-12", 334 * 86_400 * 10**9, 365 * 86_400 * 10**9),
        ("1970-01-02", 86_400 * 10**9, 2 * 86_400 * 10**9),
        ("1970-01-01T00:01", 60 * 10**9, 120 * 10**9),
        ("1970-01-01T00:00:01Z", 10**9, 2 * 10**9),
        ("1970-01-01 00:00:00.25", 250_000_000, 260_000_000),
        ("1970-01-01T01:00:00,000000001+01:00", 1, 2),
        ("1969-12-31T23:00:00-0100", 0, 10**9),
    ],
)
def test_dates_cover_what_they_say(text: str, low: int, high: int) -> None:
    assert instant(text) == Quantity(text, low, high)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "24",
        "2024-1-1",
        "2024-01-01T24:00",
        "2024-01-01T10",
        "2024-01-01Z",
        "0000",
        "2024-01-01T00:00+99:00",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert instant(text) is None


def test_whole_numbers_keep_all_their_digits() -> None:
    assert number("9007199254740993") == Quantity("9007199254740993", 9007199254740993, 9007199254740993)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
PLAIN = TEXTS.map(lambda t: Literal((t,)))
WILD = st.lists(TEXTS, min_size=2, max_size=3).map(lambda p: Literal(tuple(p)))
REGEXES = st.sampled_from(["a", "a b", "a/b", "^[a-z]+$", "(?i)x|y", '"', "a,b", r"\d\.", r"a\\/b"]).map(
    Regex
)
NUMBERS = st.one_of(st.integers(-(10**20), 10**20).map(str), st.sampled_from(["1.5", "1e3", "-0.25"])).map(
    number
)
LENGTHS = st.sampled_from(["5ms", "1.5h", "60d", "2w", "1Y"]).map(length)
TIMES = st.sampled_from(["2024", "2024-01-31", "2024-01-31 10:20", "2024-01-31T10:20:30.5+02:00"]).map(
    instant
)
OPERATORS = st.sampled_from([":", "=", "<", "<=", ">", ">="])
PATHS = st.sampled_from(["a.b", '"a:b".0', "^a[].**.b-c", "input.value", '"input".x', "*"]).map(parse_path)


@st.composite
def ordered(draw: st.DrawFn, field: str, values: st.SearchStrategy) -> Term:
    op = draw(OPERATORS)
    if op != ":":
        return Term(field, op, (draw(values),))
    low, high = draw(values), draw(values)
    ranges = [Range(low, None), Range(None, high)] + ([Range(low, high)] if low.low < high.low else [])
    return Term(field, op, (draw(st.one_of(values, st.sampled_from(ranges))),))


@st.composite
def texts(draw: st.DrawFn) -> Term:
    field = draw(st.sampled_from(["name", "kind", "pii", "tag", "model"]))
    if draw(st.booleans()):
        return Term(field, "=", (draw(PLAIN),))
    return Term(field, ":", tuple(draw(st.lists(st.one_of(PLAIN, WILD, REGEXES), min_size=1, max_size=3))))


@st.composite
def attributes(draw: st.DrawFn) -> Term:
    path = draw(PATHS)
    if draw(st.booleans()):
        return Term("attr", draw(st.sampled_from(["<", ">="])), (draw(NUMBERS),), path)
    return Term(
        "attr", ":", tuple(draw(st.lists(st.one_of(PLAIN, WILD, REGEXES), min_size=1, max_size=2))), path
    )


LEAVES = st.one_of(
    st.one_of(PLAIN, WILD, REGEXES).map(Word),
    texts(),
    attributes(),
    ordered("tokens", NUMBERS),
    ordered("age", LENGTHS),
    ordered("start", TIMES),
    ordered("level", st.sampled_from(["internal", "restricted"]).map(level)),
)


def trees(leaves: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(all_of),
            st.lists(inner, min_size=2, max_size=3).map(any_of),
            inner.map(Not),
        ),
        max_leaves=8,
    )


QUERIES = trees(st.one_of(LEAVES, trees(LEAVES).map(InSpan)))


@settings(max_examples=400)
@given(QUERIES)
def test_a_tree_prints_as_what_parses_to_itself(tree: Node) -> None:
    assert parse(unparse(tree)) == tree


@settings(max_examples=400)
@given(st.text(st.sampled_from(' ab()"\\/-*:,.<>=ORNTspankidter1é\n'), max_size=30))
def test_any_text_parses_or_is_refused_at_a_column_of_it(text: str) -> None:
    try:
        tree = parse(text)
    except QueryError as error:
        assert 1 <= error.column <= len(text) + 1
    else:
        assert parse(unparse(tree)) == tree


def test_the_empty_query_prints_as_nothing() -> None:
    assert unparse(ALL) == ""
    assert unparse(Not(ALL)) == "-*"
