"""Attempts to get a value past the redactor, by both paths: structure, encodings, splits, broken bytes."""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from inspector.redaction.line import LineEditor
from inspector.redaction.stream import redact_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inspector.redaction import Redactor

VALUES = (
    "ada.lovelace@example.com", "4242424242424242", "536-90-4399", "+14155552671", "DE89370400440532013000",
    "ghp_R8kX2mVq7LzT4nWc9YbD3sJfH6pA1uE0gQiZ",
)  # fmt: skip


@pytest.fixture(scope="module")
def editor(redactor: Redactor) -> LineEditor:
    made = LineEditor(redactor, Counter())
    made.scan_always()
    return made


def dumps(value: object, ascii_only: bool = True) -> bytes:
    return json.dumps(value, ensure_ascii=ascii_only).encode()


def nested(value: str, levels: int) -> str:
    for _ in range(levels):
        value = json.dumps({"n": value})
    return value


def escaped(value: str) -> str:
    return "".join(f"\\u{ord(c):04x}" for c in value)


def percent(value: str) -> str:
    return "".join(f"%{b:02x}" for b in value.encode())


def entities(value: str) -> str:
    return "".join(f"&#{b};" for b in value.encode())


def b64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def wide(value: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if 33 <= ord(c) < 127 else c for c in value)


def half(value: str) -> tuple[str, str]:
    return value[: len(value) // 2], value[len(value) // 2 :]


ATTEMPTS: dict[str, Callable[[str], tuple[bytes, str]]] = {
    # a line, and what of it must not come out
    "key": lambda v: (dumps({v: 1}), v),
    "part of a key": lambda v: (dumps({"a": {f"x {v} y": [1]}}), v),
    "JSON in strings, four deep": lambda v: (nested(v, 4).encode(), v),
    "JSON in strings, seven deep": lambda v: (nested(v, 7).encode(), v),
    "escapes": lambda v: (f'{{"a":"{escaped(v)}"}}'.encode(), escaped(v)),
    "escaped key": lambda v: (f'{{"{escaped(v)}":"x"}}'.encode(), escaped(v)),
    "escaped twice": lambda v: (dumps({"a": escaped(v)}), escaped(v)),
    "escapes in JSON in a string": lambda v: (dumps({"a": f'{{"b":"{escaped(v)}"}}'}), escaped(v)),
    "every byte in percent": lambda v: (dumps({"a": percent(v)}), percent(v)),
    "percent twice": lambda v: (
        dumps({"a": urllib.parse.quote(percent(v))}),
        urllib.parse.quote(percent(v)),
    ),
    "entities": lambda v: (dumps({"a": entities(v)}), entities(v)),
    "entities in percent": lambda v: (
        dumps({"a": urllib.parse.quote(entities(v))}),
        urllib.parse.quote(entities(v)),
    ),
    "base64 of a text": lambda v: (dumps({"a": b64(f"note: {v} end")}), b64(f"note: {v} end")),
    "base64 of the value alone": lambda v: (dumps({"a": b64(v)}), b64(v)),
    "base64 of percent": lambda v: (dumps({"a": b64(percent(v))}), b64(percent(v))),
    "zero-width signs": lambda v: (dumps({"a": "\u200b".join(v)}, ascii_only=False), "\u200b".join(v)),
    "soft hyphens, escaped": lambda v: (dumps({"a": "\u00ad".join(v)}), "\\u00ad".join(v)),
    "full width": lambda v: (dumps({"a": wide(v)}, ascii_only=False), wide(v)),
    "a colour inside": lambda v: (dumps({"a": f"{v[:5]}\x1b[31m{v[5:]}"}), v[5:]),
    "NUL around, escaped": lambda v: (dumps({"a": f"\0{v}\0"}), v),
    "NUL around, raw": lambda v: (b'{"a":"\0' + v.encode() + b'\0"}', v),
    "NUL in a text": lambda v: (b"x\0" + v.encode() + b"\0y", v),
    "a letter's escape before it": lambda v: (dumps({"a": f"é{v}" if v[0] != "a" else f"é {v}"}), v),
    "invalid UTF-8": lambda v: (b'{"a":"\xff\xfe ' + v.encode() + b' \xc3"}', v),
    "invalid UTF-8 in a text": lambda v: (b"\xff " + v.encode() + b" \xc3\x28", v),
    "lone surrogates": lambda v: (f'{{"a":"\\ud800 {v} \\udfff"}}'.encode(), v),
    "keys twice": lambda v: (f'{{"a":"{v}","a":"x","a":"{v}"}}'.encode(), v),
    "cut off": lambda v: (dumps({"a": f"{v} tail"})[:-3], v),
    "a comma too many": lambda v: (f'{{"a":"{v}",}}'.encode(), v),
    "single quotes": lambda v: (f"{{'a':'{v}'}}".encode(), v),
    "two documents": lambda v: (f'{{"a":1}}{{"b":"{v}"}}'.encode(), v),
    "a byte order mark": lambda v: (b"\xef\xbb\xbf" + dumps({"a": v}), v),
    "a carriage return": lambda v: (dumps({"a": v}) + b"\r", v),
    "five hundred deep": lambda v: (b'{"a":' * 500 + dumps(v) + b"}" * 500, v),
    "lists nine hundred deep": lambda v: (b"[" * 900 + dumps(v) + b"]" * 900, v),
    "two chunks": lambda v: (dumps({"streaming_chunks": list(half(v))}), half(v)[1]),
    "three chunks": lambda v: (dumps({"chunks": [v[:3], v[3:7], v[7:]]}), v[7:]),
    "two parts": lambda v: (
        dumps({"content": [{"type": "text", "text": t} for t in half(v)]}),
        half(v)[1],
    ),
    "two deltas": lambda v: (
        dumps({"choices": [{"delta": {"content": t}} for t in half(v)]}),
        half(v)[1],
    ),
    "Python's repr": lambda v: (dumps({"a": repr({"k": v})}), v),
    "hex escapes": lambda v: (
        dumps({"a": "".join(f"\\x{ord(c):02x}" for c in v)}),
        "".join(f"\\x{ord(c):02x}" for c in v).replace("\\", "\\\\"),
    ),
    "one sign in percent": lambda v: (dumps({"a": f"{v[:3]}%{ord(v[3]):02X}{v[4:]}"}), v[4:]),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("value", VALUES)
def test_value_stays_in(attempt: str, value: str, redactor: Redactor, editor: LineEditor) -> None:
    line, leak = ATTEMPTS[attempt](value)
    for out in (_short(editor, line), redact_line(line, redactor)):
        shown = out.decode("utf-8", "replace")
        assert leak not in shown
        assert leak.replace("\\", "\\\\") not in shown
        if _is_json(line):
            assert _is_json(out)


def _short(editor: LineEditor, line: bytes) -> bytes:
    out: list[bytes] = []
    editor.block(line + b"\n", out.append)
    return b"".join(out).removesuffix(b"\n")


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _sensitive_places() -> Iterator[tuple[bytes, str]]:
    yield dumps({"v": 4242424242424242}), "4242424242424242"
    yield dumps({"v": [378282246310005]}), "378282246310005"
    yield dumps({"v": 4.242424242424242e15}), "42424242"
    yield dumps({"key": "x", "value": {"intValue": "4242424242424242"}}), "4242424242424242"
    yield dumps({"a": "4242424242424242.0"}), "4242424242424242"
    yield b'{"ssn":536904399}', "536904399"
    yield dumps({"credentials": {"a": [1234567, "alphaone"], "b": {"c": "alphaone"}}}), "alphaone"
    yield dumps({"passwords": ["alphaone", 7777]}), "alphaone"
    yield dumps({"a": nested(json.dumps({"password": "alphaone"}), 2)}), "alphaone"
    yield dumps({"attributes": [{"key": "db.password", "value": {"stringValue": "alphaone"}}]}), "alphaone"
    yield dumps({"dbPassword": "alphaone", "APIKey": "alphaone"}), "alphaone"
    yield b'{"pass\\u0077ord":"alphaone"}', "alphaone"
    yield dumps({"a": "-----BEGIN RSA PRIVATE KEY-----\nMIIalphaone\nmore"}), "alphaone"
    yield dumps({"chunks": ["-----BEGIN RSA PRIV", "ATE KEY-----\nMIIalphaone\n"]}), "alphaone"


@pytest.mark.parametrize(("line", "leak"), list(_sensitive_places()))
def test_what_stands_in_a_sensitive_place_stays_in(
    line: bytes, leak: str, redactor: Redactor, editor: LineEditor
) -> None:
    assert leak not in _short(editor, line).decode()
    assert leak not in redact_line(line, redactor).decode()


@pytest.mark.parametrize(
    "line",
    [
        b'{"' + b'"' * 4000 + b'4242424242424242"}',
        b'{"a":' + b'"' * 4001 + b"4242424242424242",
        b"\\" * 5000 + b'"',
    ],
)
def test_odd_quotes_break_nothing(line: bytes, redactor: Redactor, editor: LineEditor) -> None:
    assert _short(editor, line) == redact_line(line, redactor)


def test_a_line_longer_than_a_block(editor: LineEditor) -> None:
    line = dumps({"p": "x " * 700_000, "a": VALUES[0], "q": "y " * 400_000})
    out = _short(editor, line)
    assert VALUES[0].encode() not in out
    assert len(json.loads(out)["q"]) == 800_000
