"""The few parts of a Phoenix span's attributes that a list needs, still as JSON: equal ones are decoded once.

Sorted by how they repeat: who was served is nearly always someone else, counts vary, all else hardly does.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, cast

import msgspec
import orjson
from msgspec import Raw

from inspector.stores.formats import semconv
from inspector.stores.formats.phoenix_attributes import HEAD, head_facts, pick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.model import Value
    from inspector.stores.formats.phoenix_attributes import Trie
    from inspector.stores.sqlite_db import Cell

Pieces: TypeAlias = tuple[tuple[str, bytes], ...]
"""Flat keys and the JSON that stands there."""

_WHO: Final = frozenset((*semconv.USER, *semconv.SESSION))
_COUNTS: Final = frozenset(
    (
        *semconv.TOKENS_IN,
        *semconv.TOKENS_OUT,
        *semconv.TOKENS_ALL,
        semconv.USAGE,
        *semconv.COST,
        semconv.COSTS,
    )
)
_PRESENCE: Final = frozenset(key for key, _ in semconv.IMPLIED).difference(semconv.KIND, semconv.MODEL)
"""Keys of which only matters that they are there."""
_OBJECT: Final = msgspec.json.Decoder(dict[str, Raw])
_NULL: Final = b"null"
_PYTHONS: Final = b" "
"""Begins JSON that Python's reader wrote, and has to read: its long integers are exact."""


class Parts(NamedTuple):
    kept: Pieces
    """What says kind, model, environment and tags."""
    who: Pieces
    counts: Pieces


NO_PARTS: Final = Parts((), (), ())


class _Node:
    """Where a step of a key leads: to facts of one sort, or to several deeper ones."""

    __slots__ = ("deeper", "flat", "presence", "sort", "trie")

    def __init__(self, flat: str, trie: Trie) -> None:
        below = {key for key in semconv.HEAD_KEYS if key == flat or key.startswith(f"{flat}.")}
        self.flat = flat
        self.trie = trie
        self.sort = _sort(below)
        self.presence = not trie and flat in _PRESENCE
        mixed = len({_sort({key}) for key in below}) > 1 or (bool(trie) and not below.isdisjoint(_PRESENCE))
        self.deeper = {step: _Node(f"{flat}.{step}", t) for step, t in trie.items()} if mixed else None


def _sort(keys: set[str]) -> int:
    return 1 if keys <= _WHO else 2 if keys <= _COUNTS else 0


_ROOT: Final = {step: _Node(step, trie) for step, trie in HEAD.items()}


def _all(nodes: Mapping[str, _Node]) -> dict[str, _Node]:
    found: dict[str, _Node] = {}
    for node in nodes.values():
        found[node.flat] = node
        if node.deeper:
            found |= _all(node.deeper)
    return found


_BY_FLAT: Final = _all(_ROOT)


def parts(attributes: Cell) -> Parts:
    """The parts of a cell; none of one that holds no object."""
    if not isinstance(attributes, str):
        return NO_PARTS
    found: tuple[list[tuple[str, bytes]], ...] = ([], [], [])
    try:
        _gather(_OBJECT.decode(attributes), _ROOT, found)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return _slowly(attributes)
    return Parts(tuple(found[0]), tuple(found[1]), tuple(found[2]))


def _gather(
    members: dict[str, Raw], nodes: Mapping[str, _Node], found: tuple[list[tuple[str, bytes]], ...]
) -> None:
    for step, raw in members.items():
        node = nodes.get(step)
        if node is None:
            continue
        if node.deeper is not None:
            _gather(_OBJECT.decode(raw), node.deeper, found)
        else:
            found[node.sort].append((node.flat, _NULL if node.presence else bytes(raw)))


def _slowly(attributes: str) -> Parts:
    """By the format's own reader: JSON that only Python's reads, or objects where none were expected."""
    found: tuple[list[tuple[str, bytes]], ...] = ([], [], [])
    for flat, value in head_facts(attributes).items():
        if flat in semconv.HEAD_KEYS:
            found[_sort({flat})].append((flat, _PYTHONS + json.dumps(value).encode()))
    return Parts(tuple(found[0]), tuple(found[1]), tuple(found[2]))


def facts(pieces: Pieces) -> dict[str, Value]:
    """Pieces as the attributes they stand for, by flat key."""
    found: dict[str, Value] = {}
    for flat, raw in pieces:
        value = _value(raw)
        node = _BY_FLAT.get(flat)
        if isinstance(value, dict) and node is not None and node.trie:
            pick(value, node.trie, f"{flat}.", found)
        else:
            found[flat] = value
    return found


def _value(raw: bytes) -> Value:
    if raw.startswith(_PYTHONS):
        return cast("Value", json.loads(raw))
    try:
        return cast("Value", orjson.loads(raw))
    except orjson.JSONDecodeError:  # half a surrogate pair
        return cast("Value", json.loads(raw))
