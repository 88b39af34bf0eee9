"""Telephone numbers by structure: calling codes and lengths, the North American plan, trunk prefixes.

Numbers made up for tests are often outside what a carrier has assigned, so only the shape is asked for.
"""

from __future__ import annotations

import itertools
import re

from inspector.redaction.checks.edges import after, before, digits_of

_SHORT = (
    "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 "
    "81 82 84"
)
_LONG = (
    *range(210, 270), *range(290, 300), *range(350, 390), *range(420, 424), *range(500, 510),
    *range(590, 600), *range(670, 693), 800, 808, 850, 852, 853, 855, 856, 870, 878, 880, 881, 882, 883,
    886, 888, *range(960, 980), *range(992, 999),
)  # fmt: skip
_CODES = (
    (1, frozenset(("1", "7"))),
    (2, frozenset(f"{_SHORT} 86 90 91 92 93 94 95 98".split())),
    (3, frozenset(str(n) for n in _LONG)),
)
"""Calling codes by length (ITU-T E.164)."""

_FIXED = {
    "1": (10, 10),
    "7": (10, 10),
    "33": (9, 10),
    "34": (9, 10),
    "48": (9, 10),
    "44": (9, 10),
    "91": (10, 10),
}
"""National digits (least, most) where the plan is fixed; the others take 6 to 12."""

_EXTENSION = re.compile(r"[\s,;]*(?:x|ext\.?|extension|#)\s*\d+\s*$", re.IGNORECASE)
_NUMBER_BEFORE = re.compile(r"\d[ /.-]$")
_NUMBER_AFTER = re.compile(r"[ /.-]\d{2,}|:\d")
_ZIP = re.compile(r"0\d{4}-\d{4}")
_DATE = re.compile(r"\d{1,2}([-/.])\d{1,2}\1(?:19|20)?\d{2}(?=\s|$)|\d{1,2}[-/.](?:19|20)\d\d(?=\s|$)")
_CALL = re.compile(r"\b(?:call|dial|text|app)\s?$", re.IGNORECASE)
_ISO_DATE = re.compile(r"(?:19|20)\d\d([-/.])\d\d\1\d\d")


def national_of(digits: str) -> str:
    """The digits after the calling code, or none where no code fits."""
    for size, codes in _CODES:
        if digits[:size] in codes:
            return digits[size:]
    return ""


def international(digits: str) -> bool:
    rest = national_of(digits)
    code = digits[: len(digits) - len(rest)]
    least, most = _FIXED.get(code, (6, 12))
    if rest.startswith("0"):
        rest = rest[1:]
    return bool(rest) and least <= len(rest) <= most and len(set(rest)) > 1


def nanp(digits: str) -> bool:
    """Ten digits of the North American plan. Examples such as 555-123-4567 break its rule for exchanges."""
    return len(digits) == 10 and digits[0] != "0" and len(set(digits)) > 2


def _core(value: str) -> str:
    return _EXTENSION.sub("", value)


def _free(text: str, start: int, end: int) -> bool:
    """Nothing on either side that makes the digits part of something longer: an id, a path, a sum."""
    return _free_left(text, start) and _free_right(text, end)


def _free_left(text: str, start: int) -> bool:
    left, further = before(text, start), before(text, start - 1)
    if left.isascii() and left.isalnum():
        return False
    return left == "" or left not in "_-/.#$€£+*^\\" or not further.isalnum()


def _free_right(text: str, end: int) -> bool:
    right, further = after(text, end), after(text, end + 1)
    if right == "_" or right.isdigit() or (right.isascii() and right.isalpha()):
        return False
    if right == "-":
        return not further.isalnum()
    # `…5309.Call me` is the end of a sentence, `…5309.7` is not.
    return right != "." or not further.isalnum() or further.isupper()


def phone_plus(value: str, text: str, start: int, end: int) -> bool:
    """`+` and a calling code."""
    core = _core(value)
    if not _free(text, start, end) or core.count("(") != core.count(")"):
        return False
    return international(digits_of(core.replace("(0)", "")))


def phone_double_zero(value: str, text: str, start: int, end: int) -> bool:
    """`00` or `001` in front of a calling code, with separators."""
    digits = digits_of(_core(value).replace("(0)", ""))
    groups = re.findall(r"\d+", value)[1:]
    if any(g.startswith("00") for g in groups):
        return False
    return _free(text, start, end) and digits.startswith("00") and international(digits[2:])


def phone_nanp(value: str, text: str, start: int, end: int) -> bool:
    digits = digits_of(_core(value))
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    return _free(text, start, end) and nanp(digits)


def phone_national(value: str, text: str, start: int, end: int) -> bool:
    """A trunk `0` and separators, 9 to 12 digits in all."""
    digits = digits_of(_core(value))
    pairs = re.findall(r"\d+", value)
    if all(int(b) - int(a) == 1 for a, b in itertools.pairwise(pairs)):
        return False
    if sum(p[0] == "0" and len(p) > 2 for p in pairs) > 2:
        return False  # code points and other padded columns
    return (
        _free(text, start, end)
        and ".00" not in value
        and not _NUMBER_BEFORE.search(text, max(0, start - 3), start)
        and not _NUMBER_AFTER.match(text, end)
        and not _DATE.match(value)
        and not _ZIP.fullmatch(value)
        and 9 <= len(digits) <= 12
        and digits[0] == "0"
        and digits[1] != "0"
        and len(set(digits)) > 2
    )


def phone_area(value: str, text: str, start: int, end: int) -> bool:
    """Brackets that belong to a call, `f(11) 1234-5678`, are no area code."""
    return _free(text, start, end) and 8 <= len(digits_of(value)) <= 13


def phone_named(value: str, text: str, start: int, end: int) -> bool:
    """Behind a word for telephone: any 7 to 15 digits that aren't a date or an amount."""
    core = _core(value)
    digits = digits_of(core)
    right, further = after(text, end), after(text, end + 1)
    if right.isdigit() or (right.isascii() and right.isalpha()) or _ISO_DATE.match(core):
        return False
    if digits == core and digits[0] == "1" and len(digits) in (10, 13, 16):
        return False  # seconds, milliseconds, microseconds since 1970
    if digits == core and len(digits) < 9 and _CALL.search(text, max(0, start - 8), start):
        return False
    if right in ("%", ":", ".", ",") and further.isdigit():
        return False
    return 7 <= len(digits) <= 15 and len(set(digits)) > 1
