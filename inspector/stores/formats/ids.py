"""Trace and span ids of any writer as one opaque string each.

OpenTelemetry ids are 16 and 8 bytes: lower-case hex here, whether written as upper-case hex, with `0x`, or as
the base64 of protobuf's JSON form (protobuf `MessageToJson` of a bytes field). Anything else stays as it is.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.model import BytePlace

_HEX = frozenset("0123456789abcdefABCDEF")
_USUAL = re.compile(r"[0-9a-f]{16}(?:[0-9a-f]{16})?", re.ASCII)
_ZEROS = ("0" * 16, "0" * 32)
_BYTES_OF_BASE64 = {24: 16, 12: 8}
"""Length of an id in base64 -> its bytes. Only the padded form is believed: a word may have 22 letters."""


def normal_id(value: object) -> str:
    """One id; "" where there is none (missing, null, empty, all zero)."""
    if not isinstance(value, str):
        return "" if value is None or isinstance(value, (bool, list, dict)) else str(value)
    if _USUAL.fullmatch(value):
        return "" if value in _ZEROS else value
    length = len(value)
    if length in (32, 16) and _HEX.issuperset(value):
        return value.lower()
    if value[:2] in ("0x", "0X") and length > 2 and _HEX.issuperset(value[2:]):
        return "" if not value[2:].strip("0") else value[2:].lower()
    if length in _BYTES_OF_BASE64:
        return _from_base64(value, _BYTES_OF_BASE64[length])
    return value


def parent_id(value: object) -> str | None:
    """A parent's id; none at a root, however its writer says so."""
    return normal_id(value) or None


def _from_base64(text: str, size: int) -> str:
    if not text.endswith("=") or not text.isascii():
        return text
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        return text
    if len(data) != size:
        return text
    return data.hex() if any(data) else ""


def synthetic_trace_id(place: BytePlace) -> str:
    """The trace id of a span that names none: its place, so that it is the same each time it is read."""
    way = ".".join(str(step) for step in place.path if isinstance(step, int))
    return f"untraced:{place.start}:{way}" if way else f"untraced:{place.start}"
