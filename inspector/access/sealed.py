"""How a sealed value lies in a store: `{"__encrypted__": true, "ciphertext": "…", "key_id": "…"}`, as an object
or as its JSON in a text. Other systems write that form too; what of theirs isn't our envelope stays shut."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from inspector.access.envelope import MAGIC, Envelope, EnvelopeError, parse
from inspector.model import Multimap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from inspector.model import Attributes, Value

MARK: Final = "__encrypted__"
BLIND: Final = "blind"
"""The key of a blind index, where one was asked for."""
WAS: Final = "was"
_LARGEST: Final = 100 << 20


class Sealed(Struct, frozen=True):
    """`ours` is none for another system's, which has no binding to its place."""

    ciphertext: str
    key_id: str
    blind: str = ""
    was: str = ""
    """What a number or boolean was written as before: OTLP's wrapper, or `value`."""
    ours: Envelope | None = None
    problem: str = ""
    """Why an envelope of ours can't be read, in a sentence."""

    @property
    def dek_id(self) -> str:
        return "" if self.ours is None else self.ours.dek_id.hex()


def sealed_of(value: Value) -> Sealed | None:
    """The sealed value that a stored value is, or none. Raises nothing."""
    if isinstance(value, Multimap):
        value = dict(value.pairs)
    if isinstance(value, str):
        if not value.startswith("{") or f'"{MARK}"' not in value or len(value) > _LARGEST:
            return None
        value = _json(value)
    if not isinstance(value, dict) or value.get(MARK) is not True:
        return None
    return _read(*(_string(value.get(name)) for name in ("ciphertext", "key_id", BLIND, WAS)))


def _string(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _json(text: str) -> Value:
    """None for what is no JSON."""
    import orjson

    try:
        found: Value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return found


def _read(ciphertext: str, key_id: str, blind: str, was: str) -> Sealed:
    try:
        blob = base64.b64decode(ciphertext, validate=True)
    except (binascii.Error, ValueError):
        return Sealed(ciphertext, key_id, blind, was)
    if not blob.startswith(MAGIC):
        return Sealed(ciphertext, key_id, blind, was)
    try:
        return Sealed(ciphertext, key_id, blind, was, parse(blob))
    except EnvelopeError as error:
        return Sealed(ciphertext, key_id, blind, was, None, error.what)


def written(blob: bytes, key_id: str, blind: str = "", was: str = "") -> dict[str, Value]:
    """The object that is stored."""
    shape: dict[str, Value] = {
        MARK: True,
        "ciphertext": base64.b64encode(blob).decode("ascii"),
        "key_id": key_id,
    }
    if blind:
        shape[BLIND] = blind
    if was:
        shape[WAS] = was
    return shape


def canonical(path: Iterable[str | int]) -> str:
    """The key that a value is bound to. Indexes are left out, so that deleting a sibling moves nothing; nested
    and flattened keys are one, since formats change one into the other."""
    return ".".join(step for step in path if isinstance(step, str))


def sealed_in(attributes: Attributes) -> Iterator[tuple[str, Sealed]]:
    """Every sealed value of some attributes with the key it is bound to."""
    for attribute in attributes:
        yield from _walk((attribute.key,), attribute.value)


def _walk(path: tuple[str | int, ...], value: Value) -> Iterator[tuple[str, Sealed]]:
    stack: list[tuple[tuple[str | int, ...], Value]] = [(path, value)]
    while stack:
        at, one = stack.pop()
        found = sealed_of(one)
        if found is not None:
            yield canonical(at), found
        elif isinstance(one, list):
            stack += [((*at, i), item) for i, item in enumerate(one)]
        elif isinstance(one, dict | Multimap):
            pairs = one.pairs if isinstance(one, Multimap) else one.items()
            stack += [((*at, key), below) for key, below in pairs]
        elif isinstance(one, str) and one[:1] in ("{", "[") and MARK in one and len(one) <= _LARGEST:
            stack.append((at, _json(one)))


def sealed_values(value: Value) -> Iterator[tuple[str, Sealed]]:
    """The same of one value that has no key of its own: an input, an output."""
    yield from _walk((), value)
