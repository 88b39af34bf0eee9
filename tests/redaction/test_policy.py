"""Policies: strict to read, equal by value, compared value by value."""

from __future__ import annotations

import pytest

from inspector.errors import UsageError
from inspector.redaction import DEFAULT, Redactor, merge_strict, parse_policy, weakenings

GIVEN: list[dict[str, object]] = [
    {"types": {"email": "keep"}},
    {"types": {"card": "partial"}, "levels": {"card": "internal"}},
    {"enabled": False},
    {"patterns": False, "fields": False},
    {"packs": ["phi"]},
    {"disabled": ["email"]},
    {"allow": [{"type": "email", "exact": ["a@b.example"]}]},
    {"field": [{"path": "user.email", "operator": "keep"}]},
    {"keys": {"ignored": ["password"]}},
    {"environment": {"development": {"types": {"phone": "keep"}}}},
]


@pytest.mark.parametrize(
    ("section", "hint"),
    [
        ({"typs": {}}, "'types'"),
        ({"types": {"ip": "replce"}}, "'replace'"),
        ({"packs": ["phy"]}, "'phi'"),
        ({"enabled": "yes"}, "enabled = true"),
        ({"hash_format": "x"}, "{TYPE}_HASH"),
        ({"allow": [{"type": "emial", "exact": ["x"]}]}, "'email'"),
        ({"allow": [{"patterns": [".*"]}]}, "Make at least one"),
        ({"allow": [{"patterns": [".+"]}]}, "Name what is allowed"),
        ({"rule": [{"name": "x", "pattern": r"(a)\1"}]}, "linear time"),
        ({"rule": [{"name": "x", "pattern": "(?=a)b"}]}, "linear time"),
        ({"rule": [{"name": "x", "pattern": "a*"}]}, "at least one character"),
        ({"rule": [{"pattern": "a"}]}, "Add name"),
        ({"rule": [{"name": "x", "patern": "a"}]}, "'pattern'"),
        ({"field": [{"path": "a..b"}]}, "user.email"),
        ({"keys": {"allowall": True}}, "'allow_all'"),
        ({"environment": {"dev": {"typ": {}}}}, "'types'"),
    ],
)
def test_what_is_wrong_is_named_with_a_fix(section: dict[str, object], hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_policy(section)
    assert hint in caught.value.fix


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "([a-z]+)*b"])
def test_hostile_patterns_run_in_linear_time(pattern: str) -> None:
    """re2 has no backtracking: this would never end in an engine that has."""
    redactor = Redactor(parse_policy({"rule": [{"name": "own", "pattern": f"{pattern}x"}]}))
    assert redactor.text("a" * 200_000).clean


def test_equal_policies_have_equal_hashes() -> None:
    one = parse_policy({"types": {"ip": "replace", "name": "keep"}, "packs": ["default"]})
    two = parse_policy({"packs": ["default"], "types": {"name": "keep", "ip": "replace"}})
    assert one.hash == two.hash
    assert one.hash != DEFAULT.hash
    assert parse_policy({}).hash == DEFAULT.hash


@pytest.mark.parametrize("section", GIVEN)
def test_every_weakening_is_named_and_merged_away(section: dict[str, object]) -> None:
    given = parse_policy(section)
    assert weakenings(DEFAULT, given)
    assert weakenings(DEFAULT, merge_strict(DEFAULT, given)) == []
    assert weakenings(given, merge_strict(given, DEFAULT)) == []


@pytest.mark.parametrize(
    "section",
    [
        {"types": {"ip": "replace", "email": "mask", "phone": "remove"}},
        {"packs": ["default", "phi", "pci"]},
        {"rule": [{"name": "own", "pattern": "EMP-[0-9]{6}"}]},
        {"field": [{"path": "a.b", "operator": "remove"}]},
        {"keys": {"allow_all": False, "allowed": ["a"], "blocked_patterns": ["secret"]}},
        {"levels": {"email": "restricted"}},
    ],
)
def test_strengthening_is_free(section: dict[str, object]) -> None:
    given = parse_policy(section)
    assert weakenings(DEFAULT, given) == []
    merged = merge_strict(DEFAULT, given)
    assert weakenings(given, merged) == []


def test_an_environment_has_operators_of_its_own() -> None:
    policy = parse_policy({"environment": {"production": {"types": {"name": "mask"}}}})
    assert policy.within("production").operator("name") == "mask"
    assert policy.within("staging").operator("name") == "replace"
    assert policy.within(None) is policy


def test_families_of_types() -> None:
    policy = parse_policy({"types": {"credential": "mask", "credential.aws": "remove"}})
    assert policy.operator("credential.openai") == "mask"
    assert policy.operator("credential.aws") == "remove"
    assert policy.level("credential.openai") == "restricted"
    assert policy.level("phi.mrn") == "restricted"


def test_paths_of_field_rules() -> None:
    rules = [
        {"path": "messages[].content", "operator": "mask"},
        {"path": "^top.*.x"},
        {"path": '"gen_ai.prompt".0'},
        {"path": "resource.host-name", "operator": "remove"},
        {"path": "deep.**.leaf", "replacement": "gone"},
    ]
    redactor = Redactor(parse_policy({"field": rules}))
    out = redactor.mask(
        {
            "messages": [{"content": "hi", "role": "user"}],
            "top": {"a": {"x": 1, "y": 2}},
            "z": {"top": {"a": {"x": 1}}},
            "gen_ai.prompt.0": "q",
            "resource": {"attributes": {"HOST_NAME": "h"}},
            "host_name": "h",
            "deep": '{"a": {"b": {"leaf": [1, 2]}}}',
        }
    )
    assert out == {
        "messages": [{"content": "••••", "role": "user"}],
        "top": {"a": {"x": "[REDACTED:field]", "y": 2}},
        "z": {"top": {"a": {"x": 1}}},
        "gen_ai.prompt.0": "[REDACTED:field]",
        "resource": {"attributes": {"HOST_NAME": ""}},
        "host_name": "h",
        "deep": '{"a": {"b": {"leaf": "gone"}}}',
    }


def test_keys_as_in_opentelemetrys_processor() -> None:
    keys = {"allow_all": False, "allowed": ["a", "b"], "ignored": ["raw"], "blocked_patterns": ["^x_"]}
    redactor = Redactor(parse_policy({"keys": keys}))
    out = redactor.mask({"a": "ok", "b": "ada@example.com", "raw": "ada@example.com", "x_1": 1, "other": "z"})
    assert isinstance(out, dict)
    assert out["a"] == "ok"
    assert out["b"].startswith("[email:")
    assert out["raw"] == "ada@example.com"
    assert (out["x_1"], out["other"]) == ("[REDACTED:blocked]", "[REDACTED:blocked]")


@pytest.mark.parametrize(
    "section",
    [
        {"types": {"emial": "keep"}},
        {"levels": {"credentail": "internal"}},
        {"environment": {"production": {"types": {"phnoe": "keep"}}}},
        {"allow": [{"type": "e-mail", "exact": ["a@b.example"]}]},
    ],
)
def test_a_type_that_is_none_is_refused_with_the_nearest(section: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="is no type"):
        parse_policy(section)


def test_a_rule_brings_its_own_type() -> None:
    rule = {"name": "badge", "pattern": r"B-\d{4}", "type": "badge"}
    policy = parse_policy({"rule": [rule], "types": {"badge": "mask"}, "levels": {"badge": "internal"}})
    assert str(Redactor(policy).text("B-1234 in")) == "•••• in"
