"""Government numbers of persons.

The US ranges are those of the Social Security Administration; check digits of other countries are
python-stdnum's, imported when a candidate first needs them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from inspector.redaction.checks.edges import after, digits_of, joins_number

if TYPE_CHECKING:
    from collections.abc import Callable


def ssn(value: str, text: str, start: int, end: int) -> bool:
    """Area 000, 666, 9xx, group 00 and serial 0000 were never issued; 9xx with a high group is an ITIN."""
    digits = digits_of(value)
    if len(digits) != 9 or joins_number(text, start, end, ".-/"):
        return False
    if after(text, end) == "-" and after(text, end + 1).isalnum():
        return False
    area, group, serial = int(digits[:3]), int(digits[3:5]), int(digits[5:])
    if area in (0, 666) or group == 0 or serial == 0 or len(set(digits)) == 1:
        return False
    return area < 900 or 50 <= group <= 65 or 70 <= group <= 88 or group in (90, 91, 92) or group >= 94


def stdnum_check(*modules: str) -> Callable[[str, str, int, int], bool]:
    """Valid in one of these modules of python-stdnum, and no part of a longer number."""

    def check(value: str, text: str, start: int, end: int) -> bool:
        if joins_number(text, start, end, ".-/") or len(set(digits_of(value))) < 2:
            return False
        return any(import_module(f"stdnum.{name}").is_valid(value) for name in modules)

    return check


def nino(value: str, text: str, start: int, end: int) -> bool:
    """UK National Insurance: no check digit, but prefixes that are never given."""
    compact = value.replace(" ", "").upper()
    return not joins_number(text, start, end) and compact[:2] not in (
        "BG",
        "GB",
        "NK",
        "KN",
        "TN",
        "NT",
        "ZZ",
    )


def nric(value: str, text: str, start: int, end: int) -> bool:
    """Singapore NRIC and FIN: weights 2 7 6 5 4 3 2, an offset by series, a table of letters."""
    first, digits, letter = value[0].upper(), value[1:8], value[8].upper()
    total = sum(int(d) * w for d, w in zip(digits, (2, 7, 6, 5, 4, 3, 2), strict=True))
    total += {"T": 4, "G": 4, "M": 3}.get(first, 0)
    table = {
        "S": "JZIHGFEDCBA",
        "T": "JZIHGFEDCBA",
        "F": "XWUTRQPNMLK",
        "G": "XWUTRQPNMLK",
        "M": "KLJNPQRTUWX",
    }
    at = 10 - total % 11 if first == "M" else total % 11
    return not joins_number(text, start, end) and table[first][at] == letter


def hkid(value: str, text: str, start: int, end: int) -> bool:
    """Hong Kong identity card: letters as 10 to 35, a blank as 36, weights 9 down to 1, mod 11."""
    compact = "".join(c for c in value.upper() if c.isalnum()).rjust(9)
    values = [36 if c == " " else int(c, 36) for c in compact]
    return sum(v * w for v, w in zip(values, range(9, 0, -1), strict=True)) % 11 == 0


def snils(value: str, text: str, start: int, end: int) -> bool:
    """Russian pension number: nine digits weighted 9 to 1, mod 101."""
    digits = digits_of(value)
    total = sum(int(d) * w for d, w in zip(digits[:9], range(9, 0, -1), strict=True)) % 101 % 100
    return not joins_number(text, start, end, ".-/") and total == int(digits[9:])


def document(value: str, text: str, start: int, end: int) -> bool:
    """A passport or licence number behind its name: capitals and digits, at least four of these."""
    return sum(c.isdigit() for c in value) >= 4 and not joins_number(text, start, end)


def npi(value: str, text: str, start: int, end: int) -> bool:
    """US National Provider Identifier: Luhn over 80840 and the ten digits."""
    from inspector.redaction.checks.payment import luhn

    return not joins_number(text, start, end) and luhn("80840" + value)


def dea(value: str, text: str, start: int, end: int) -> bool:
    """US DEA registration: the sum of odd places and twice the even ones ends in the last digit."""
    d = [int(c) for c in value[2:]]
    return not joins_number(text, start, end) and (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6]
