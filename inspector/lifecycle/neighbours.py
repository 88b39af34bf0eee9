"""What stands before and after some bytes, decoded as far as a boundary of words needs it."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import TypeAlias

    from inspector.lifecycle.forms import Pattern

    Bytes: TypeAlias = bytes | bytearray

_REACH: Final = 16
_IN_ADDRESS: Final = ".+-%'"
_UNICODE: Final = re.compile(rb"\\u([0-9a-fA-F]{4})\Z")
_SIMPLE: Final = re.compile(rb"\\[nrtbf]\Z")
_PERCENT: Final = re.compile(rb"%([0-9a-fA-F]{2})\Z")
_UNICODE_AFTER: Final = re.compile(rb"\\+u([0-9a-fA-F]{4})")
_PERCENT_AFTER: Final = re.compile(rb"%([0-9a-fA-F]{2})")
_GROUPS: Final = re.compile(rb"[A-Za-z0-9+/_-]*")


def neighbours(data: Bytes, start: int, end: int, pattern: Pattern) -> tuple[str, str]:
    """The characters around what `pattern` found at `start:end`; empty where there is none."""
    if pattern.form == "utf-16":
        return _wide(data, start, end, pattern.data)
    if pattern.form == "base64":
        unpacked = _unpacked(data, start, end, pattern)
        return ("", "") if unpacked is None else (_before(unpacked[0]), _after(unpacked[1]))
    return _before(data[max(0, start - _REACH) : start]), _after(data[end : end + _REACH])


def joining(text: str, around: tuple[str, str]) -> tuple[str, str]:
    """Those of the characters around a text with which a longer word goes on; what else stands there differs
    from an index to the record it is of."""
    before, after = around
    if "@" in text:
        # jo-ann@ and jo.ann@ are others than ann@.
        return (
            before if _joins(text[0], before) or (before and before in _IN_ADDRESS) else "",
            after if _joins(text[-1], after) or after == "-" else "",
        )
    return before if _joins(text[0], before) else "", after if _joins(text[-1], after) else ""


def _joins(edge: str, neighbour: str) -> bool:
    if not neighbour or not (neighbour.isalnum() or neighbour == "_"):
        return False
    # Scripts without spaces between words have no such boundary.
    return (edge.isalnum() or edge == "_") and not _spaceless(edge)


def _spaceless(character: str) -> bool:
    if character.isascii():
        return False
    name = unicodedata.name(character, "")
    return name.startswith(("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR"))


def _before(data: Bytes) -> str:
    if _SIMPLE.search(data):
        return "\n"
    if found := _UNICODE.search(data):
        return chr(int(found[1], 16))
    if found := _PERCENT.search(data):
        code = int(found[1], 16)
        return chr(code) if code < 0x80 else "é"
    for size in range(1, 5):
        try:
            return data[-size:].decode() if data else ""
        except UnicodeDecodeError:
            continue
    return ""


def _after(data: Bytes) -> str:
    if found := _UNICODE_AFTER.match(data):
        return chr(int(found[1], 16))
    if found := _PERCENT_AFTER.match(data):
        code = int(found[1], 16)
        return chr(code) if code < 0x80 else "é"
    for size in range(1, 5):
        try:
            return data[:size].decode()
        except UnicodeDecodeError:
            continue
    return ""


def _wide(data: Bytes, start: int, end: int, needle: bytes) -> tuple[str, str]:
    # The high byte of ASCII is zero: first in big endian.
    order = "utf-16-be" if needle[:1] == b"\0" else "utf-16-le"
    around = (data[max(0, start - 2) : start], data[end : end + 2])
    first, last = (unit.decode(order, "ignore") if len(unit) == 2 else "" for unit in around)
    return first, last


def _unpacked(data: Bytes, start: int, end: int, pattern: Pattern) -> tuple[bytes, bytes] | None:
    """Bytes before and after the needle in the text that was packed."""
    group = start - (0, 2, 3)[pattern.shift]
    low = group
    while low >= 4 and group - low < _REACH and _is_group(data[low - 4 : low]):
        low -= 4
    run = _GROUPS.match(data, group, end + _REACH)
    if run is None or group < 0:
        return None
    text = data[low : run.end()].replace(b"-", b"+").replace(b"_", b"/")
    try:
        plain = base64.b64decode(text[: len(text) - (len(text) % 4 == 1)] + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    begin = (group - low) // 4 * 3 + pattern.shift
    return plain[:begin], plain[begin + pattern.size :]


def _is_group(data: Bytes) -> bool:
    found = _GROUPS.fullmatch(data)
    return found is not None and len(data) == 4
