"""Tokens and keys: those that follow a word for a secret, those with a prefix, those with a structure."""

from __future__ import annotations

import base64
import binascii
import json
import re

from inspector.redaction.checks.edges import after, ascii_word, before
from inspector.redaction.checks.password import listed, opens
from inspector.redaction.checks.words import (
    both_cases,
    digit,
    entropy,
    named,
    placeholder,
    quoted,
    reference,
    wordlike,
)

_SETTING = re.compile(r"(?:^|[\n?&]|export |ENV )[\w.-]*(?<![?&]key)(?<![?&]code)(?<![?&]sig)(?<![?&]auth)=$")
"""A line of settings or a parameter of a URL, where a value follows without a space; no call's argument."""

_INDEX = re.compile(r"[\w.]+\[[\w.]*\]")
_NUMERIC = re.compile(r"[\d.,:+eE-]+")
_COUNTED = re.compile(r"(?i)tokens?\W*$")
_AWS_WORD = re.compile(r"(?i)aws|secret|amazon|\bs3\b|access.?key|AKIA[A-Z0-9]{12}|ASIA[A-Z0-9]{12}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAMES_A_SECRET = re.compile(
    r"(?i)(?:key|token|secret|pat|auth|credentials?|pass(?:word)?|licen[cs]e|dsn|login)[\"'\s:=>]*$"
)
_PARTS = re.compile(r"[-_:.]")


def token(value: str, text: str, start: int, end: int) -> bool:
    """Behind `secret`, `token`, `api_key`: a higher bar, since those words name many harmless things."""
    if len(value) < 6 or value[0] in "=#" or placeholder(value) or opens(text, end):
        return False
    in_quotes = quoted(text, start)
    if not in_quotes and reference(value):
        return False
    if named(value) or _INDEX.fullmatch(value):
        return in_quotes and "secret" in value.lower() and not value.endswith("ecret")
    if listed(text, start) and not digit(value):
        return False
    if _NUMERIC.fullmatch(value) and (len(value) < 24 or "e" not in value.lower()):
        return len(value) >= 8 and value.isdigit() and not _COUNTED.search(text, max(0, start - 12), start)
    if _SETTING.search(text, max(0, start - 80), start) and (value.isalpha() or digit(value)):
        return True
    if wordlike(value):
        return in_quotes and value.isalpha() and ("secret" in value or "pass" in value)
    return _unlike_words(value)


def _unlike_words(value: str) -> bool:
    letters = any(c.isalpha() for c in value)
    if letters and (digit(value) or any(c in "!@#$%^&*+=~?" for c in value)):
        return True
    return (len(value) >= 16 and entropy(value) >= 3.0) or (len(value) >= 10 and both_cases(value))


def random_token(value: str, text: str, start: int, end: int) -> bool:
    """A long run that was drawn, not written: letters and digits, no words."""
    if placeholder(value) or wordlike(value) or ("." in value and reference(value)):
        return False
    return digit(value) and any(c.isalpha() for c in value) and entropy(value) >= 2.5


def named_token(value: str, text: str, start: int, end: int) -> bool:
    """Behind a vendor's name: a random run; where no word says secret, one that can't be an id."""
    if not random_token(value, text, start, end):
        return False
    if _NAMES_A_SECRET.search(text, max(0, start - 24), start):
        return True
    if _UUID.fullmatch(value) or value.isdigit():
        return False
    return len(value) >= 20 and "/" not in value and value.count("-") <= 3


def anything(value: str, text: str, start: int, end: int) -> bool:
    """Where the pattern says it all but the left edge."""
    return not ascii_word(before(text, start))


def standalone(value: str, text: str, start: int, end: int) -> bool:
    """A prefixed token starts at its prefix: no letter, digit or `_` before; nor is `ghp_xxxx…` one."""
    left = before(text, start)
    if ascii_word(left) or (left == "-" and ascii_word(before(text, start - 1))):
        return False
    return len(set(value[-12:])) > 3


def apart(value: str, text: str, start: int, end: int) -> bool:
    """Like `standalone`, and the run ends where the token ends."""
    return standalone(value, text, start, end) and not ascii_word(after(text, end))


def drawn(value: str, text: str, start: int, end: int) -> bool:
    """A prefixed token whose body is random: for prefixes that words start with too (`sk-`, `pk_`)."""
    if not standalone(value, text, start, end) or placeholder(value):
        return False
    body = _PARTS.split(value, maxsplit=1)[-1]
    return not wordlike(body) and digit(body) and entropy(body) >= 2.8


def drawn_body(value: str, text: str, start: int, end: int) -> bool:
    """Random behind a run of one letter."""
    body = value.lstrip("A")
    return apart(value, text, start, end) and entropy(body) >= 3.8 and digit(body)


def mixed(value: str, text: str, start: int, end: int) -> bool:
    """A random run of both cases and digits that stands alone: for prefixes that are no mark."""
    body = value[4:]
    numbers = sum(c.isdigit() for c in body)
    return (
        apart(value, text, start, end)
        and numbers >= 2
        and (both_cases(body) or numbers >= len(body) // 6)
        and body.count("_") <= 2
        and entropy(body) >= 3.2
        and not wordlike(value)
    )


def cased(value: str, text: str, start: int, end: int) -> bool:
    """`mixed` with capitals and small letters, so that no digest passes."""
    return mixed(value, text, start, end) and both_cases(value)


def bearer(value: str, text: str, start: int, end: int) -> bool:
    """`Bearer` is followed by prose as well: a token has a digit, or is long and no words."""
    return not placeholder(value) and (digit(value) or (len(value) >= 16 and not wordlike(value)))


def authorization(value: str, text: str, start: int, end: int) -> bool:
    words = value.split()
    if placeholder(value) or reference(value) or placeholder(words[-1]) or placeholder(words[0]):
        return False
    return digit(value) or (len(words) == 1 and len(value) >= 16 and not wordlike(value))


def header(value: str, text: str, start: int, end: int) -> bool:
    if placeholder(value) or reference(value) or wordlike(value):
        return False
    return digit(value) or (len(value) >= 20 and " " not in value)


def jwt(value: str, text: str, start: int, end: int) -> bool:
    """JWS and JWE in compact form (RFC 7515, 7516): the first part is base64url of a JSON object."""
    head = value.split(".", 1)[0]
    try:
        header_ = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (binascii.Error, ValueError):
        return len(value) >= 60
    return isinstance(header_, dict)


def basic(value: str, text: str, start: int, end: int) -> bool:
    """HTTP Basic (RFC 7617): base64 of `user:password`."""
    try:
        return b":" in base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False


def aws_secret(value: str, text: str, start: int, end: int) -> bool:
    """40 characters of base64 that aren't a hex digest or a path, near a word of AWS or a key id."""
    left, right = before(text, start), after(text, end)
    if ascii_word(left) or left in ("/", "+") or ascii_word(right) or right in ("/", "+"):
        return False
    if not _AWS_WORD.search(text, max(0, start - 80), min(len(text), end + 60)):
        return False
    return both_cases(value) and digit(value) and entropy(value) >= 4.0 and value.count("/") <= 6
