"""Passwords by what stands around them: settings, command lines, URLs, sentences."""

from __future__ import annotations

import re

from inspector.redaction.checks.edges import after, before
from inspector.redaction.checks.words import both_cases, digit, ends_line, placeholder, quoted, reference

_POPULAR = """
letmein qwerty iloveyou dragon monkey football baseball superman batman sunshine princess welcome shadow
trustno1 swordfish starwars whatever opensesame abracadabra asdfgh zxcvbn admin root guest changeme
"""
_COMMON = frozenset(_POPULAR.split())
"""Passwords that are plain words."""

_ATTRIBUTE = re.compile(r"[\w)\]]\.\w*pass\w* = $")
_SNAKE = re.compile(r"_?[a-z]+(?:_[a-z]+)+")
_LISTED = re.compile(r",\s{0,3}\\{0,3}[\"'`]$")
_MEASURE = re.compile(r"\d{1,3}(?:[.,%]\d*)?|\d+(?:ms|s|m|h|d|px|kb|mb)")
_DATED = re.compile(r"(?:19|20)\d\d(?:-\d\d-\d\d)?|\d+(?:st|nd|rd|th|-\w+)")
_LITTLE = "the a an is are of to and or for in on your you it that this with be can"
_PROSE = frozenset(_LITTLE.split())


def listed(text: str, start: int) -> bool:
    """The quoted thing is the next of a list rather than what a key stands for."""
    return _LISTED.search(text, max(0, start - 6), start) is not None


def opens(text: str, end: int) -> bool:
    """A bracket follows: the thing before it is a call or an index."""
    return after(text, end) in ("(", "[")


def password(value: str, text: str, start: int, end: int) -> bool:
    """Behind a word for password a low bar: anything that isn't a placeholder, a reference or plain prose."""
    if len(value) < 4 or value[0] == "=" or placeholder(value):
        return False
    if quoted(text, start):
        return digit(value) or not listed(text, start)
    if reference(value):
        return False
    if value.lower() in _COMMON:
        return True
    if opens(text, end) or _ATTRIBUTE.search(text, max(0, start - 40), start) or _SNAKE.fullmatch(value):
        return False
    if value.isalpha():
        return before(text, start) == "=" or ends_line(text, end)
    return _MEASURE.fullmatch(value) is None


def spoken_password(value: str, text: str, start: int, end: int) -> bool:
    """`my password is …`: prose follows those words as often as a password, so it must look like one."""
    bare = value.strip(".,;:!?")
    if len(bare) < 4 or bare[0] == "(" or bare[-1] == "=" or placeholder(bare):
        return False
    if quoted(text, start):
        return True
    if reference(bare) or _DATED.fullmatch(bare):
        return False
    if bare.lower() in _COMMON or (bare.isalpha() and len(bare) >= 16):
        return True
    camel = any(c.isupper() for c in bare[1:]) and any(c.islower() for c in bare)
    return camel or digit(bare) or any(c in "!@#$%^&*+=~|?_" for c in bare)


def strong_password(value: str, text: str, start: int, end: int) -> bool:
    """Letters, a digit, and a sign or both cases: what stands after `user:` in prose must be clear."""
    if placeholder(value) or reference(value) or not digit(value):
        return False
    return any(c.isalpha() for c in value) and (
        any(c in "!@#$%^&*+=~|?" for c in value) or both_cases(value.strip("()[]"))
    )


def flag_password(value: str, text: str, start: int, end: int) -> bool:
    """Behind `-p` or `-u user:`: no variable, no placeholder, and with something a word doesn't have."""
    if placeholder(value) or value.startswith(("$", "-")) or reference(value):
        return False
    if value.isalpha() and value.islower():
        return value in _COMMON or before(text, start) in ("=", ":", "'", '"')
    return True


def url_password(value: str, text: str, start: int, end: int) -> bool:
    """The password of a URL's userinfo, unless it is a placeholder or a variable."""
    if value.startswith(("$", "%(", "{", "<")):
        return False
    return not placeholder(value) or value.lower() in ("password", "secret", "pass")


def seed_phrase(value: str, text: str, start: int, end: int) -> bool:
    """Words of a word list, not a sentence: none of the little words that join sentences."""
    return _PROSE.isdisjoint(value.lower().replace(",", " ").split())
