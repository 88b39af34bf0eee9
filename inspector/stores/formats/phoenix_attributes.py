"""Phoenix nests attributes by the dots of their keys: `user.id` is stored as `{"user": {"id": …}}`.

The conventions are looked up by flat keys, so these functions give them back. What a span shows stays nested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from inspector.stores.formats.rows import members_fast
from inspector.stores.formats.semconv import HEAD_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.model import Value
    from inspector.stores.sqlite_db import Cell

Trie: TypeAlias = dict[str, "Trie"]

_WHOLE: Final = frozenset({"metadata", "tag.tags"})
"""Keys whose value is an object or list of its own."""
_DEEPEST: Final = 64


def _trie(keys: frozenset[str]) -> Trie:
    root: Trie = {}
    for key in keys:
        node = root
        for step in key.split("."):
            node = node.setdefault(step, {})
    return root


HEAD: Final = _trie(HEAD_KEYS)
"""The keys of `HEAD_KEYS` by their steps."""


def head_facts(attributes: Cell) -> Mapping[str, Value]:
    """The attributes that a list needs, by flat key."""
    found: dict[str, Value] = {}
    pick(members_fast(attributes), HEAD, "", found)
    return found


def pick(nested: Mapping[str, Value], wanted: Trie, prefix: str, found: dict[str, Value]) -> None:
    """Put what stands at the wanted keys, which begin with `prefix`, into `found`."""
    for key in nested.keys() & wanted.keys():
        value = nested[key]
        deeper = wanted[key]
        if isinstance(value, dict) and deeper:
            pick(value, deeper, f"{prefix}{key}.", found)
        else:
            found[prefix + key] = value


def flat(attributes: Mapping[str, Value]) -> dict[str, Value]:
    """All leaves by flat key, list elements by their number, as OpenInference counts them."""
    found: dict[str, Value] = {}
    for key, value in attributes.items():
        _flatten(key, value, found, 0)
    return found


def _flatten(key: str, value: Value, found: dict[str, Value], depth: int) -> None:
    if key in _WHOLE or depth > _DEEPEST:
        found[key] = value
    elif isinstance(value, dict) and value:
        for inner, part in value.items():
            _flatten(f"{key}.{inner}", part, found, depth + 1)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for number, item in enumerate(value):
            _flatten(f"{key}.{number}", item, found, depth + 1)
    else:
        found[key] = value
