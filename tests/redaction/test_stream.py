"""The short path equals the exact one, and what isn't hidden stays to the byte."""

from __future__ import annotations

import io
import json
import random
import urllib.parse
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.redaction import Redactor, Stats, check_stream, redact_stream
from inspector.redaction.line import LineEditor
from inspector.redaction.masking import plain
from inspector.redaction.scanner import Scanner
from inspector.redaction.stream import redact_line

STORES = Path(__file__).parents[1] / "data" / "stores"
LINES = sorted(p for p in STORES.rglob("*.jsonl") if p.name != "tokens.jsonl" and "truth" not in p.name)
KEY = "sk-ant-api03-b3BBDbiYXXI6XiKJHyHTkGfdwuPI7A5Wx1lbeC"


@pytest.fixture(scope="module")
def editor(redactor: Redactor) -> LineEditor:
    """An editor that always takes the short path where it can."""
    made = LineEditor(redactor, Counter())
    made.scan_always()
    return made


def short(editor: LineEditor, block: bytes) -> bytes:
    out = io.BytesIO()
    editor.block(block, out.write)
    return out.getvalue()


def exact(redactor: Redactor, block: bytes) -> bytes:
    return b"\n".join(redact_line(line, redactor) for line in block.split(b"\n"))


def run(redactor: Redactor, data: bytes) -> bytes:
    out = io.BytesIO()
    redact_stream(io.BytesIO(data), out, redactor)
    return out.getvalue()


@pytest.mark.parametrize("path", LINES, ids=lambda p: p.name)
def test_short_equals_exact_on_real_stores(path: Path, redactor: Redactor, editor: LineEditor) -> None:
    data = path.read_bytes()
    assert short(editor, data) == exact(redactor, data)


@pytest.mark.parametrize("path", LINES, ids=lambda p: p.name)
def test_no_planted_token_survives(path: Path, redactor: Redactor, editor: LineEditor) -> None:
    out = short(editor, path.read_bytes()).decode("utf-8", "replace")
    left = []
    for line in (STORES / "tokens.jsonl").read_text(encoding="utf-8").splitlines():
        token = json.loads(line)
        value = token["token"]
        wanted = (
            token["type"] == "email"
            or (token["type"] == "phone" and any(c in value for c in "+-(. "))
            or (token["role"] == "secret" and token["type"] != "ip")
        )
        forms = {
            value,
            json.dumps(value)[1:-1],
            json.dumps(json.dumps(value))[3:-3],
            urllib.parse.quote(value),
        }
        if wanted and any(form in out for form in forms):
            left.append(token["type"])
    assert left == []


@pytest.mark.parametrize("path", LINES, ids=lambda p: p.name)
def test_lines_keep_their_shape(path: Path, editor: LineEditor) -> None:
    data = path.read_bytes()
    out = short(editor, data)
    assert out.count(b"\n") == data.count(b"\n")
    for before, after in zip(data.split(b"\n"), out.split(b"\n"), strict=True):
        try:
            json.loads(before)
        except ValueError:
            continue
        json.loads(after)


SECRETS = (
    "ada.l@example.com",
    "+48 601 555 019",
    "4242 4242 4242 4242",
    "4242424242424242",
    "536-90-4399",
    "password=hunter22x",
    "Bearer 8f14e45fceea167a5a36dedd4bea2543aa90c1f7",
    "DE89370400440532013000",
    "AKIAQ7ZPLX3MEXAMPLE9",
    "postgres://bot:Tr0ub4dor@db.example:5432/crm",
    'api_key: "q1w2e3r4t5y6u7"',
    "-----BEGIN PRIVATE KEY-----\nMIIBVQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----",
    "call me at 4155550123",
    "born on 1980-03-01",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI0ODIxMzM3NyJ9.dGhpc2lzbm90YXJlYWxzaWduYXR1cmU",
    "YWRhLmxAZXhhbXBsZS5jb20gYW5kIG1vcmU=",
    "ada%2El%40example%2Ecom",
    "ada.l&#64;example.com",
    KEY,
)
NOISE = (
    " ", "\n", "\t", '"', "\\", "/", ",", ":", "[", "}", "é", "田中", "\u200b", "\u2011", "n", "x" * 40, "the agent said",
    "1732300000123456789", "550e8400-e29b-41d4-a716-446655440000", "max_tokens: 4096", "gpt-4o", "https://x.example/a?b=c",
)  # fmt: skip
KEYS = ("password", "apiKey", "user.email", "email", "name", "phone", "content", "key", "value", "a", "token", "address",
        "user", "streaming_chunks", "type", "text", "stringValue", "dob", "ada@example.com")  # fmt: skip

texts = st.lists(st.one_of(st.sampled_from(SECRETS), st.sampled_from(NOISE)), max_size=5).map("".join)
numbers = st.one_of(
    st.integers(-(10**19), 10**19),
    st.sampled_from([4242424242424242, 378282246310005, 1732300000123]),
    st.floats(-1e9, 1e9),
)
leaves = st.one_of(texts, numbers, st.none(), st.booleans())
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), texts), inner, max_size=4),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=4).map(lambda v: json.dumps(v)),
        st.tuples(st.sampled_from(KEYS), inner).map(lambda p: {"key": p[0], "value": {"stringValue": p[1]}}),
    ),
    max_leaves=10,
)


def written(value: object, seed: int) -> bytes:
    """JSON in one of many spellings: spaces, escapes that aren't needed, UTF-8 or ASCII."""
    chance = random.Random(seed)
    text = json.dumps(
        value, ensure_ascii=chance.random() < 0.5, separators=chance.choice([(",", ":"), (", ", ": ")])
    )
    if chance.random() < 0.5:
        text = text.replace("@", "\\u0040") if chance.random() < 0.5 else text.replace("/", "\\/")
    return text.encode("utf-8", "surrogatepass")


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.dictionaries(st.sampled_from(KEYS), values, max_size=5), st.integers(0, 99)), max_size=3
    )
)
def test_short_equals_exact_on_anything(rows: list[tuple[dict[str, object], int]]) -> None:
    redactor, editor = _shared()
    block = b"\n".join(written(value, seed) for value, seed in rows)
    out = short(editor, block)
    assert out == exact(redactor, block)
    for (value, _), line in zip(rows, out.split(b"\n"), strict=False):
        assert json.loads(line) == json.loads(
            json.dumps(plain(redactor.value(json.loads(json.dumps(value)), (), "")))
        )


_made: list[tuple[Redactor, LineEditor]] = []


def _shared() -> tuple[Redactor, LineEditor]:
    if not _made:
        redactor = Redactor(key=bytes(32))
        editor = LineEditor(redactor, Counter())
        editor.scan_always()
        _made.append((redactor, editor))
    return _made[0]


def test_a_clean_line_comes_out_as_it_was(redactor: Redactor, editor: LineEditor) -> None:
    data = b'{"a" : 1.0e3 ,"b":"\\u00e9\\/","c":[ ]}\n\n  \n{"z":"na\xc3\xafve"}'
    assert short(editor, data) == data
    assert run(redactor, data) == data


def test_only_the_token_that_was_hit_is_rewritten(redactor: Redactor, editor: LineEditor) -> None:
    data = b'{"a" : 1.0e3 ,"b":"\\u00e9\\/", "m":"<ada@example.com>" ,"c":[ ]}'
    out = short(editor, data)
    assert out.startswith(b'{"a" : 1.0e3 ,"b":"\\u00e9\\/", "m":"<[email:')
    assert out.endswith(b']>" ,"c":[ ]}')


@pytest.mark.parametrize(
    "line",
    [
        b"plain ada@example.com text",
        b'{"cut": "ada@example.com',
        b"[broken ada@example.com",
        b"\xff\xfe ada@example.com",
    ],
)
def test_lines_that_are_no_json_are_texts(line: bytes, redactor: Redactor, editor: LineEditor) -> None:
    for out in (run(redactor, line), short(editor, line)):
        assert b"example.com" not in out
        assert b"[email:" in out


def test_nan_and_big_numbers_stay(redactor: Redactor, editor: LineEditor) -> None:
    data = b'{"x": NaN, "y": -Infinity, "z": 123456789012345678901234567890, "m": "ada@example.com"}'
    out = short(editor, data)
    assert out.startswith(b'{"x": NaN, "y": -Infinity, "z": 123456789012345678901234567890, "m": "[email:')


def test_a_line_longer_than_a_block(redactor: Redactor) -> None:
    line = json.dumps({"a": "x " * 700_000, "m": "ada@example.com", "b": "y " * 700_000}).encode()
    out = run(redactor, b'{"first":1}\n' + line + b'\n{"last":1}')
    assert out.startswith(b'{"first":1}\n')
    assert out.endswith(b'\n{"last":1}')
    assert b"ada@example.com" not in out
    assert len(json.loads(out.split(b"\n")[1])["b"]) == 1_400_000


def test_a_pretty_printed_document_stays_json(redactor: Redactor) -> None:
    data = json.dumps(
        {"user": {"name": "Ada L", "email": "ada@example.com"}, "password": ["a", 1]}, indent=2
    ).encode()
    out = json.loads(run(redactor, data))
    assert out["user"]["name"] == "[REDACTED:name]"
    assert out["password"] == "[REDACTED:credential.password]"


def test_stats_count_findings_lines_and_bytes(redactor: Redactor) -> None:
    data = b'{"a":"ada@example.com x@example.com"}\n{"b":1}\n{"password":1}\n'
    stats = redact_stream(io.BytesIO(data), io.BytesIO(), redactor, Stats())
    assert stats.findings == Counter({"email": 2, "credential.password": 1})
    assert (stats.lines, stats.changed, stats.bytes) == (3, 2, len(data))


def test_check_names_line_path_and_type(redactor: Redactor) -> None:
    data = b'{"a":1}\n{"u":[{"m":"ada@example.com"}],"password":1}\nplain ada@example.com\n'
    found = [(p.line, p.path, p.type) for p in check_stream(io.BytesIO(data), redactor)]
    assert found == [(2, "u[0].m", "email"), (2, "password", "credential.password"), (3, "", "email")]


def test_a_policy_that_is_off_copies(redactor: Redactor) -> None:
    from inspector.redaction import OFF

    data = b'{"a":"ada@example.com"}\n'
    assert run(Redactor(OFF), data) == data


def test_scanner_without_hyperscan(monkeypatch: pytest.MonkeyPatch, redactor: Redactor) -> None:
    """re2 fires at least where hyperscan would have led to an edit."""
    from inspector.redaction import engines

    monkeypatch.setattr(engines, "hyperscan", lambda: None)
    editor = LineEditor(redactor, Counter())
    editor.scanner = Scanner(redactor)
    data = (STORES / "langsmith" / "runs_merged.jsonl").read_bytes()[:40_000].rpartition(b"\n")[0]
    assert short(editor, data) == exact(redactor, data)


@pytest.mark.parametrize(
    "line",
    [
        # A wrapper that holds more than its text isn't the one seen before.
        b'{"phone":{"a":"x 4155550123"}}\n{"phone":{"a":"x 4155550123","b":2},"c":1}',
        # What hides a whole value wins over what hides a part of it.
        b'{"ssn":"536-22-8726","name":{"phone":"a","name":[{"email":"b","name":"c"}]}}',
        # A key is read as text, even where it looks like JSON.
        b'{"b":{"{\\"pan_card\\":\\"AFZPK7190K\\"}":"x"}}',
        # Entries say nothing of each other outside a list.
        b'{"name":{"key":"email","value":{"stringValue":null}},"password":{"key":"name","value":{"stringValue":null}}}',
        # A line break in an outer key doesn't hide the path below it.
        b'{"a\\nb":[{"key":"user.email","value":{"stringValue":"x"}}]}',
        # Quotes in a row, in and out of strings.
        b'{"a":"","b":"","phone":"","c":["","","4242424242424242"]}',
        b'{"a":"' + b'\\"' * 3000 + b'4242424242424242"}',
        b'{"' + b'"' * 3000 + b'4242424242424242"}',
        # Twelve digits and four, where the twelve alone are no card.
        b'{"a":"424242424242 4242"}',
        b'{"a":[424242424242,4242]}',
    ],
)
def test_short_equals_exact_where_structure_decides(
    line: bytes, redactor: Redactor, editor: LineEditor
) -> None:
    assert short(editor, line) == exact(redactor, line)


def test_field_rule_holds_below_a_key_with_a_line_break(redactor: Redactor) -> None:
    shown = redact_line(b'{"a\\nb":{"user.ssn":"x1"}}', redactor)
    assert json.loads(shown) == {"a\nb": {"user.ssn": "***-**-****"}}


@pytest.mark.parametrize("spaces", [None, (",", ":")])
@pytest.mark.parametrize("name", ["password", "otp_code", "full_name", "user.name"])
def test_an_entry_is_known_however_deep_it_lies_in_strings(
    name: str, spaces: tuple[str, str] | None, redactor: Redactor, editor: LineEditor
) -> None:
    value: dict[str, object] = {"key": name, "value": "zq wibble"}
    for _ in range(8):
        line = json.dumps(value).encode()
        assert b"wibble" not in short(editor, line)
        assert short(editor, line) == exact(redactor, line)
        value = {"a": json.dumps(value, separators=spaces)}
