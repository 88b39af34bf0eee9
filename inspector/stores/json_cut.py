"""Take things out of a JSON text, or put others in their place, and leave every other byte as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from inspector.errors import StoreError
from inspector.stores.decode import BadJson
from inspector.stores.json_bytes import Member, members, skip_space

if TYPE_CHECKING:
    from collections.abc import Mapping

Path: TypeAlias = "tuple[str | int, ...]"


@dataclass(frozen=True, slots=True)
class Drop:
    """The value goes, with its key or its place in the list.

    With `keep`, the elements of the list under that key stay, in its place: children move up.
    """

    keep: str = ""


@dataclass(frozen=True, slots=True)
class Put:
    """Other JSON in the place of a value."""

    text: bytes


Cut: TypeAlias = Drop | Put
DROP: Final = Drop()
_SPACE: Final = b" \t\r\n"


@dataclass(slots=True)
class _Node:
    cut: Cut | None = None
    below: dict[str | int, _Node] = field(default_factory=dict)


def cut(text: bytes, cuts: Mapping[Path, Cut]) -> bytes | None:
    """`text`, one JSON value, with the cuts made; None where nothing is left of it.

    Of keys that repeat on the way to a cut, the last one is meant; what the others hold is seen by no reader
    that takes the last, and goes with them. A path that leads nowhere is passed over.
    """
    root = _Node()
    for path, what in cuts.items():
        node = root
        for step in path:
            node = node.below.setdefault(step, _Node())
        node.cut = what
    start, end = skip_space(text, 0), len(text.rstrip(_SPACE))
    try:
        kept = _render(text, start, end, root)
    except RecursionError:
        raise StoreError(
            "A record nests too deep to be edited inside.", "Drop its whole trace instead."
        ) from None
    except BadJson:
        raise StoreError("A record can't be edited: it is no JSON.", "Drop the whole record.") from None
    if not kept:
        return None
    return text[:start] + b",".join(kept) + text[end:]


def _render(text: bytes, start: int, end: int, node: _Node) -> list[bytes]:
    """What stands in the place of a value: nothing, itself, or what was lifted out of it."""
    if isinstance(node.cut, Put):
        return [node.cut.text]
    if isinstance(node.cut, Drop):
        return _lifted(text, start, end, node) if node.cut.keep else []
    if not node.below or text[start : start + 1] not in (b"{", b"["):
        return [text[start:end]]
    found = members(text, start, end)
    out: list[bytes] = []
    last = start + 1
    any_out = False
    for position, member in enumerate(found):
        for new in _member(text, member, found, position, node):
            # The first that stays takes the space before the first of all; others their own separator.
            if any_out:
                out.append(text[found[position - 1].end : member.start] if position else b",")
            else:
                out.append(text[last : found[0].start])
            out.append(new)
            any_out = True
    if not any_out and found:
        out.append(text[last : found[0].start])
    tail = found[-1].end if found else last
    return [text[start:last] + b"".join(out) + text[tail:end]]


def _member(text: bytes, member: Member, found: list[Member], position: int, node: _Node) -> list[bytes]:
    below = node.below.get(member.step)
    if below is None:
        return [text[member.start : member.end]]
    if any(later.step == member.step for later in found[position + 1 :]):
        return []
    key = text[member.start : member.value]
    return [key + new for new in _render(text, member.value, member.end, below)]


def _lifted(text: bytes, start: int, end: int, node: _Node) -> list[bytes]:
    assert isinstance(node.cut, Drop)
    if text[start : start + 1] != b"{":
        return []
    held = next((m for m in reversed(members(text, start, end)) if m.step == node.cut.keep), None)
    if held is None or text[held.value : held.value + 1] != b"[":
        return []
    below = node.below.get(node.cut.keep, _Node())
    out: list[bytes] = []
    for member in members(text, held.value, held.end):
        inner = below.below.get(member.step)
        out += (
            [text[member.value : member.end]]
            if inner is None
            else _render(text, member.value, member.end, inner)
        )
    return out
