"""Payment cards (ISO/IEC 7812: issuer ranges and the Luhn digit) and IBANs (ISO 13616: lengths, mod 97)."""

from __future__ import annotations

import re

from inspector.redaction import matcher
from inspector.redaction.checks.edges import after, ascii_word, before, digits_of, joins_number

_GROUPS = re.compile(r"\d+")
_CARD_WORD = re.compile(
    r"card|visa|master|amex|american express|maestro|discover|diners|jcb|union ?pay|\bpan\b|credit|debit|"
    r"payment|kart|carte|tarjeta|cart[aã]o|carta|カード|卡|카드|карт|بطاقة",
    re.IGNORECASE,
)

_LAYOUTS = frozenset(
    {
        (4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 1), (4, 4, 4, 3), (4, 4, 4, 2), (4, 4, 4, 4, 1),
        (4, 4, 4, 4, 2), (4, 4, 4, 4, 3), (4, 5, 6), (6, 13), (6, 10), (8, 8), (6, 4, 5), (4, 4, 5),
        (4, 4, 7), (4, 12), (12, 4),
    }
)  # fmt: skip
"""How printed card numbers are grouped."""

_MAESTRO = ("5018", "5020", "5038", "5893", "6304", "6759", "6761", "6762", "6763")


def luhn(digits: str) -> bool:
    return matcher.luhn(digits.encode())


def issuer(digits: str) -> str:
    """The network whose range and length the number fits, or none. Ranges as the networks publish them."""
    size, two, three, four = len(digits), int(digits[:2]), int(digits[:3]), int(digits[:4])
    if digits[0] == "4":
        return "visa" if size in (13, 16, 19) else ""
    if 51 <= two <= 55 or 2221 <= four <= 2720:
        return "mastercard" if size == 16 else ""
    if two in (34, 37):
        return "amex" if size == 15 else ""
    if two in (36, 38, 39) or 300 <= three <= 305 or three == 309:
        return "diners" if size in (14, 16) else ""
    if 3528 <= four <= 3589:
        return "jcb" if size in (16, 19) else ""
    if four in (2131, 1800):
        return "jcb" if size == 15 else ""
    if 2200 <= four <= 2204:
        return "mir" if 16 <= size <= 19 else ""
    if four == 6011 or 644 <= three <= 649 or two == 65:
        return "discover" if size in (16, 19) else ""
    if two in (62, 81):
        return "unionpay" if 16 <= size <= 19 else ""
    if digits[:4] in _MAESTRO:
        return "maestro" if 13 <= size <= 19 else ""
    if two in (50, 56, 57, 58, 60, 63, 67, 82):
        return "other" if size in (16, 18, 19) else ""
    if digits[:4] == "9792":
        return "troy" if size == 16 else ""
    return ""


_ROW_BEFORE = re.compile(r"(?:\b[0-9A-F]{4}[ ,]{1,2}){1,4}$")
_ROW_AFTER = re.compile(r"(?:[ ,]{1,2}[0-9A-F]{4}\b){1,4}")
_HEX = frozenset("0123456789ABCDEF")
_ROW = 24
"""Characters that four more groups of four take."""


def _hex_beside(before: str) -> bool:
    """Whether what stands in front of a number ends in a group's last digit and a sign."""
    return before[-1:] in (" ", ",") and before.rstrip(" ,")[-1:] in _HEX


def _in_a_row(text: str, start: int, end: int) -> bool:
    """Whether three or more groups of four stand beside the number: a column of numbers, a table of code points.
    Fewer may be a year, an amount or the end of a phone number, and four may be another card."""
    left = (
        _ROW_BEFORE.search(text, max(0, start - _ROW), start)
        if _hex_beside(text[max(0, start - 3) : start])
        else None
    )
    right = _ROW_AFTER.match(text, end)
    if left is None and right is None:
        return False
    sides = [m.group() for m in (left, right) if m is not None]
    if sum(len(re.findall("[0-9A-F]{4}", side)) for side in sides) < 3:
        return False
    return not any(len(d := digits_of(side)) == 16 and luhn(d) and issuer(d) for side in sides)


def _near_card_word(text: str, start: int, end: int) -> bool:
    return bool(_CARD_WORD.search(text, max(0, start - 40), min(len(text), end + 20)))


def card(value: str, text: str, start: int, end: int) -> bool:
    """Luhn, an issuer's range and a length it uses, in one run or in groups that cards are printed in."""
    digits = digits_of(value)
    if not 13 <= len(digits) <= 19 or len(set(digits)) < 2:
        return False
    # Tables that were numbers once write `4242424242424242.0`.
    behind = end + 2 if text[end : end + 2] == ".0" and not after(text, end + 2).isalnum() else end
    if joins_number(text, start, behind, ".-"):
        return False
    if not luhn(digits):
        return False
    name = issuer(digits)
    if not name:
        return False
    if value.count("\n") > 1:
        return False
    groups = tuple(len(g) for g in _GROUPS.findall(value))
    if len(groups) == 1:
        # Row ids and snowflakes are as long: outside the lengths people use, only beside a word for a card.
        usual = len(digits) <= 16 and (len(digits) >= 15 or name in ("visa", "diners"))
        return usual or name == "unionpay" or _near_card_word(text, start, end)
    spaced = " " in value or "," in value
    if spaced and _in_a_row(text, start, end) and not _near_card_word(text, start, end):
        return False
    return groups in _LAYOUTS or (set(groups) <= {1, 2} and _near_card_word(text, start, end))


_LENGTHS = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
IBAN_LENGTH = {country: size for size, countries in _LENGTHS.items() for country in countries.split()}
"""Characters of an IBAN by country, from the ISO 13616 registry."""


def iban(value: str, text: str, start: int, end: int) -> bool:
    compact = "".join(c for c in value.upper() if c.isalnum())
    if IBAN_LENGTH.get(compact[:2]) != len(compact):
        return False
    if ascii_word(before(text, start)) or ascii_word(after(text, end)):
        return False
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1
