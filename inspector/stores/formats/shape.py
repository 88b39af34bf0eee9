"""Small ways through objects of unknown shape that the record formats share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.model import Attribute, SubjectRef
from inspector.stores.formats.values import as_value, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.model import Attributes


def names(words: str) -> frozenset[str]:
    """Names parted by spaces, as a set."""
    return frozenset(words.split())


def object_at(mapping: Mapping[str, object], key: str) -> Mapping[str, object]:
    """The object under `key`; empty if there is none or something else."""
    value = mapping.get(key)
    return value if isinstance(value, dict) else {}


def objects_at(mapping: Mapping[str, object], key: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """The objects of the list under `key` with their index; what is no object is passed over."""
    value = mapping.get(key)
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield index, item


def odd_items(mapping: Mapping[str, object], key: str) -> int:
    """How many members `objects_at` passes over; 1 where `key` holds neither a list nor null."""
    value = mapping.get(key)
    if isinstance(value, list):
        return sum(not isinstance(item, dict) for item in value)
    return int(value is not None)


def rest_of(mapping: Mapping[str, object], used: frozenset[str]) -> Attributes:
    """What a format has no field for, as attributes in stored order; nulls and empty strings say nothing."""
    return tuple(
        Attribute(key, as_value(value))
        for key, value in mapping.items()
        if key not in used and value is not None and value != ""
    )


def text_at(mapping: Mapping[str, object], *keys: str) -> str | None:
    """The first of `keys` that holds a text or a number."""
    # A loop and the commonest type first: lists of spans ask this ten times a span.
    for key in keys:
        value = mapping.get(key)
        if value.__class__ is str:
            if value:
                return str(value)
        elif (text := text_of(value)) is not None:
            return text
    return None


def with_user(user: str | None, source: str, found: list[SubjectRef]) -> tuple[SubjectRef, ...]:
    """The span's user first, then everyone else its fields name, each place once."""
    refs = [SubjectRef(user, source), *found] if user is not None else found
    return tuple(dict.fromkeys(refs))
