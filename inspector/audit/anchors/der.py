"""The little of DER (X.690) that RFC 3161 needs: building a request, walking an answer."""

from __future__ import annotations

from dataclasses import dataclass

INTEGER, BOOLEAN, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x01, 0x04, 0x05, 0x06, 0x30


class Malformed(ValueError):
    """Bytes that are no DER, or not the structure that was expected."""


@dataclass(frozen=True, slots=True)
class Element:
    tag: int
    body: bytes

    def children(self) -> list[Element]:
        return elements(self.body)


def encode(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def integer(value: int) -> bytes:
    """Of a number that isn't negative."""
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    first, second, *rest = (int(part) for part in dotted.split("."))
    body = bytearray([first * 40 + second])
    for number in rest:
        part = [number & 0x7F]
        while number := number >> 7:
            part.append(number & 0x7F | 0x80)
        body += bytes(reversed(part))
    return encode(OID, bytes(body))


def sequence(*parts: bytes) -> bytes:
    return encode(SEQUENCE, b"".join(parts))


def elements(data: bytes) -> list[Element]:
    """The elements side by side in `data`. Raises Malformed."""
    found, at = [], 0
    while at < len(data):
        element, at = _element(data, at)
        found.append(element)
    return found


def _element(data: bytes, at: int) -> tuple[Element, int]:
    if at + 2 > len(data) or data[at] & 0x1F == 0x1F:
        raise Malformed("no element")
    tag, size = data[at], data[at + 1]
    at += 2
    if size & 0x80:
        count = size & 0x7F
        if not 1 <= count <= 4 or at + count > len(data):
            raise Malformed("no length")
        size = int.from_bytes(data[at : at + count], "big")
        at += count
    if at + size > len(data):
        raise Malformed("cut short")
    return Element(tag, data[at : at + size]), at + size


def only(data: bytes, tag: int) -> Element:
    """The single element that `data` is."""
    found = elements(data)
    if len(found) != 1 or found[0].tag != tag:
        raise Malformed("another structure")
    return found[0]
