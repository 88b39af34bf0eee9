"""JSON as it really comes: what the standard doesn't allow but tools write is read, the rest is refused with
a reason that quotes nothing of the data."""

from __future__ import annotations

import json
import re
from typing import Final, cast

import orjson

_MOST_DIGITS: Final = 4000
"""Python refuses to convert integers of more than 4,300 digits; longer ones stay text."""
_UNCOUNTED: Final = re.compile(rb'"\s+:|\\u00(?:22|3[aA])')
_ESCAPE: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)


class BadJson(Exception):
    """Why some bytes are no JSON, in words for a Problem."""


def decode(data: bytes) -> tuple[object, str]:
    """The value, and what is wrong with it although it could be read (empty: nothing).

    NaN and infinities are read; a lone surrogate or an invalid byte becomes U+FFFD, so that every text
    of a store can be written as UTF-8 again. Raises BadJson.
    """
    try:
        return cast(object, orjson.loads(data)), ""
    except orjson.JSONDecodeError as error:
        return _tolerant(data, error)


def _tolerant(data: bytes, error: orjson.JSONDecodeError) -> tuple[object, str]:
    if "depth" in str(error) or "recursion" in str(error).lower():
        raise BadJson("nested deeper than 1,024 levels") from None
    odd: list[str] = []
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode(errors="replace")
        odd.append("invalid UTF-8 replaced")
    if "surrogate" in str(error):
        text, count = _ESCAPE.subn(_without_lone, text)
        if count:
            odd.append("lone surrogates replaced")
    try:
        value = orjson.loads(text) if odd else _lenient(text)
    except orjson.JSONDecodeError:
        value = _lenient(text)
    return value, ", ".join(odd)


def _lenient(text: str) -> object:
    try:
        return cast(object, json.loads(text, parse_int=_int))
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()):
            raise BadJson("not JSON: it ends too early") from None
        raise BadJson(f"not JSON: unexpected at character {error.pos + 1}") from None
    except (ValueError, RecursionError):
        raise BadJson("not JSON that can be read") from None


def _int(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _without_lone(match: re.Match[str]) -> str:
    return "\\ufffd" if match[1] else match[0]


def repeats_keys(data: bytes) -> bool:
    """Whether any object has the same key twice; the decoder keeps only the last."""
    if _each_key_once(data):
        return False
    found = False

    def check(pairs: list[tuple[str, object]]) -> None:
        nonlocal found
        found = found or len({key for key, _ in pairs}) != len(pairs)

    try:
        json.loads(data, object_pairs_hook=check, parse_int=_int)
    except (ValueError, RecursionError):
        return False
    return found


def _each_key_once(data: bytes) -> bool:
    """Whether that is sure without looking at every object: as many keys come out of the decoder as went in.
    Where the text is written in a way in which they can't be counted, it isn't sure."""
    if _UNCOUNTED.search(data):
        return False
    try:
        again = orjson.dumps(orjson.loads(data))
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return False
    return again.count(b'":') == data.count(b'":')
