from __future__ import annotations

import base64
import html
import json
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.errors import UsageError
from inspector.lifecycle.matcher import Matcher, Pseudonym
from inspector.lifecycle.tokens import TokenKind, kind_of, tokens_of
from tests.lifecycle.people import DECOY_OF, PLANTED, SUBJECTS, person

NAME = Pseudonym.of(b"k" * 32, "somebody", "op")


def matcher(*ids):
    return Matcher(tokens_of(ids[0], ids[1:]))


def escaped(text):
    return json.dumps(text)[1:-1]


def quoted(text):
    return json.dumps({"v": text}, ensure_ascii=False)


WRAPPINGS = {
    "json": quoted,
    "ascii json": lambda text: json.dumps({"v": text}),
    "escaped": escaped,
    "url": urllib.parse.quote,
    "form": urllib.parse.quote_plus,
    "html": html.escape,
    "entities": lambda text: "".join(f"&#{ord(c)};" if ord(c) > 127 else c for c in text),
    "base64": lambda text: "x " + base64.b64encode(f'{{"who":"{text}"}}'.encode()).decode(),
    "sentence": lambda text: f"Please call ({text}), thanks.",
}


@given(
    owner=st.sampled_from(SUBJECTS),
    number=st.integers(0, 4),
    wrappings=st.lists(st.sampled_from(sorted(set(WRAPPINGS) - {"base64"})), max_size=4),
    last=st.sampled_from(["", "base64"]),
)
def test_a_token_is_found_and_replaced_however_it_is_wrapped(owner, number, wrappings, last):
    text = PLANTED[owner][number]
    if not any(c.isascii() and c.isalnum() for c in text):
        # What has no letter or digit of ASCII is looked for form by form: JSON to six levels, others to two.
        wrappings = wrappings[:2]
    for name in [*([last] if last else []), *wrappings]:
        text = WRAPPINGS[name](text)
    content = json.dumps({"before": 1, "input": text, "after": [None, "x"]}).encode()
    find = person(owner).matcher()
    assert {find.tokens[m.token].text for m in find.find(content)} >= {PLANTED[owner][number]}
    if wrappings.count("form") + wrappings.count("url") < 3:
        assert any(needle in content.lower() for needle in find.needles)
    replaced = find.replaced(content, NAME)
    assert replaced is not None
    assert find.find(replaced) == []
    value = json.loads(replaced)
    assert (value["before"], value["after"]) == (1, [None, "x"])


@pytest.mark.parametrize("owner", SUBJECTS)
def test_decoys_are_somebody_else(owner):
    find = person(owner).matcher()
    for decoy in PLANTED[DECOY_OF[owner]]:
        for wrap in (str, quoted, escaped, urllib.parse.quote, WRAPPINGS["base64"], WRAPPINGS["sentence"]):
            assert find.find(json.dumps({"v": wrap(decoy)}).encode()) == [], wrap


@pytest.mark.parametrize(
    ("id", "text", "hit"),
    [
        ("user-1", "user-12", False),
        ("user-1", "superuser-1", False),
        ("user-1", "user-1, user-2", True),
        ("user-1", "USER-1", True),
        ("48213377", "48213377-1b2c-4d3e-8f90-aaaaaaaaaaaa", False),
        ("48213377", "(48213377)", True),
        ("aB3xK9", "ab3xk9", False),
        ("ann@example.org", "Ann@Example.ORG", True),
        ("ann@example.org", "joann@example.org", False),
        ("ann@example.org", "mailto:ann@example.org?x", True),
        ("ann@example.org", "ann@example.org.uk", False),
        ("ann@example.org", "q=hello+ann%40example.org", True),
        ("+48 601 555 019", "0048-601-555-019", True),
        ("+48 601 555 019", "tel:+48601555019", True),
        ("+48 601 555 019", "148601555019", False),
        ("田中 李美", "田中 李美さん", True),
        ("Zoë Ångström", "ZOE\u0308 A\u030angstro\u0308m", True),
    ],
)
def test_boundaries(id, text, hit):
    assert bool(matcher(id).find(json.dumps({"v": text}, ensure_ascii=False).encode())) is hit


def test_numbers_and_keys_count_and_stay_numbers_and_keys():
    content = b'{"user": 48213377, "by": {"48213377": {"n": 1.50}}, "t": 148213377}'
    find = matcher("48213377")
    assert [m.literal.kind for m in find.find(content)] == ["n", "k"]
    replaced = json.loads(find.replaced(content, NAME))
    assert type(replaced["user"]) is int
    assert replaced["t"] == 148213377
    assert list(replaced["by"]) == [NAME.text.decode()]


def test_only_the_tokens_bytes_change():
    content = '{ "a":"caf\\u00e9 \\/ user-1",\t"b" : 1.50, "a": "é user-1" }'.encode()
    replaced = matcher("user-1").replaced(content, NAME)
    assert replaced == content.replace(b"user-1", NAME.text)


def test_plain_text_needs_no_json():
    assert (
        matcher("user-1").replaced("né user-1 à".encode(), NAME) == b"n\xc3\xa9 " + NAME.text + b" \xc3\xa0"
    )


def test_where_follows_sibling_keys_on_either_side():
    content = json.dumps({"attributes": [{"value": {"stringValue": "user-1"}, "key": "user.id"}]}).encode()
    assert [m.literal.where for m in matcher("user-1").find(content)] == ["attributes.user.id"]


def test_hashes_of_an_id_are_found():
    import hashlib

    mark = hashlib.sha256(b"user-1").hexdigest()
    found = matcher("user-1").find(json.dumps({"v": f"sha256:{mark}"}).encode())
    assert len(found) == 1


def test_ids_too_short_to_be_told_apart_are_refused():
    with pytest.raises(UsageError, match="everywhere"):
        tokens_of("x")


def test_kinds():
    assert kind_of("a.b@example.org") is TokenKind.EMAIL
    assert kind_of("+1 (555) 010-9999") is TokenKind.PHONE
    assert kind_of("48213377") is TokenKind.ID


def test_a_person_and_their_tokens_say_nothing_in_print():
    shown = repr(person("S1")) + repr(person("S1").matcher().tokens)
    assert not any(token in shown for token in PLANTED["S1"])


@given(st.binary(max_size=200))
def test_any_bytes_are_survived(data):
    find = person("S1").matcher()
    find.find(b'{"a":"' + data + b"usr_7f3a91c2d4")
    find.find(data + b" usr_7f3a91c2d4 " + data)


def test_an_address_behind_more_text_than_a_name_may_have_is_still_theirs():
    find = matcher("zofia@nordhaven.example")
    assert find.find(b"x" * 200 + b"zofia@nordhaven.example")
    assert find.find(b"x" * 60 + b"zofia@nordhaven.example")
    assert not find.find(b"x" * 59 + b"zofia@nordhaven.example")
    assert not find.find(b"anna-zofia@nordhaven.example")
    assert not find.find(b"x" * 200 + b"zofia@nordhaven.exam")
