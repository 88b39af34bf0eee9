"""One value hidden by an encoding that a program, a terminal or a person puts around it."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_FULL_WIDTH = {ord(c): ord(c) + 0xFEE0 for c in "0123456789@."}
_BOLD = {ord(c): 0x1D7CE + n for n, c in enumerate("0123456789")}


def _every(value: str, step: int, mark: str) -> str:
    return mark.join(value[i : i + step] for i in range(0, len(value), step))


def json_escaped(value: str, rng: Random) -> str:
    """`\\u` for signs or for everything, as cautious encoders write."""
    all_of_it = rng.random() < 0.4
    return "".join(f"\\u{ord(c):04x}" if all_of_it or not c.isalnum() else c for c in value)


def url_encoded(value: str, rng: Random) -> str:
    if rng.random() < 0.3:
        return "".join(f"%{b:02X}" for b in value.encode())
    return quote(value, safe="")


def html_entities(value: str, rng: Random) -> str:
    style = rng.choice(("&#{};", "&#x{:x};"))
    return "".join(style.format(ord(c)) if not c.isalnum() or rng.random() < 0.2 else c for c in value)


def base64_text(value: str, rng: Random) -> str:
    body = rng.choice((value, f"user: {value}", json.dumps({"value": value}), f"note={value}&x=1"))
    return base64.b64encode(body.encode()).decode()


def zero_width(value: str, rng: Random) -> str:
    return _every(
        value, rng.choice((1, 3, 4)), rng.choice(("\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad"))
    )


def full_width(value: str, rng: Random) -> str:
    return value.translate(
        rng.choice((_FULL_WIDTH, _BOLD)) if any(c.isdigit() for c in value) else _FULL_WIDTH
    )


def odd_spaces(value: str, rng: Random) -> str:
    space = rng.choice("\u00a0\u202f\u2007\u3000")
    return value.replace(" ", space)


def odd_hyphens(value: str, rng: Random) -> str:
    return value.replace("-", rng.choice("\u2010\u2011\u2012\u2013\u2212"))


def ansi(value: str, rng: Random) -> str:
    at = rng.randrange(2, max(3, len(value) - 2))
    return f"{value[:at]}\x1b[{rng.choice(('31', '1;33', '0', '7'))}m{value[at:]}"


def split_lines(value: str, rng: Random) -> str:
    """Wrapped at a separator, where there is one."""
    for mark in (" ", "-"):
        if mark in value:
            at = value.index(mark, len(value) // 3) if mark in value[len(value) // 3 :] else value.index(mark)
            return (
                value[: at + 1] + "\n" + value[at + 1 :]
                if mark == "-"
                else value[:at] + "\n" + value[at + 1 :]
            )
    return value


def json_in_json(value: str, rng: Random) -> str:
    """The label is the value as escaped twice."""
    return json.dumps(json.dumps(value)[1:-1])[1:-1]


ENCODINGS: dict[str, tuple[Callable[[str, Random], str], tuple[str, ...]]] = {
    "json escapes": (json_escaped, ("email", "card", "ssn", "phone", "token")),
    "URL encoding": (url_encoded, ("email", "card", "phone", "token")),
    "HTML entities": (html_entities, ("email", "phone", "ssn", "card")),
    "base64": (base64_text, ("email", "ssn", "card", "token")),
    "zero width": (zero_width, ("email", "card", "ssn", "phone", "token", "iban")),
    "full width": (full_width, ("email", "card", "ssn", "phone")),
    "odd spaces": (odd_spaces, ("spaced card", "spaced phone", "spaced iban")),
    "odd hyphens": (odd_hyphens, ("ssn", "dashed card", "dashed phone")),
    "ANSI": (ansi, ("email", "card", "ssn", "token")),
    "split lines": (split_lines, ("spaced card", "spaced iban", "dashed phone")),
    "JSON in JSON": (json_in_json, ("email", "token", "spaced card")),
}
"""Encoding -> how, and the kinds of values it is tried on."""
