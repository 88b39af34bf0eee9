"""The path grammar, a sentence of the contract a case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.query.errors import QueryError
from inspector.query.fieldpath import FieldPath, PathSet, parse
from inspector.query.pathmatch import Name, run, segments, wild

A = "attributes"


@pytest.mark.parametrize(
    ("path", "section", "keys", "meant"),
    [
        # an attribute key as written, nested objects, and any mixture
        ("user.email", A, ("user.email",), True),
        ("user.email", A, ("user", "email"), True),
        ("app.user.email", A, ("app.user", "email"), True),
        ("user.email", A, ("user.emails",), False),
        ("user.email", A, ("user", "x", "email"), False),
        # at any depth, exactly there
        ("user.email", A, ("body", "customer", "user", "email"), True),
        ("email", A, ("user.email",), True),
        ("user", A, ("user.email",), False),
        ("user.email", A, ("user.email", "domain"), False),
        # anchored
        ("^user.email", A, ("user.email",), True),
        ("^user.email", A, ("user", "email"), True),
        ("^user.email", A, ("body", "user", "email"), False),
        ("^user.email", A, ("body.user.email",), False),
        # * one, ** any
        ("user.*.email", A, ("user.home.email",), True),
        ("user.*.email", A, ("user.email",), False),
        ("user.*.email", A, ("user.a.b.email",), False),
        ("user.**.email", A, ("user.email",), True),
        ("user.**.email", A, ("user.a", "b", 0, "email"), True),
        ("user.*", A, ("user.email",), True),
        ("user.**", A, ("user.a.b",), True),
        ("user.**", A, ("user",), True),
        ("http.*_token", A, ("http.access_token",), True),
        ("http.*_token", A, ("http.tokens",), False),
        # lists
        ("users[].email", A, ("users", 3, "email"), True),
        ("users[3].email", A, ("users", 3, "email"), True),
        ("users[2].email", A, ("users", 3, "email"), False),
        ("users[].email", A, ("users", "email"), False),
        ("users.email", A, ("users", 3, "email"), True),
        ("tags", A, ("tags", 0), True),
        ("tags[0]", A, ("tags", 0), True),
        ("tags[1]", A, ("tags", 0), False),
        ("users.*.email", A, ("users", 0, "email"), True),
        ("llm.messages[].content", A, ("llm.messages.0.content",), True),
        ("llm.messages[1].content", A, ("llm.messages.0.content",), False),
        ("a[][1]", A, ("a", 0, 1), True),
        # case, - and _
        ("User-Email", A, ("user_email",), True),
        ("user_email", A, ("USER-EMAIL",), True),
        # prefixes
        ("resource.host.name", "resource", ("host.name",), True),
        ("resource.host.name", "event", ("host.name",), False),
        ("host.name", "resource", ("host.name",), False),
        ("host.name", "event", ("host.name",), False),
        ("event.exception.message", "event", ("exception.message",), True),
        ("link.reason", "link", ("reason",), True),
        ("input.question", "input", ("question",), True),
        ("input.question", "output", ("question",), False),
        ("output.**", "output", ("a", "b"), True),
        ("span.name", "span", ("name",), True),
        ("span.status_message", "span", ("status_message",), True),
        ("span.status_message", "span", ("name",), False),
        ("name", "span", ("name",), False),
        # none means attributes, input and output
        ("user.email", "input", ("user", "email"), True),
        ("user.email", "output", ("user", "email"), True),
        ("user.email", "resource", ("user", "email"), False),
        # an attribute's key as written, even if it begins like a prefix
        ("input.value", A, ("input.value",), True),
        ("input.value", "input", ("value",), True),
        ("input", "input", (), True),
        ("^input.value", "input", ("x", "value"), False),
        ('"input".value', "input", ("value",), False),
        ('"input".value', A, ("input.value",), True),
        # quoted segments
        ('"gen_ai.prompt".0', A, ("gen_ai.prompt.0",), True),
        ('"gen_ai.prompt".0', A, ("gen_ai.prompt", 0), True),
        ('"gen_ai.prompt".0', A, ("gen_ai", "prompt", 0), False),
        ('"gen_ai.prompt".0', A, ("x", "gen_ai.prompt", "0"), True),
        ('"gen_ai.prompt".0', A, ("gen_ai.prompt", 1), False),
        ('"a b"', A, ("a b",), True),
        ('"*"', A, ("anything",), False),
    ],
)
def test_meaning(path: str, section: str, keys: tuple[str | int, ...], meant: bool) -> None:
    parsed = parse(path)
    assert parsed.matches(keys, section) is meant
    assert PathSet([parse("other"), parsed]).matching(keys, section) == ([1] if meant else [])


def test_covers_reaches_the_whole_subtree() -> None:
    path = parse("user")
    assert path.covers(("user", "address", "street"))
    assert path.covers(("user.address.street",))
    assert path.covers(("body", "user", 0))
    assert parse("input").covers(("a", "b"), "input")
    assert not path.covers(("account", "id"))


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 1),
        ("^", 2),
        ("a.", 3),
        (".a", 1),
        ("a..b", 3),
        ('a"b"', 2),
        ('"a', 1),
        ("a[x]", 2),
        ("a b", 2),
        ("a[0]b", 5),
    ],
)
def test_what_is_no_path_is_refused_at_its_column(text: str, column: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.column == column


def test_length_is_bounded() -> None:
    with pytest.raises(QueryError, match="more than 100 segments"):
        parse(".".join("a" * 101))


def test_hostile_patterns_stay_linear() -> None:
    path = parse(".".join(["**", "a"] * 40))
    keys = tuple("a" if n % 2 else "b" for n in range(2000))
    assert path.matches((*keys, "a"))
    assert not path.matches((*keys, "b"))
    assert not wild(("a",) * 2000, "a" * 1999)


NAMES = st.text(st.sampled_from('ab.-_ "\\*[]^0:é'), min_size=1, max_size=4)
SEGMENTS = st.one_of(
    st.sampled_from(["a", "b", "user-id", "*", "**", "a*", "0", "input", "span", "name"]),
    NAMES.map(lambda n: '"' + n.replace("\\", "\\\\").replace('"', '\\"') + '"'),
)


@st.composite
def paths(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(["", "^"])) + draw(SEGMENTS)
    for segment in draw(
        st.lists(st.one_of(SEGMENTS.map(lambda s: "." + s), st.sampled_from(["[]", "[0]"])), max_size=4)
    ):
        text += segment
    return text


@given(paths())
def test_a_path_prints_as_what_parses_to_itself(text: str) -> None:
    path = parse(text)
    assert parse(str(path)) == path


@given(st.lists(st.sampled_from(["a", "b", "A-b"]), min_size=1, max_size=3), st.booleans(), st.data())
def test_the_short_way_agrees_with_the_long_one(
    names: list[str], anchored: bool, data: st.DataObject
) -> None:
    keys = data.draw(
        st.lists(st.one_of(st.sampled_from(["a", "b", "a.b", "a_b", "7"]), st.integers(0, 3)), max_size=5)
    )
    path = FieldPath(tuple(Name((n.casefold().replace("-", "_"),)) for n in names), anchored)
    assert path._plain is not None
    assert path.matches(keys) == run(path._bits, segments(keys), anchored)


@given(st.lists(st.text("ab", max_size=2), min_size=1, max_size=4), st.text("ab", max_size=8))
def test_wildcards_agree_with_a_regular_expression(pieces: list[str], text: str) -> None:
    import re

    assert wild(tuple(pieces), text) == bool(re.fullmatch(".*".join(pieces), text))
