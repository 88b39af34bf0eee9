"""Each pitfall of redaction, and the behaviour it calls for."""

from __future__ import annotations

import base64
import json
import urllib.parse

import pytest

from inspector.model import Multimap
from inspector.redaction import Redactor, parse_policy
from inspector.redaction.masking import plain
from inspector.redaction.result import RedactedText

MAIL = "zofia.wrzesniewska84@nordhaven.example"
KEY = "sk-ant-api03-b3BBDbiYXXI6XiKJHyHTkGfdwuPI7A5Wx1lbeC"
CARD = "4242 4242 4242 4242"


def shown(redactor: Redactor, value: object) -> object:
    return redactor.mask(value)


def test_keys_of_objects_are_judged_and_stay_apart(redactor: Redactor) -> None:
    strict = Redactor(parse_policy({"types": {"email": "replace"}}))
    out = strict.mask({MAIL: 1, "ada@example.com": 2, "plain": 3})
    assert out == {"[REDACTED:email]": 1, "[REDACTED:email]#2": 2, "plain": 3}


@pytest.mark.parametrize("number", [4242424242424242, 378282246310005, 4242424242424242.0])
def test_a_card_as_a_number_becomes_a_text(redactor: Redactor, number: float) -> None:
    assert shown(redactor, {"n": number}) == {"n": "[REDACTED:card]"}


@pytest.mark.parametrize(
    "number", [1732300000, 1732300000123, 1732300000123456, 1732300000123456789, 4242424242424243, 4096, 0.25]
)
def test_times_counts_and_ids_stay_numbers(redactor: Redactor, number: float) -> None:
    assert shown(redactor, {"n": number}) == {"n": number}


@pytest.mark.parametrize("value", [{"a": {"b": [1, "x"]}}, [1, 2, "x"], 12345, 1.5, "hunter2"])
def test_everything_under_a_sensitive_key_is_hidden(redactor: Redactor, value: object) -> None:
    assert shown(redactor, {"db_password": value}) == {"db_password": "[REDACTED:credential.password]"}


@pytest.mark.parametrize("value", [None, True, False, "", [], {}])
def test_nothing_under_a_sensitive_key_stays_nothing(redactor: Redactor, value: object) -> None:
    assert shown(redactor, {"password": value}) == {"password": value}


@pytest.mark.parametrize(
    "key", ["apiKey", "API-KEY", "api_key", "x.api_key", "OPENAI_API_KEY", "stripeSecretKey"]
)
def test_sensitive_keys_in_every_spelling(redactor: Redactor, key: str) -> None:
    assert "REDACTED" in str(shown(redactor, {key: "abc"}))


@pytest.mark.parametrize(
    "key", ["max_tokens", "token_count", "eos_token", "time_to_first_token", "tokens", "key"]
)
def test_keys_that_only_look_sensitive(redactor: Redactor, key: str) -> None:
    assert shown(redactor, {key: "12"}) == {key: "12"}


def test_json_in_a_string_is_edited_in_place(redactor: Redactor) -> None:
    inner = json.dumps({"a": [1, {"password": "hunter2", "z": "naïve"}], "b": 1.50})
    text = str(redactor.text(inner))
    assert text == inner.replace("hunter2", "[REDACTED:credential.password]")


def test_json_in_json_in_json(redactor: Redactor) -> None:
    value: object = {"m": MAIL, "n": 1}
    for _ in range(4):
        value = {"inner": json.dumps(value), "keep": "x"}
    out = shown(redactor, value)
    assert MAIL not in json.dumps(out)
    for _ in range(4):
        assert isinstance(out, dict)
        assert out["keep"] == "x"
        out = json.loads(out["inner"])
    assert isinstance(out, dict)
    assert out["n"] == 1


@pytest.mark.parametrize(
    "form",
    [
        MAIL.replace("@", "\\u0040"),
        urllib.parse.quote(MAIL),
        MAIL.replace("@", "%40"),
        "".join(f"%{b:02x}" for b in MAIL.encode()),
        MAIL.replace("@", "&#64;"),
        MAIL.replace("@", "&commat;"),
        MAIL.replace("@", "\uff20"),
        "".join(chr(ord(c) + 0xFEE0) for c in MAIL),
        MAIL.replace("a", "a\u200b"),
        MAIL.replace("@", "\u2060@"),
        base64.b64encode(f"mail {MAIL} now".encode()).decode(),
        base64.urlsafe_b64encode(json.dumps({"email": MAIL}).encode()).decode(),
        MAIL[:5] + "\x1b[1;31m" + MAIL[5:],
    ],
)
def test_a_value_is_found_in_every_reading(redactor: Redactor, form: str) -> None:
    text = redactor.text(f"see {form} there")
    assert not text.clean
    assert form not in str(text)
    assert str(text).startswith("see ")
    assert str(text).endswith(" there")


def test_unicode_hyphens_and_spaces_in_tokens(redactor: Redactor) -> None:
    for form in (KEY.replace("-", "\u2010"), CARD.replace(" ", "\u00a0"), CARD.replace(" ", "\u2011")):
        assert not redactor.text(f"x {form} y").clean, form


def test_base64_of_an_image_is_left_alone(redactor: Redactor) -> None:
    data = base64.b64encode(f"mail {MAIL} now".encode()).decode()
    text = f"data:image/png;base64,{data}"
    assert str(redactor.text(text)) == text


def test_escape_before_a_token(redactor: Redactor) -> None:
    assert KEY not in str(redactor.text(f"a\\n{KEY}"))
    assert KEY not in str(redactor.text(json.dumps({"t": f"a\n{KEY}"})))


@pytest.mark.parametrize(
    "chunks",
    [
        {"streaming_chunks": ["my key ", KEY[:9], KEY[9:20], KEY[20:], " ok"]},
        {"content": [{"type": "text", "text": "k " + KEY[:12]}, {"type": "text", "text": KEY[12:]}]},
        {"events": [{"choices": [{"delta": {"content": p}}]} for p in (KEY[:11], KEY[11:30], KEY[30:])]},
    ],
)
def test_a_value_split_over_neighbours(redactor: Redactor, chunks: object) -> None:
    out = json.dumps(shown(redactor, chunks))
    assert "[REDACTED:credential.anthropic]" in out
    assert KEY[:9] not in out.replace("sk-ant", "", 0) or "sk-ant" not in out
    assert KEY[22:30] not in out


def test_a_truncated_private_key_is_hidden_to_its_end(redactor: Redactor) -> None:
    text = "cfg -----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7MhgHcTz6sE2I2yPB"
    out = str(redactor.text(text))
    assert out.startswith("cfg ")
    assert "MIIEow" not in out
    assert "sE2I2yPB" not in out


def test_hashes_are_keyed_and_equal_for_equal_values() -> None:
    one, two = Redactor(key=b"1" * 32), Redactor(key=b"2" * 32)
    text = f"{MAIL} {MAIL.upper()}"
    first, second = str(one.text(text)).split()
    assert first == second
    assert first != str(two.text(MAIL))
    assert len(first) == len("[email:]") + 16


def test_partial_has_one_width_and_spares_short_values(redactor: Redactor) -> None:
    field = Redactor(parse_policy({"types": {"email": "partial", "card": "partial", "ssn": "partial"}}))
    assert str(field.text("j.doe.longer@sub.example.com")) == "j•••@•••.com"
    assert str(field.text("jd@example.com")) == "j•••@•••.com"
    assert str(field.text("pay 4242 4242 4242 4242 now")) == "pay ••••4242 now"
    assert str(field.text("ssn 536-90-4399")) == "ssn ••••"
    assert str(field.text("x", ("password",))) == "[REDACTED:credential.password]"


def test_overlapping_findings_become_one(redactor: Redactor) -> None:
    text = redactor.text(f"postgres://bot:{MAIL}@db.example:5432/x")
    assert [p.finding.level for p in text.pieces if p.finding is not None] == ["restricted"]
    assert "nordhaven" not in str(text)


def test_an_allow_is_for_one_whole_value() -> None:
    policy = parse_policy(
        {"allow": [{"type": "email", "exact": ["test@example.com"], "patterns": [r"[a-z]+@docs\.example"]}]}
    )
    redactor = Redactor(policy)
    out = str(redactor.text("test@example.com xtest@example.com anna@docs.example anna@docs.example.com"))
    assert out.startswith("test@example.com [email:")
    assert "anna@docs.example [email:" in out
    assert redactor.allow_hits == [2]


def test_redacting_twice_is_redacting_once(redactor: Redactor) -> None:
    text = f"{MAIL} {KEY} {CARD} +48 601 555 019 536-90-4399 password=hunter22 Bearer 8f14e45fceea167a5a36dedd4bea2543"
    once = str(redactor.text(text))
    assert str(redactor.text(once)) == once
    value = {"user.email": MAIL, "user": {"phone": "+48 601 555 019", "ssn": 536904399}, "password": [1]}
    first = redactor.mask(value)
    assert redactor.mask(first) == first


@pytest.mark.parametrize(
    "mark",
    ["[REDACTED]", "[REDACTED:email]", "[EXCLUDED]", "[ENCRYPTED]", "[HASH:9f3a5c01d2e47b60]", "[EMAIL_HASH:9f3a5c01]",
     "sha256:9f3a5c01d2e47b60", "[email:9f3a5c01d2e47b60]"],
)  # fmt: skip
def test_marks_of_other_tools_stay(redactor: Redactor, mark: str) -> None:
    assert str(redactor.text(f"password={mark} and {mark}")) == f"password={mark} and {mark}"
    assert redactor.mask({"password": mark}) == {"password": mark}


def test_a_mark_does_not_hide_what_stands_beside_it(redactor: Redactor) -> None:
    assert MAIL not in str(redactor.text(f"[REDACTED:email]{MAIL}"))
    assert KEY not in str(redactor.text(f"[REDACTED:{KEY}]"))


def test_error_texts_are_values(redactor: Redactor) -> None:
    trace = f'Traceback:\n  File "/app/x.py", line 3\nValueError: no account for {MAIL} ({KEY})'
    out = str(redactor.text(trace))
    assert MAIL not in out
    assert KEY not in out
    assert 'File "/app/x.py", line 3' in out


class Odd:
    """Nothing the engine knows."""

    def __repr__(self) -> str:
        return MAIL


def test_unknown_types_fail_closed(redactor: Redactor) -> None:
    assert redactor.mask({"o": Odd(), "l": [Odd()]}) == {"o": "[UNREDACTABLE]", "l": ["[UNREDACTABLE]"]}
    assert redactor.mask(Odd()) == "[UNREDACTABLE]"
    loop: dict[str, object] = {}
    loop["self"] = loop
    assert redactor.mask(loop) == {"self": "[UNREDACTABLE]"}


def test_odd_keys(redactor: Redactor) -> None:
    out = redactor.mask({1: "a", None: "b", 4242424242424242: "c", (1, 2): "d"})
    assert out == {"1": "a", "None": "b", "[REDACTED:card]": "c", "[UNREDACTABLE]": "d"}


def test_bytes_are_judged_by_what_they_hold(redactor: Redactor) -> None:
    assert redactor.mask(MAIL.encode()) == "[REDACTED:email]"
    assert redactor.mask(b"\x00\x01\xff") == "AAH/"


def test_a_fault_in_the_engine_hides_the_value(redactor: Redactor, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Redactor()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(broken.content, "find", fail)
    out = broken.text("harmless")
    assert [p.failed for p in out.pieces] == [True]
    assert str(out) == "[UNREDACTABLE]"


def test_repeated_keys_are_all_judged(redactor: Redactor) -> None:
    value = Multimap((("a", MAIL), ("a", KEY), ("a", "x")))
    out = plain(redactor.value(value))
    assert isinstance(out, dict)
    assert out.keys() == {"a", "a#2", "a#3"}
    assert MAIL not in json.dumps(out)
    assert KEY not in json.dumps(out)
    text = f'{{"a": "{MAIL}", "a": "x"}}'
    assert MAIL not in str(redactor.text(text))


def test_entries_of_otlp_and_jaeger(redactor: Redactor) -> None:
    attributes = [
        {"key": "db.password", "value": {"stringValue": "hunter2"}},
        {"key": "token", "value": {"intValue": "12"}},
        {"key": "client_secret", "type": "string", "value": "x1"},
        {"key": "user.ssn", "value": {"stringValue": "1"}},
    ]
    assert redactor.mask(attributes) == [
        {"key": "db.password", "value": {"stringValue": "[REDACTED:credential.password]"}},
        {"key": "token", "value": {"stringValue": "[REDACTED:credential.token]"}},
        {"key": "client_secret", "type": "string", "value": "[REDACTED:credential.secret]"},
        {"key": "user.ssn", "value": {"stringValue": "***-**-****"}},
    ]


def test_a_bare_name_is_a_persons_only_beside_an_address(redactor: Redactor) -> None:
    out = redactor.mask(
        {"user": {"name": "Zofia Wrona", "email": MAIL}, "tool": {"name": "Web Search", "id": "7"}}
    )
    assert isinstance(out, dict)
    assert out["user"]["name"] == "[REDACTED:name]"
    assert out["tool"] == {"name": "Web Search", "id": "7"}


def test_known_names_are_found_elsewhere(redactor: Redactor) -> None:
    value = {
        "full_name": "Zofia Wrześniewska",
        "a": "Dear zofia  wrześniewska, Zofia Wrześniewskas no",
        "b": "عمر",
    }
    names = redactor.names(value)
    assert names == {"Zofia Wrześniewska"}
    told = Redactor(known_names=names)
    out = told.mask(value)
    assert isinstance(out, dict)
    assert out["a"] == "Dear [REDACTED:name], Zofia Wrześniewskas no"


def test_a_tools_schema_stays_readable(redactor: Redactor) -> None:
    schema = {"properties": {"password": {"type": "string", "description": "the password"}}}
    assert redactor.mask(schema) == schema


def test_lone_surrogates_and_nul_survive(redactor: Redactor) -> None:
    text = f"\ud800 {MAIL} \x00 \udfff"
    out = redactor.text(text)
    assert isinstance(out, RedactedText)
    assert str(out).startswith("\ud800 [email:")
    assert str(out).endswith(" \x00 \udfff")
