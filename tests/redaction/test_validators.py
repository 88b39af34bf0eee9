"""The checks behind the rules: published vectors, edges, and that none is slow or raises."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.redaction.checks import identity, network, password, payment, phone, token, words
from inspector.redaction.validators import VALIDATORS
from tests.redaction.quality.values import IBAN_EXAMPLES, TEST_CARDS


def _alone(name: str, value: str) -> bool:
    return VALIDATORS[name](value, value, 0, len(value))


def _inside(name: str, text: str, value: str) -> bool:
    start = text.index(value)
    return VALIDATORS[name](value, text, start, start + len(value))


@pytest.mark.parametrize("name", sorted(VALIDATORS))
@settings(max_examples=20)
@given(text=st.text(max_size=60), cut=st.tuples(st.integers(0, 60), st.integers(1, 60)))
def test_no_validator_raises_on_what_no_rule_would_send(name: str, text: str, cut: tuple[int, int]) -> None:
    start = min(cut[0], len(text))
    value = text[start : start + cut[1]]
    if name in _SHAPED or not value:
        return
    assert VALIDATORS[name](value, text, start, start + len(value)) in (True, False)


_SHAPED = frozenset({"nric", "hkid", "snils", "npi", "dea"}) | {
    n for n in VALIDATORS if n.startswith("phone")
}
"""These read digits at fixed places, which their patterns promise."""


@pytest.mark.parametrize("digits", TEST_CARDS)
def test_published_test_cards(digits: str) -> None:
    assert payment.luhn(digits)
    assert payment.issuer(digits)


@given(st.integers(0, 10**15 - 1))
def test_luhn_knows_each_wrong_last_digit(body: int) -> None:
    good = [d for d in range(10) if payment.luhn(f"{body:015d}{d}")]
    assert len(good) == 1


@pytest.mark.parametrize(
    ("text", "value", "good"),
    [
        ("4111111111111111", "4111111111111111", True),
        ("4111111111111112", "4111111111111112", False),
        ("0.4111111111111111", "4111111111111111", False),
        ("x4111111111111111", "4111111111111111", False),
        ("4111111111111111.5", "4111111111111111", False),
        ("4111 1111 1111 1111 12/29", "4111 1111 1111 1111", True),
        ("41 11 1111 1111 1111", "41 11 1111 1111 1111", False),
        ("1000 2000 3000 4111 1111 1111 1111", "4111 1111 1111 1111", False),
        ("1000 4111 1111 1111 1111 2000 3000", "4111 1111 1111 1111", False),
        ("1000 4111 1111 1111 1111", "4111 1111 1111 1111", True),
        ("+1 415 555 2671 4539 1488 0343 6467", "4539 1488 0343 6467", True),
        ("4539 1488 0343 6467 5500 0055 5555 5559", "4539 1488 0343 6467", True),
        ("4539 1488 0343 6467 5500 0055 5555 5559", "5500 0055 5555 5559", True),
        ("card 1000 4111 1111 1111 1111", "4111 1111 1111 1111", True),
        ("0000000000000000", "0000000000000000", False),
    ],
)
def test_card(text: str, value: str, good: bool) -> None:
    assert _inside("card", text, value) is good


@pytest.mark.parametrize("number", IBAN_EXAMPLES)
def test_registry_examples_of_ibans(number: str) -> None:
    assert payment.IBAN_LENGTH[number[:2]] == len(number)
    assert _alone("iban", number)
    assert _alone("iban", " ".join(number[i : i + 4] for i in range(0, len(number), 4)))
    other = "9" if number[-1] != "9" else "8"
    assert not _alone("iban", number[:-1] + other)


@pytest.mark.parametrize("value", ["000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "123-45-0000"])
def test_social_security_numbers_never_issued(value: str) -> None:
    assert not _alone("ssn", value)


@pytest.mark.parametrize("value", ["536-90-4399", "078-05-1120", "899-99-9999", "912-70-1234"])
def test_social_security_numbers_in_range(value: str) -> None:
    assert _alone("ssn", value)


@pytest.mark.parametrize(
    ("digits", "good"),
    [
        ("14155550123", True),
        ("442079460958", True),
        ("48601555019", True),
        ("33199001234", True),
        ("3319900123", False),
        ("1415555012", False),
        ("2100000", False),
        ("999123456789", False),
    ],
)
def test_calling_codes_and_lengths(digits: str, good: bool) -> None:
    assert phone.international(digits) is good


@pytest.mark.parametrize(
    ("text", "value", "good"),
    [
        ("at 203.0.113.7 now", "203.0.113.7", True),
        ("http://203.0.113.7:80/", "203.0.113.7", True),
        ("version 1.2.3.4", "1.2.3.4", False),
        ("Chrome/120.0.0.0", "120.0.0.0", False),
        ("1.2.3.4.5", "1.2.3.4", False),
        ("01.2.3.4", "01.2.3.4", False),
    ],
)
def test_ipv4(text: str, value: str, good: bool) -> None:
    assert _inside("ipv4", text, value) is good


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ("2001:db8::1", True),
        ("12:30:45", False),
        ("a::b", False),
        ("00:1a:2b:3c:4d:5e", False),
    ],
)
def test_ipv6(value: str, good: bool) -> None:
    assert network.ipv6(value, f" {value} ", 1, 1 + len(value)) is good


@pytest.mark.parametrize(
    "value",
    [
        "<your-token>", "your-api-key", "YOUR_API_KEY", "********", "xxxxxxxx", "${TOKEN}", "{{ token }}",
        "%s", "None", "null", "changeit-here", "my-secret-token", "[REDACTED]", "sha256:abc", "...",
    ],
)  # fmt: skip
def test_placeholders(value: str) -> None:
    assert words.placeholder(value)


@pytest.mark.parametrize("value", ["hunter2", "Tr0ub4dor&3", "correcthorse", "q8Zk19xlm2", "changeme"])
def test_no_placeholders(value: str) -> None:
    assert not words.placeholder(value)


@given(
    st.lists(
        st.sampled_from(
            "your my the YOUR insert replace - _ . ... … xxxx *** • key tokens secret password passwd pwd credential here"
            " placeholder redacted masked encrypted] todo TBD n/a na sha256: sha1- a A x # ? < [ ${ $( { %{ %( %s% @ & ;"
            " ſ \u212a".split(" ")
        ),
        max_size=4,
    ).map("".join)
)
def test_what_is_asked_first_lets_every_placeholder_through(value: str) -> None:
    if words._PLACEHOLDER.fullmatch(value) is not None:
        assert words._may_stand(value.lower())


@pytest.mark.parametrize(
    "value",
    [
        "os.environ['X']",
        "getpass.getpass()",
        "settings.SECRET",
        "DB_PASSWORD",
        "access_token",
        "a=>b",
        "/run/secrets/x",
    ],
)
def test_references(value: str) -> None:
    assert words.reference(value)


@pytest.mark.parametrize("value", ["my-service-account", "us-east-1", "release-v2", "gpt-4o-mini"])
def test_words_are_no_tokens(value: str) -> None:
    assert words.wordlike(value)


@given(st.text(string.ascii_letters + string.digits, min_size=24, max_size=64))
def test_random_runs_are_not_words(value: str) -> None:
    if any(c.isdigit() for c in value[5:-5]) and any(c.isupper() for c in value) and len(set(value)) > 10:
        assert not words.wordlike(value)


@pytest.mark.parametrize(
    ("text", "value", "good"),
    [
        ("password=hunter", "hunter", True),
        ("password: hunter", "hunter", True),
        ("password: then press enter", "then", False),
        ("password: press enter", "press", False),
        ("self.password = wrapper", "wrapper", False),
        ("password=getpass(", "getpass", False),
        ("password = '1234'", "1234", True),
        ("password: 12", "12", False),
    ],
)
def test_password(text: str, value: str, good: bool) -> None:
    assert _inside("password", text, value) is good


@pytest.mark.parametrize(
    ("text", "value", "good"),
    [
        ("my password is hunter2", "hunter2", True),
        ("my password is letmein", "letmein", True),
        ("my password is wrong", "wrong", False),
        ("password is required", "required", False),
        ("password was set in 2024", "2024", False),
    ],
)
def test_spoken_password(text: str, value: str, good: bool) -> None:
    assert _inside("spoken_password", text, value) is good


def test_jwt_needs_a_json_head() -> None:
    assert token.jwt("eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.x", "", 0, 0)
    assert not token.jwt("eyJust.a.word", "", 0, 0)


def test_basic_needs_a_colon_inside() -> None:
    assert token.basic("dXNlcjpwYXNz", "", 0, 0)
    assert not token.basic("aGVsbG8gd29ybGQ=", "", 0, 0)


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (identity.nric, "S1234567D", "S1234567A"),
        (identity.hkid, "G123456(A)", "G123456(7)"),
        (identity.snils, "112-233-445 95", "112-233-445 96"),
        (identity.npi, "1234567893", "1234567890"),
        (identity.dea, "AB1234563", "AB1234567"),
    ],
)
def test_check_digits(check: object, good: str, bad: str) -> None:
    assert callable(check)
    assert check(good, good, 0, len(good))
    assert not check(bad, bad, 0, len(bad))


def test_stdnum_is_asked_only_at_need() -> None:
    import subprocess
    import sys

    code = "import sys, inspector.redaction.validators; sys.exit('stdnum' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("size", [10_000])
def test_long_values_are_judged_in_one_pass(size: int) -> None:
    """Each of these made a backtracking pattern climb: alternations over `_`, dots and words."""
    for value in ("your_" + "a_" * size, "a." * size, "x" * size, "a-b_" * size, "." * size):
        assert words.placeholder(value) in (True, False)
        assert words.reference(value) is False
        assert password.password(value, value, 0, len(value)) in (True, False)
        assert token.token(value, value, 0, len(value)) in (True, False)
